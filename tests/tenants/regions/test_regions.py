import csv
import json
import os
import tracemalloc
from pathlib import Path

import pytest

from tenants.models import Regency
from tenants.regions import (
    UnknownRegency,
    VillageInfo,
    districts,
    provinces,
    regencies,
    regency,
    villages,
)
from tenants.regions.build import build

REFERENCE = os.environ.get("REFERENCE_DATA")
reference = pytest.mark.skipif(not REFERENCE, reason="REFERENCE_DATA is not set")


def test_counts() -> None:
    assert len(provinces()) == 38
    assert len(regencies()) == 514
    assert sum(info.kind == "kabupaten" for info in regencies()) == 416
    assert sum(info.kind == "kota" for info in regencies()) == 98
    assert sum(len(districts(info.code)) for info in regencies()) == 7_285
    assert sum(len(villages(info.code)) for info in regencies()) == 83_762


def test_batang() -> None:
    info = regency("33.25")

    assert (info.title, info.name, info.kind) == ("Kabupaten Batang", "Batang", "kabupaten")
    assert (info.province_code, info.province, info.time_zone) == ("33", "Jawa Tengah", "Asia/Jakarta")
    assert len(districts("33.25")) == 15
    assert len(villages("33.25")) == 248
    assert villages("33.25")[0] == VillageInfo("33.25.01.2001", "Silurah", "desa", "33.25.01")
    assert sum(village.kind == "kelurahan" for village in villages("33.25")) == 9


def test_a_name_holds_neither_kind_nor_administrasi() -> None:
    assert regency("31.71").title == "Kota Administrasi Jakarta Pusat"
    assert regency("31.71").name == "Jakarta Pusat"
    assert [info.code[:2] for info in regencies() if info.administrative] == ["31"] * 6


@pytest.mark.parametrize("code", ["99.99", "33", "", "33.25.01", "../x"])
def test_unknown_codes_are_refused(code: str) -> None:
    with pytest.raises(UnknownRegency):
        regency(code)
    with pytest.raises(UnknownRegency):
        villages(code)


def test_every_place_lies_under_its_regency() -> None:
    seen: set[str] = set()
    for info in regencies():
        codes = {district.code for district in districts(info.code)}
        assert all(code.startswith(f"{info.code}.") for code in codes)
        assert codes == {village.district_code for village in villages(info.code)}
        seen |= codes
    assert len(seen) == 7_285


# Keppres 41/1987; provinces made since lie wholly inside the zone of the one they were split from.
ZONES = {
    "Asia/Jakarta": {
        "Aceh", "Sumatera Utara", "Sumatera Barat", "Riau", "Jambi", "Sumatera Selatan", "Bengkulu", "Lampung",
        "Kepulauan Bangka Belitung", "Kepulauan Riau", "Daerah Khusus Ibukota Jakarta", "Jawa Barat", "Jawa Tengah",
        "Daerah Istimewa Yogyakarta", "Jawa Timur", "Banten", "Kalimantan Barat", "Kalimantan Tengah",
    },
    "Asia/Makassar": {
        "Bali", "Nusa Tenggara Barat", "Nusa Tenggara Timur", "Kalimantan Selatan", "Kalimantan Timur",
        "Kalimantan Utara", "Sulawesi Utara", "Sulawesi Tengah", "Sulawesi Selatan", "Sulawesi Tenggara", "Gorontalo",
        "Sulawesi Barat",
    },
    "Asia/Jayapura": {
        "Maluku", "Maluku Utara", "Papua", "Papua Barat", "Papua Selatan", "Papua Tengah", "Papua Pegunungan",
        "Papua Barat Daya",
    },
}  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_time_zones(zone: str) -> None:
    assert {province.name for province in provinces() if province.time_zone == zone} == ZONES[zone]


def test_everything_fits_into_a_regency_row() -> None:
    for info in regencies():
        Regency(
            schema_name="a_name",
            code=info.code,
            kind=info.kind,
            name=info.name,
            province=info.province,
            time_zone=info.time_zone,
        ).clean_fields(exclude=["crest", "brand"])
        assert all(len(village.name) <= 60 for village in villages(info.code))


def test_places_are_not_kept_in_memory() -> None:
    regencies()
    tracemalloc.start()
    try:
        for info in regencies():
            villages(info.code)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 50_000
    assert peak < 1_000_000


def _package(folder: Path, villages_csv: str) -> Path:
    (folder / "data").mkdir()
    (folder / "package.json").write_text(json.dumps({"version": "9.9.9"}))
    (folder / "data/provinces.csv").write_text("code,name\n33,Jawa Tengah\n")
    (folder / "data/regencies.csv").write_text("code,province_code,name\n33.25,33,Kabupaten Batang\n")
    (folder / "data/districts.csv").write_text("code,regency_code,name\n33.25.01,33.25,Wonotunggal\n")
    (folder / "data/villages.csv").write_text(f"code,district_code,name\n{villages_csv}")
    return folder


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    package = _package(tmp_path, '33.25.01.2001,33.25.01,"Silurah  (Lama)"\n')
    assert build(package) == build(package)


@pytest.mark.parametrize("orphan", ["33.25.02.2001,33.25.02,Silurah\n", "33.26.01.2001,33.26.01,Silurah\n"])
def test_a_village_without_its_district_is_not_built(tmp_path: Path, orphan: str) -> None:
    with pytest.raises(ValueError, match=r"has no district|unknown regencies"):
        build(_package(tmp_path, orphan))


def _reference(name: str) -> dict[str, dict[str, str]]:
    assert REFERENCE
    with open(Path(REFERENCE) / f"{name}.csv", encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


@reference
@pytest.mark.reference
def test_provinces_and_regencies_agree_with_the_reference() -> None:
    assert {p.code: p.name for p in provinces()} == {code: row["name"] for code, row in _reference("provinces").items()}
    rows = _reference("regencies")
    assert {info.code for info in regencies()} == set(rows)
    different = {info.code for info in regencies() if info.title != rows[info.code]["full_name"]}
    assert different == {"71.09"}  # "Kepulauan" here, "Kep." there
    assert all(info.kind == rows[info.code]["kind"] for info in regencies())


@reference
@pytest.mark.reference
@pytest.mark.parametrize(
    ("code", "name", "district_count", "village_count"), [("33.25", "batang", 15, 248), ("53.10", "manggarai", 12, 171)]
)
def test_places_agree_with_the_reference(code: str, name: str, district_count: int, village_count: int) -> None:
    places = _reference(f"villages_{name}")
    assert (len(districts(code)), len(villages(code))) == (district_count, village_count)
    assert {d.code: d.name for d in districts(code)} == {
        key: row["name"] for key, row in _reference(f"districts_{name}").items()
    }
    assert {(v.code, v.name, v.kind) for v in villages(code)} == {
        (key, row["name"], row["kind"]) for key, row in places.items()
    }
