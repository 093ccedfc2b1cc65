"""What a new regency begins with: its places, their offices, and the agencies that every regency has."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.organisation.actions.units import hold_tree
from tenants.organisation.models import District, Position, Unit
from tenants.regions import districts, regency, villages

BASELINE = Path(__file__).parent.parent / "baseline.json"
_PAPUA = {"91", "92", "93", "94", "95", "96"}
"""Where a kecamatan is called distrik (UU 21/2001)."""

# Plain SQL: a thousand rows in a few milliseconds, inside the provisioning of a regency.
_DISTRICTS = """
    INSERT INTO organisation_district (code, name)
    SELECT * FROM unnest(%s::text[], %s::text[])
    ON CONFLICT DO NOTHING
"""
_VILLAGES = """
    INSERT INTO organisation_village (code, name, kind, district_id)
    SELECT new.code, new.name, new.kind, district.id
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS new (code, name, kind)
    JOIN organisation_district district ON district.code = left(new.code, 8)
    ON CONFLICT DO NOTHING
"""
_UNIT_COLUMNS = """
    INSERT INTO organisation_unit
        (code, short_name, kind, name, parent_id, district_id, village_id,
         size, address, postal_code, phone, email, website, six_day_week)
"""
_DISTRICT_UNITS = f"""
    {_UNIT_COLUMNS}
    SELECT code, name, 'kecamatan', %s || ' ' || name, NULL, id, NULL, '', '', '', '', '', '', false
    FROM organisation_district district
    WHERE NOT EXISTS (SELECT FROM organisation_unit WHERE district_id = district.id AND kind = 'kecamatan')
    ON CONFLICT DO NOTHING
"""
# Two villages of one kind and name in one district exist: Tounelet Satu in 71.02.11, Kogekotu in 94.03.01.
_VILLAGE_UNITS = f"""
    {_UNIT_COLUMNS}
    SELECT village.code, village.name, village.kind,
           initcap(village.kind) || ' ' || village.name
           || CASE WHEN count(*) OVER (PARTITION BY village.district_id, village.kind, village.name) > 1
                   THEN ' ' || village.code ELSE '' END,
           office.id, NULL, village.id, '', '', '', '', '', '', false
    FROM organisation_village village
    LEFT JOIN organisation_unit office
        ON office.district_id = village.district_id AND office.kind = 'kecamatan' AND office.closed_at IS NULL
    WHERE NOT EXISTS (SELECT FROM organisation_unit WHERE village_id = village.id)
    ON CONFLICT DO NOTHING
"""
_POSITIONS = """
    INSERT INTO organisation_position (unit_id, name, kind, rank, is_head, key)
    SELECT unit.id, usual.name, usual.kind, usual.rank, usual.key = '', usual.key
    FROM organisation_unit unit
    JOIN (VALUES
        ('kecamatan', %s, 'administrator', 'III.a', ''),
        ('desa', 'Kepala Desa', 'desa', '', ''),
        ('desa', 'Perangkat Desa', 'desa', '', 'staff'),
        ('kelurahan', 'Lurah', 'pengawas', 'IV.a', ''),
        ('kelurahan', 'Pelaksana', 'pelaksana', '', 'staff')
    ) AS usual (unit_kind, name, kind, rank, key) ON usual.unit_kind = unit.kind
    WHERE NOT EXISTS (SELECT FROM organisation_position WHERE unit_id = unit.id)
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Seeded:
    """How many rows were added; rows that were there already are not touched."""

    districts: int = 0
    villages: int = 0
    units: int = 0


@transaction.atomic
def seed_regions(*, code: str, by: User | None, at: datetime) -> Seeded:
    """Districts and villages of the regency `code`, an office for each, its head and one position for its staff.

    Repeating it adds what is missing (a new village of a later list) and changes nothing. Raises UnknownRegency.
    """
    hold_tree()
    word, head = ("Distrik", "Kepala Distrik") if regency(code).province_code in _PAPUA else ("Kecamatan", "Camat")
    places = villages(code)
    with connection.cursor() as cursor:
        new_districts = _run(cursor, _DISTRICTS, *_columns((d.code, d.name) for d in districts(code)))
        new_villages = _run(cursor, _VILLAGES, *_columns((v.code, v.name, v.kind) for v in places))
        units = _run(cursor, _DISTRICT_UNITS, word) + _run(cursor, _VILLAGE_UNITS)
        _run(cursor, _POSITIONS, head)
    seeded = Seeded(new_districts, new_villages, units)
    if seeded != Seeded():
        subject = District.objects.filter(code__startswith=code)[0]
        record("organisation.regions_seeded", subject=subject, by=by, at=at, data=vars(seeded))
    return seeded


def _columns(rows: Iterable[tuple[str, ...]]) -> list[list[str]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _run(cursor: CursorWrapper, statement: str, *parameters: Any) -> int:
    cursor.execute(statement, parameters)
    return cursor.rowcount


@transaction.atomic
def seed_units(*, by: User | None, at: datetime) -> Seeded:
    """The agencies of `baseline.json` with their heads: those whose code and name are not there yet, nothing else.

    The regency renames, merges and closes them afterwards; PP 18/2016 lets each combine the affairs in its own way.
    """
    hold_tree()
    known = {unit.code: unit for unit in Unit.objects.all()}
    by_name = {(unit.parent_id, unit.name): unit for unit in known.values() if unit.is_open}
    new: list[Unit] = []
    heads: list[Position] = []
    for row in baseline():
        if row["code"] in known:
            continue
        unit = _baseline_unit(row, known)
        if namesake := by_name.get((unit.parent_id, unit.name)):
            known[unit.code] = namesake
            continue
        known[unit.code] = unit
        new.append(unit)
        if "head" in row:
            heads.append(Position(unit=unit, is_head=True, **row["head"]))
    if not new:
        return Seeded()
    _save_by_level(new)
    Position.objects.bulk_create(heads)
    record("organisation.units_seeded", subject=new[0], by=by, at=at, data={"units": len(new)})
    return Seeded(units=len(new))


def baseline() -> list[dict[str, Any]]:
    """The standard agencies, each after the one it belongs to."""
    rows: list[dict[str, Any]] = json.loads(BASELINE.read_text(encoding="utf-8"))["units"]
    return rows


def _baseline_unit(row: Mapping[str, Any], known: Mapping[str, Unit]) -> Unit:
    fields = {name: row[name] for name in ("code", "name", "short_name", "kind", "six_day_week") if name in row}
    return Unit(parent=known[row["parent"]] if "parent" in row else None, **fields)


def _save_by_level(units: list[Unit]) -> None:
    """Parents before children: an unsaved parent has no key to refer to."""
    while units:
        Unit.objects.bulk_create(unit for unit in units if unit.parent is None or unit.parent.pk)
        units = [unit for unit in units if not unit.pk]
