"""The register of the poor from a file: staged and checked row by row, then applied as a whole."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from csv import DictReader, Sniffer
from csv import Error as CsvError
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from itertools import islice
from typing import Any
from zipfile import BadZipFile

from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from modules.santunan_kematian.actions.errors import ImportRefused
from modules.santunan_kematian.models import RegisterEntry, RegisterImport, RegisterRow
from tenants.audit.actions import record
from tenants.organisation.models import Village
from tenants.people.fields import keyed_hash
from tenants.people.identity import InvalidNumber, parse_kk, parse_nik

COLUMNS = ("nik", "no_kk", "nama", "kode_desa", "desil")
MOST_ROWS = 20_000
_BATCH = 1_000
_MAX_BYTES = 8_000_000

Row = Mapping[str, str]


@transaction.atomic
def stage_register(
    *, upload: Any, source: str, valid_from: date, valid_to: date | None, by: Any, at: datetime
) -> RegisterImport:
    """Read a CSV or XLSX with the columns nik, no_kk, nama, kode_desa, desil; keep each row with its errors.

    Nothing of the register changes yet. Raises ImportRefused when the file is no such table.
    """
    content = upload.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ImportRefused(_("Berkas lebih dari 8 MB. Bagi per kecamatan, lalu unggah satu per satu."))
    sha256 = hashlib.sha256(content).hexdigest()
    if RegisterImport.objects.filter(sha256=sha256, state=RegisterImport.State.APPLIED).exists():
        raise ImportRefused(_("Berkas yang sama persis sudah pernah diterapkan."))
    rows = _read(content)
    batch = RegisterImport.objects.create(
        file_name=str(upload.name)[-120:],
        sha256=sha256,
        source=source,
        valid_from=valid_from,
        valid_to=valid_to,
        staged_at=at,
        staged_by=by,
    )
    seen: set[str] = set()
    villages = set(Village.objects.values_list("code", flat=True))
    pending = (_staged(batch, line, row, villages, seen) for line, row in enumerate(rows, start=2))
    while chunk := list(islice(pending, _BATCH)):
        RegisterRow.objects.bulk_create(chunk)
        batch.bad += sum(bool(row.errors) for row in chunk)
        batch.good += sum(not row.errors for row in chunk)
    if not batch.good and not batch.bad:
        raise ImportRefused(_("Berkas ini tidak memuat baris data."))
    if batch.good + batch.bad > MOST_ROWS:
        raise ImportRefused(_("Paling banyak 20.000 baris per berkas. Bagi per kecamatan."))
    batch.save(update_fields=["good", "bad"])
    record(
        "santunan_kematian.register_staged", subject=batch, by=by, at=at, data={"good": batch.good, "bad": batch.bad}
    )
    return batch


@transaction.atomic
def apply_register(*, batch: RegisterImport, by: Any, at: datetime) -> RegisterImport:
    """Put the good rows into the register. A person already in it gets the new line; the old one ends.

    Rows with errors stay out. Raises ImportRefused when the file was applied or discarded before.
    """
    batch = _staged_batch(batch)
    villages = dict(Village.objects.values_list("code", "pk"))
    rows = RegisterRow.objects.filter(batch=batch, errors=[]).order_by("line").iterator(_BATCH)
    while chunk := [json.loads(str(row.content)) for row in islice(rows, _BATCH)]:
        _replace(chunk, batch, at)
        RegisterEntry.objects.bulk_create(_entry(cells, batch, villages) for cells in chunk)
    RegisterRow.objects.filter(batch=batch, errors=[]).delete()
    return _finish(batch, RegisterImport.State.APPLIED, by=by, at=at)


@transaction.atomic
def discard_register(*, batch: RegisterImport, by: Any, at: datetime) -> RegisterImport:
    """Throw the staged rows away."""
    batch = _staged_batch(batch)
    RegisterRow.objects.filter(batch=batch).delete()
    return _finish(batch, RegisterImport.State.DISCARDED, by=by, at=at)


def _staged_batch(batch: RegisterImport) -> RegisterImport:
    batch = RegisterImport.objects.select_for_update().get(pk=batch.pk)
    if batch.state != RegisterImport.State.STAGED:
        raise ImportRefused(_("Berkas ini sudah diterapkan atau dibuang."))
    return batch


def _finish(batch: RegisterImport, state: str, *, by: Any, at: datetime) -> RegisterImport:
    batch.state, batch.finished_at = state, at
    batch.save(update_fields=["state", "finished_at"])
    applied = state == RegisterImport.State.APPLIED
    action = "santunan_kematian.register_applied" if applied else "santunan_kematian.register_discarded"
    record(action, subject=batch, by=by, at=at, data={"rows": batch.good})
    return batch


def _replace(chunk: list[dict[str, str]], batch: RegisterImport, at: datetime) -> None:
    """End the current lines of these people the day before the new ones begin."""
    hashes = [keyed_hash("nik", cells["nik"]) for cells in chunk]
    last = batch.valid_from - timedelta(days=1)
    old = RegisterEntry.objects.current().filter(nik_hash__in=hashes)
    started = old.filter(valid_from__lte=last)
    started.filter(valid_to=None).update(valid_to=last)
    started.filter(valid_to__gt=last).update(valid_to=last)
    old.update(ended_at=at, ended_reason=RegisterEntry.Ended.REPLACED)


def _entry(cells: dict[str, str], batch: RegisterImport, villages: Mapping[str, int]) -> RegisterEntry:
    return RegisterEntry(
        nik=cells["nik"],
        kk=cells["no_kk"],
        name=cells["nama"],
        village_id=villages[cells["kode_desa"]],
        desil=int(cells["desil"]) if cells["desil"] else None,
        source=batch.source,
        valid_from=batch.valid_from,
        valid_to=batch.valid_to,
        batch=batch,
    )


def _staged(batch: RegisterImport, line: int, row: Row, villages: set[str], seen: set[str]) -> RegisterRow:
    cells = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    errors = list(_errors(cells, villages))
    if cells["nik"] in seen:
        errors.append(_("NIK ini sudah ada pada baris lain."))
    seen.add(cells["nik"])
    return RegisterRow(batch=batch, line=line, content=json.dumps(cells, ensure_ascii=False), errors=errors)


def _errors(cells: dict[str, str], villages: set[str]) -> Iterator[str]:
    """What is wrong with a row, and the numbers brought to plain digits where nothing is."""
    for name, parse in (("nik", parse_nik), ("no_kk", parse_kk)):
        try:
            cells[name] = parse(cells[name]).number
        except InvalidNumber as problem:
            yield str(problem)
    if not cells["nama"]:
        yield _("Nama kosong.")
    if len(cells["nama"]) > 120:
        yield _("Nama lebih dari 120 huruf.")
    if cells["kode_desa"] not in villages:
        yield _("Kode desa tidak ada di kabupaten ini; pakai kode Kemendagri, misalnya 33.25.01.2001.")
    if cells["desil"] and cells["desil"] not in {str(n) for n in range(1, 11)}:
        yield _("Desil harus 1 sampai 10, atau kosong.")


def _read(content: bytes) -> Iterable[Row]:
    rows = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    first = next(rows, None)
    if first is None:
        return []
    missing = [name for name in COLUMNS if name not in first]
    if missing:
        text = _("Kolom yang tidak ada: %(names)s. Baris pertama harus memuat: %(all)s.")
        raise ImportRefused(text % {"names": ", ".join(missing), "all": ", ".join(COLUMNS)})
    return _chain(first, rows)


def _chain(first: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from islice(rest, MOST_ROWS)


def _csv(content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
        dialect = Sniffer().sniff(text[:4096], delimiters=",;\t")
    except (UnicodeDecodeError, CsvError):
        raise ImportRefused(_("Berkas ini bukan CSV UTF-8 atau XLSX. Simpan ulang sebagai XLSX.")) from None
    for row in DictReader(StringIO(text), dialect=dialect):
        yield {str(key or "").strip().lower(): str(value or "") for key, value in row.items() if key}


def _xlsx(content: bytes) -> Iterator[Row]:
    try:
        sheet = load_workbook(BytesIO(content), read_only=True, data_only=True).active
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError):
        raise ImportRefused(_("Berkas XLSX ini rusak. Simpan ulang, lalu unggah lagi.")) from None
    if sheet is None:
        return
    rows = sheet.iter_rows(values_only=True)
    header = [str(cell or "").strip().lower() for cell in next(rows, ())]
    for values in rows:
        if any(value is not None for value in values):
            yield {name: _text(value) for name, value in zip(header, values, strict=False)}


def _text(value: Any) -> str:
    """A cell as text. A NIK that the spreadsheet turned into a number has lost digits and will be refused."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
