"""Numbers by which Indonesian people are known: what is wrong with one, and what a right one says.

Every parser takes what a person typed (spaces, dots and hyphens do not count), returns a frozen value, or
raises InvalidNumber, whose text is a sentence that says what to do and never repeats the number.

Sources: NIK and KK: UU 24/2013 and Permendagri 108/2019; NIP: Perka BKN 22/2007, PPPK numbers after
PP 49/2018; NPWP: PMK 112/2022 (16 digits since 2024).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

_IGNORED = re.compile(r"[\s.\-–/()]+")


class InvalidNumber(ValueError):
    """A number that cannot exist; its text is for the person who typed it."""


class Sex(StrEnum):
    MALE = "L"
    FEMALE = "P"


@dataclass(frozen=True, slots=True)
class Region:
    """The place that first issued a number, in Kemendagri codes. People move, regions split: only warn."""

    province: str
    regency: str
    district: str

    @property
    def code(self) -> str:
        """`33.25`, comparable with `Regency.code`."""
        return f"{self.province}.{self.regency}"


@dataclass(frozen=True, slots=True, repr=False)
class Nik:
    """Nomor Induk Kependudukan: 16 digits, for life."""

    number: str
    region: Region
    sex: Sex
    day: int
    month: int
    year: int  # its last two digits
    serial: str

    def __repr__(self) -> str:
        return f"Nik({self.number[:4]}************)"

    def birth_date(self, *, as_of: date) -> date:
        """The latest birth date on or before `as_of` that fits; people over a hundred come out younger."""
        return _latest(self.day, self.month, self.year, as_of)

    def agrees_with(self, birth_date: date, sex: Sex | None = None) -> bool:
        """Whether a stated birth date (and sex) is the one in the number."""
        same_day = (self.day, self.month, self.year) == (
            birth_date.day,
            birth_date.month,
            birth_date.year % 100,
        )
        return same_day and (sex is None or sex == self.sex)


@dataclass(frozen=True, slots=True, repr=False)
class Kk:
    """Nomor Kartu Keluarga: region, date of issue, serial. No 40 is added to the day."""

    number: str
    region: Region
    day: int
    month: int
    year: int
    serial: str

    def __repr__(self) -> str:
        return f"Kk({self.number[:4]}************)"

    def issue_date(self, *, as_of: date) -> date:
        """The latest date of issue that fits on or before `as_of`."""
        return _latest(self.day, self.month, self.year, as_of)


@dataclass(frozen=True, slots=True, repr=False)
class Nip:
    """Nomor Induk Pegawai of a civil servant (PNS), or the number of a contract employee (PPPK)."""

    number: str
    birth_date: date
    start_year: int
    start_month: int | None  # None for PPPK, whose number carries 21 in its place
    sex: Sex
    serial: str

    def __repr__(self) -> str:
        return f"Nip({self.number[:4]}**************)"

    @property
    def is_contract(self) -> bool:
        return self.start_month is None

    @property
    def text(self) -> str:
        """As printed under a signature: `19800101 200501 1 001`."""
        n = self.number
        return f"{n[:8]} {n[8:14]} {n[14]} {n[15:]}"


class NpwpKind(StrEnum):
    OLD = "old"  # 15 digits, before 2024
    PERSON = "person"  # 16 digits: the NIK
    ENTITY = "entity"  # 16 digits: 0 and the old 15
    PLACE = "place"  # NITKU, 22 digits: a branch


@dataclass(frozen=True, slots=True, repr=False)
class Npwp:
    """Nomor Pokok Wajib Pajak; store `number`, print `text`."""

    number: str
    kind: NpwpKind

    def __repr__(self) -> str:
        return f"Npwp({self.kind})"

    @property
    def text(self) -> str:
        """`99.999.999.9-999.999` for the old form, digits for the others."""
        n = self.number
        if self.kind != NpwpKind.OLD:
            return n
        return f"{n[:2]}.{n[2:5]}.{n[5:8]}.{n[8]}-{n[9:12]}.{n[12:]}"


def parse_nik(text: str) -> Nik:
    """A NIK whose structure is right; whether it was issued is for the civil registry to say."""
    digits = _digits(text, (16,), "NIK")
    region = _region(digits, "NIK")
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    sex = Sex.FEMALE if day > 40 else Sex.MALE
    day -= 40 if sex is Sex.FEMALE else 0
    if not _exists(day, month, year):
        raise InvalidNumber(
            _("Tanggal lahir di dalam NIK tidak ada. Periksa angka ke-7 sampai ke-12 pada KTP atau KK.")
        )
    if digits[12:] == "0000":
        raise InvalidNumber(_("Empat angka terakhir NIK tidak mungkin 0000. Periksa kembali pada KTP atau KK."))
    return Nik(digits, region, sex, day, month, year, digits[12:])


def parse_kk(text: str) -> Kk:
    """A family card number whose structure is right."""
    digits = _digits(text, (16,), _("Nomor KK"))
    region = _region(digits, _("Nomor KK"))
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    if not _exists(day, month, year):
        raise InvalidNumber(
            _("Tanggal di dalam nomor KK tidak ada. Periksa angka ke-7 sampai ke-12 pada Kartu Keluarga.")
        )
    if digits[12:] == "0000":
        raise InvalidNumber(_("Empat angka terakhir nomor KK tidak mungkin 0000. Periksa kembali pada Kartu Keluarga."))
    return Kk(digits, region, day, month, year, digits[12:])


def parse_nip(text: str) -> Nip:
    """A NIP: birth YYYYMMDD, first appointment YYYYMM (month 21 for PPPK), sex 1 or 2, serial."""
    digits = _digits(text, (18,), "NIP")
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise InvalidNumber(_("Delapan angka pertama NIP harus tanggal lahir (tahun, bulan, tanggal).")) from None
    start_year, start_month = int(digits[8:12]), int(digits[12:14])
    if not 15 <= start_year - birth.year <= 65:
        raise InvalidNumber(
            _("Tahun pengangkatan di dalam NIP (angka ke-9 sampai ke-12) tidak cocok dengan tahun lahir.")
        )
    if start_month != 21 and not 1 <= start_month <= 12:
        raise InvalidNumber(_("Angka ke-13 dan ke-14 NIP harus bulan pengangkatan (01–12), atau 21 untuk PPPK."))
    if digits[14] not in "12":
        raise InvalidNumber(_("Angka ke-15 NIP harus 1 (pria) atau 2 (wanita)."))
    sex = Sex.MALE if digits[14] == "1" else Sex.FEMALE
    return Nip(digits, birth, start_year, None if start_month == 21 else start_month, sex, digits[15:])


def parse_npwp(text: str) -> Npwp:
    """An NPWP of 15 or 16 digits, or a NITKU of 22."""
    digits = _digits(text, (15, 16, 22), "NPWP")
    if len(digits) == 15:
        return Npwp(digits, NpwpKind.OLD)
    if len(digits) == 22:
        return Npwp(digits, NpwpKind.PLACE)
    if digits.startswith("0"):
        return Npwp(digits, NpwpKind.ENTITY)
    try:
        parse_nik(digits)
    except InvalidNumber:
        raise InvalidNumber(
            _("NPWP 16 angka orang pribadi sama dengan NIK, dan angka ini bukan NIK. Periksa kembali.")
        ) from None
    return Npwp(digits, NpwpKind.PERSON)


def parse_phone(text: str) -> str:
    """`+628123456789` from any way of writing an Indonesian number; `Telepon` of landlines too."""
    compact = _IGNORED.sub("", text or "")
    match = re.fullmatch(r"(?:\+62|0062|62|0)0?([1-9]\d{6,11})", compact)
    if not match:
        raise InvalidNumber(
            _("Tulis nomor telepon Indonesia yang lengkap, misalnya 0812 3456 7890 atau +62 812 3456 7890.")
        )
    return f"+62{match[1]}"


def region_warning(region: Region, *, code: str, title: str) -> str:
    """A sentence when a number was first issued elsewhere than in the regency `code` ("33.25"); else ''."""
    if region.code == code:
        return ""
    return _("Nomor ini pertama kali diterbitkan di luar %(place)s. Itu boleh; pastikan domisilinya sekarang.") % {
        "place": title
    }


def _digits(text: str, lengths: tuple[int, ...], name: str) -> str:
    compact = _IGNORED.sub("", text or "")
    if not compact:
        raise InvalidNumber(_("Isi %(name)s.") % {"name": name})
    if not (compact.isascii() and compact.isdigit()):
        raise InvalidNumber(_("%(name)s hanya terdiri dari angka. Hapus huruf atau tanda lain.") % {"name": name})
    if len(compact) not in lengths:
        wanted = _(" atau ").join(str(length) for length in lengths)
        raise InvalidNumber(
            _("%(name)s harus %(wanted)s angka; yang Anda tulis %(count)d angka.")
            % {"name": name, "wanted": wanted, "count": len(compact)}
        )
    return compact


def _region(digits: str, name: str) -> Region:
    province, regency, district = digits[:2], digits[2:4], digits[4:6]
    if not 11 <= int(province) <= 97 or regency == "00" or district == "00":
        raise InvalidNumber(
            _("Enam angka pertama %(name)s harus kode provinsi, kabupaten/kota dan kecamatan. Periksa lagi.")
            % {"name": name}
        )
    return Region(province, regency, district)


def _exists(day: int, month: int, year: int) -> bool:
    return any(_date(day, month, century + year) for century in (1900, 2000))


def _latest(day: int, month: int, year: int, as_of: date) -> date:
    century = as_of.year - as_of.year % 100
    found = [_date(day, month, start + year) for start in (century, century - 100, century - 200)]
    return next(day for day in found if day and day <= as_of)


def _date(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
