"""Numbers of letters: one after the other, none twice, none left out (Permendagri 1/2023, tata naskah dinas)."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.letters.models import IssuedNumber, NumberSeries
from tenants.people.formats import ROMAN_MONTHS

KEYS = {
    "klasifikasi": "kode klasifikasi (Permendagri 83/2022)",
    "nomor": "nomor urut; {nomor:06} menulisnya dengan enam angka",
    "unit": "kode unit kerja",
    "tahun": "tahun, empat angka",
    "bulan": "bulan, dua angka",
    "bulan_romawi": "bulan, angka Romawi",
}
_LONGEST = 80


class PatternInvalid(ValueError):
    """A pattern that cannot make numbers; its text says what to change."""


class SeriesIsAhead(Exception):
    """The series has given higher numbers already."""


class NumberTaken(Exception):
    """Another series has issued the same text: the two patterns cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was taken: as it is printed, and its place in the series of its year."""

    text: str
    sequence: int
    year: int

    def __str__(self) -> str:
        return self.text


class _Pattern(string.Formatter):
    """str.format with the known keys alone: no attributes, no indices, no conversions, only zeros before a number."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if field_name not in KEYS:
            raise PatternInvalid(
                _("Pola nomor memuat {%(key)s}, yang tidak dikenal. Yang boleh dipakai: %(keys)s.")
                % {"key": field_name, "keys": ", ".join(f"{{{key}}}" for key in KEYS)}
            )
        return kwargs[field_name], field_name

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion:
            raise PatternInvalid(_("Hapus tanda ! di dalam kurung kurawal pola nomor."))
        return value

    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec:
            return str(value)
        if isinstance(value, int) and len(format_spec) == 2 and format_spec[0] == "0" and format_spec[1] in "23456789":
            return format(value, format_spec)
        raise PatternInvalid(
            _("Setelah titik dua hanya boleh 02 sampai 09, dan hanya pada {nomor}, misalnya {nomor:04}.")
        )


def check_pattern(pattern: str, *, per_unit: bool = False) -> None:
    """Raise PatternInvalid unless the pattern makes different numbers every time.

    Counting starts again each year, and for each unit with `per_unit`, so the text must carry them.
    """
    now = {"klasifikasi": "400.9", "nomor": 1, "unit": "DINSOS", "tahun": "2026", "bulan": "01", "bulan_romawi": "I"}
    text = _write(pattern, now)
    if not text.strip() or len(text) > _LONGEST:
        raise PatternInvalid(_("Nomor paling panjang %(limit)d huruf. Perpendek polanya.") % {"limit": _LONGEST})
    used = {name for _literal, name, _spec, _conversion in string.Formatter().parse(pattern) if name}
    for key in ("nomor", "tahun", *(["unit"] if per_unit else [])):
        if key not in used:
            raise PatternInvalid(
                _("Pola nomor harus memuat {%(key)s}, agar tidak ada dua surat bernomor sama.") % {"key": key}
            )


def example(pattern: str, *, at: datetime, sequence: int = 1, classification: str = "", unit: str | None = None) -> str:
    """How a number of this pattern reads, for who writes the pattern. Raises PatternInvalid."""
    check_pattern(pattern, per_unit=unit is not None)
    local = at.astimezone(zone())
    return _write(pattern, _values(local, sequence, classification, unit or ""))


def next_sequence(series: str, *, at: datetime, unit: str = "") -> int:
    """The place that the next number of a series would get; nothing is taken."""
    row = NumberSeries.objects.filter(key=series, unit_key=unit, year=at.astimezone(zone()).year).first()
    return row.next if row else 1


def take_number(
    *,
    series: str,
    pattern: str,
    at: datetime,
    unit: str | None = None,
    classification: str | None = None,
    subject: models.Model | None = None,
) -> Number:
    """The next number of `series` ("santunan_kematian.decree"), per year and per `unit` when one is given.

    Belongs to the caller's transaction: the row of the series stays locked until it ends, and when it fails the
    number was never taken. So take it late, and never wait for anything after it. `at` decides the year, on the
    regency's clock. Raises PatternInvalid or NumberTaken; RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number taken outside a transaction would leave a gap when the letter fails")
    check_pattern(pattern, per_unit=unit is not None)
    local = at.astimezone(zone())
    row, sequence = _count(series, unit or "", local.year)
    text = _write(pattern, _values(local, sequence, classification or "", unit or ""))
    _issue(row, sequence, text, subject, at)
    return Number(text, sequence, local.year)


@transaction.atomic
def continue_from(*, series: str, year: int, last: int, by: Any, at: datetime, unit: str | None = None) -> None:
    """Go on after `last`, the number that the office's paper register has reached this year.

    Raises SeriesIsAhead when numbers up to there were given here already: going back would give one twice.
    """
    row, _created = NumberSeries.objects.get_or_create(key=series, unit_key=unit or "", year=year)
    row = NumberSeries.objects.select_for_update().get(pk=row.pk)
    if row.next > last + 1:
        raise SeriesIsAhead(
            _("Seri ini sudah sampai nomor %(last)d, jadi tidak dapat dimulai lagi dari nomor yang lebih kecil.")
            % {"last": row.next - 1}
        )
    row.next = last + 1
    row.save(update_fields=["next"])
    record("letters.series_continued", subject=row, by=by, at=at, data={"last": last, "year": year})


def zone() -> ZoneInfo:
    """The regency's time zone; the current one where a schema is used without its regency."""
    name = getattr(connection.tenant, "time_zone", None)  # type: ignore[attr-defined]
    return ZoneInfo(name or timezone.get_current_timezone_name())


def _count(series: str, unit: str, year: int) -> tuple[int, int]:
    """The series' row, locked, and the number that it gives now. One statement: create, lock and count."""
    table = connection.ops.quote_name(NumberSeries._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS series (key, unit_key, year, next) VALUES (%s, %s, %s, 2)"
            " ON CONFLICT (key, unit_key, year) DO UPDATE SET next = series.next + 1"
            " RETURNING id, next - 1",
            [series, unit, year],
        )
        row: tuple[int, int] = cursor.fetchone()
        return row


def _issue(series_id: int, sequence: int, text: str, subject: models.Model | None, at: datetime) -> None:
    try:
        with transaction.atomic():
            IssuedNumber.objects.create(
                series_id=series_id,
                sequence=sequence,
                text=text,
                issued_at=at,
                subject_type=subject._meta.label_lower if subject else "",
                subject_id=str(subject.pk) if subject else "",
            )
    except IntegrityError as refused:
        if "issuednumber_text_once" not in str(refused):
            raise
        raise NumberTaken(
            _("Nomor %(number)s sudah dipakai surat lain. Ubah pola nomor agar jenis surat ini dapat dibedakan.")
            % {"number": text}
        ) from None


def _values(local: datetime, sequence: int, classification: str, unit: str) -> dict[str, Any]:
    return {
        "klasifikasi": classification,
        "nomor": sequence,
        "unit": unit,
        "tahun": f"{local.year}",
        "bulan": f"{local.month:02}",
        "bulan_romawi": ROMAN_MONTHS[local.month - 1],
    }


def _write(pattern: str, values: Mapping[str, Any]) -> str:
    try:
        return _Pattern().vformat(pattern, (), values)
    except PatternInvalid:
        raise
    except (ValueError, KeyError, IndexError):
        raise PatternInvalid(_("Kurung kurawal pada pola nomor tidak berpasangan. Periksa kembali.")) from None
