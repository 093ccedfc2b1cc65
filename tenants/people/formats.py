"""How money, dates and numbers are written in Indonesian letters and pages (Permendagri 1/2023; EYD V)."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}

TERBILANG_LIMIT = 10**15
_UNITS = (
    "",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
    "sebelas",
)
_SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"))


def angka(value: Decimal | int, decimals: int = 0) -> str:
    """`1.234.567` or `1.234.567,00`; halves are rounded away from zero."""
    amount = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{amount:,f}".translate(str.maketrans(",.", ".,"))


def rupiah(amount: Decimal | int, *, short: bool = False) -> str:
    """`Rp 1.234.567,00`; `short` leaves out `,00`. Never pass a float: money is Decimal."""
    if isinstance(amount, float):
        raise TypeError("money is Decimal, never float")
    value = Decimal(amount)
    decimals = 0 if short and value == value.to_integral_value() else 2
    sign = "-" if value < 0 else ""
    return f"{sign}Rp {angka(abs(value), decimals)}"


def rupiah_cell(amount: Decimal | int, *, short: bool = False) -> str:
    """For a table column: `1.234.567,00` without `Rp`, negative `(1.234,00)`."""
    value = Decimal(amount)
    text = rupiah(abs(value), short=short).removeprefix("Rp ")
    return f"({text})" if value < 0 else text


def terbilang(number: int | Decimal) -> str:
    """A whole number in words: `satu juta dua ratus tiga puluh empat ribu`; |number| below 10^15."""
    whole = int(number)
    if whole != number:
        raise ValueError("only whole numbers are written in words")
    if abs(whole) >= TERBILANG_LIMIT:
        raise ValueError("a number of 10^15 or more is not written in words")
    if whole == 0:
        return "nol"
    words = " ".join(_words(abs(whole)))
    return f"minus {words}" if whole < 0 else words


def terbilang_rupiah(amount: int | Decimal) -> str:
    """`satu juta rupiah`; sen are added when there are any."""
    value = Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole = int(value)
    cents = int(abs(value - whole) * 100)
    text = f"{'minus ' if value < 0 else ''}{terbilang(abs(whole))} rupiah"
    return f"{text} {terbilang(cents)} sen" if cents else text


def tanggal(day: date, *, weekday: bool = False) -> str:
    """`12 Oktober 2017`, or `Kamis, 12 Oktober 2017`."""
    text = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{WEEKDAYS[day.weekday()]}, {text}" if weekday else text


def tanggal_terbilang(day: date) -> str:
    """`hari Kamis tanggal dua belas bulan Oktober tahun dua ribu tujuh belas`, for minutes (berita acara)."""
    return (
        f"hari {WEEKDAYS[day.weekday()]} tanggal {terbilang(day.day)} bulan {MONTHS[day.month - 1]}"
        f" tahun {terbilang(day.year)}"
    )


def pukul(moment: datetime, zone: str) -> str:
    """`09.30 WITA`: an aware moment on the clock of `zone` ("Asia/Makassar")."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no clock")
    return f"{moment.astimezone(ZoneInfo(zone)):%H.%M} {ZONES.get(zone, '')}".rstrip()


def relative_days(days: int) -> str:
    """Days until a term as a reader says it: `Hari ini`, `2 hari lagi`, `Terlambat 1 hari`."""
    if days == 0:
        return _("Hari ini")
    if days > 0:
        return ngettext("%(days)d hari lagi", "%(days)d hari lagi", days) % {"days": days}
    return ngettext("Terlambat %(days)d hari", "Terlambat %(days)d hari", -days) % {"days": -days}


def ukuran(size: int) -> str:
    """A file's size: `512 byte`, `340 KB`, `2,4 MB` (thousands, as people count them)."""
    if size < 1000:
        return f"{size} byte"
    if size < 1_000_000:
        return f"{angka(Decimal(size) / 1000)} KB"
    text = angka(Decimal(size) / 1_000_000, 1)
    return f"{text.removesuffix(',0')} MB"


def _words(number: int) -> list[str]:
    """The words of a positive number below 10^15."""
    for scale, name in _SCALES:
        if number >= scale:
            return [*_words(number // scale), name, *_words(number % scale)]
    if number >= 2000:
        return [*_words(number // 1000), "ribu", *_words(number % 1000)]
    if number >= 1000:
        return ["seribu", *_words(number - 1000)]
    if number >= 200:
        return [_UNITS[number // 100], "ratus", *_words(number % 100)]
    if number >= 100:
        return ["seratus", *_words(number - 100)]
    if number >= 20:
        return [_UNITS[number // 10], "puluh", *_words(number % 10)]
    if number >= 12:
        return [_UNITS[number - 10], "belas"]
    return [_UNITS[number]] if number else []
