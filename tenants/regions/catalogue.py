"""The reader of `regions.gz`."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).with_name("regions.gz")

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
# Keppres 41/1987, with the provinces that were split off since.
_ZONES = {
    WIB: "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 61 62",
    WITA: "51 52 53 63 64 65 71 72 73 74 75 76",
    WIT: "81 82 91 92 93 94 95 96",
}
_ZONE_OF = {province: zone for zone, codes in _ZONES.items() for province in codes.split()}


class UnknownRegency(LookupError):
    """No regency has this code."""


@dataclass(frozen=True, slots=True)
class ProvinceInfo:
    code: str
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class RegencyInfo:
    """A kabupaten or kota. `code` is the ministry's; BPS numbers differently and is not derived from it."""

    code: str
    name: str
    kind: str
    """`kabupaten` or `kota`."""
    province_code: str
    province: str
    time_zone: str
    administrative: bool = False
    """Without a government of its own: the five cities and one kabupaten of Jakarta."""

    @property
    def title(self) -> str:
        """`Kabupaten Batang`."""
        return f"{self.kind.capitalize()} {'Administrasi ' if self.administrative else ''}{self.name}"


@dataclass(frozen=True, slots=True)
class DistrictInfo:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class VillageInfo:
    code: str
    name: str
    kind: str
    """`desa` (codes 2xxx, and 3xxx for desa adat) or `kelurahan` (1xxx)."""
    district_code: str


SANDBOX = RegencyInfo("99.01", "Contoh", "kabupaten", "99", "Provinsi Contoh", WIB)
"""A regency that is none, for visitors to try: the ministry gives no code above 96. Not among the 514."""
_SANDBOX_PLACES = """
01 Bukit Contoh
01.1001 Kota Contoh
01.2001 Sukamaju
01.2002 Karangsari
01.2003 Tegalrejo
02 Muara Contoh
02.1001 Pelabuhan
02.2001 Sumberjaya
02.2002 Banyuputih
02.2003 Kedungwaru
"""


def provinces() -> tuple[ProvinceInfo, ...]:
    """The 38 provinces by code."""
    return _catalogue().provinces


def regencies() -> tuple[RegencyInfo, ...]:
    """The 514 regencies by code."""
    return tuple(_catalogue().regencies.values())


def regency(code: str) -> RegencyInfo:
    """The regency of a code like `33.25`, or the sandbox. Raises UnknownRegency."""
    if code == SANDBOX.code:
        return SANDBOX
    try:
        return _catalogue().regencies[code]
    except KeyError:
        raise UnknownRegency(code) from None


def districts(code: str) -> tuple[DistrictInfo, ...]:
    """The districts of a regency by code. Raises UnknownRegency."""
    return tuple(DistrictInfo(place, name) for place, name in _places(code) if len(place) == 8)


def villages(code: str) -> tuple[VillageInfo, ...]:
    """The villages of a regency by code. Raises UnknownRegency."""
    return tuple(
        VillageInfo(place, name, "kelurahan" if place[9] == "1" else "desa", place[:8])
        for place, name in _places(code)
        if len(place) == 13
    )


@dataclass(frozen=True, slots=True)
class _Catalogue:
    provinces: tuple[ProvinceInfo, ...]
    regencies: dict[str, RegencyInfo]
    members: dict[str, tuple[int, int]]
    """Where in the file a regency's member begins, and its size, in bytes."""


@lru_cache(maxsize=1)
def _catalogue() -> _Catalogue:
    with open(_DATA, "rb") as file:
        unpacker = zlib.decompressobj(31)
        text = b""
        while not unpacker.eof:
            text += unpacker.decompress(file.read(16_384))
        offset = file.tell() - len(unpacker.unused_data)
    names: dict[str, ProvinceInfo] = {}
    found: dict[str, RegencyInfo] = {}
    members: dict[str, tuple[int, int]] = {}
    for line in text.decode().splitlines()[1:]:
        code, name, *size = line.split("\t")
        if not size:
            names[code] = ProvinceInfo(code, name, _ZONE_OF[code])
            continue
        found[code] = _regency_info(code, name, names[code[:2]])
        members[code] = (offset, int(size[0]))
        offset += int(size[0])
    return _Catalogue(tuple(names.values()), found, members)


def _regency_info(code: str, title: str, province: ProvinceInfo) -> RegencyInfo:
    kind, name = title.split(" ", 1)
    return RegencyInfo(
        code=code,
        name=name.removeprefix("Administrasi "),
        kind=kind.lower(),
        province_code=province.code,
        province=province.name,
        time_zone=province.time_zone,
        administrative=name.startswith("Administrasi "),
    )


def _places(code: str) -> Iterator[tuple[str, str]]:
    """Full code and name of each district, each followed by its villages."""
    if code == SANDBOX.code:
        yield from ((f"{code}.{place}", name) for place, name in _lines(_SANDBOX_PLACES.strip()))
        return
    regency(code)
    offset, size = _catalogue().members[code]
    with open(_DATA, "rb") as file:
        file.seek(offset)
        text = zlib.decompress(file.read(size), 31).decode()
    district = ""
    for number, name in _lines(text):
        if len(number) == 2:
            district = f"{code}.{number}"
            yield district, name
        else:
            yield f"{district}.{number}", name


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        number, _blank, name = line.partition(" ")
        yield number, name
