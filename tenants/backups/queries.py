"""Backups as lists, and how one that stands beside differs from what is live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count as CountOf
from django.db.models import Max, Model, QuerySet, Sum
from django.utils import timezone

from tenants.backups.closure import stored_fields
from tenants.backups.models import Backup, RestoreDrill
from tenants.models import Regency
from tenants.schemas.names import quoted

LABELS = ("number", "code", "key", "schema_name")
"""Columns by which an object is recognised without naming a person."""


@dataclass(frozen=True)
class Count:
    """Rows of one table on both sides; None where the table is not there."""

    table: str
    then: int | None
    now: int | None

    @property
    def differs(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True)
class Difference:
    """One object that is not the same on both sides."""

    key: Any
    label: str
    kind: str
    """`gone` from the live schema, `new` in it, or `changed`."""


def counts(side: str, live: str) -> list[Count]:
    """Exact numbers of rows, table by table; those that differ come first."""
    then, now = _counted(side), _counted(live)
    found = [Count(table, then.get(table), now.get(table)) for table in sorted(then.keys() | now.keys())]
    return sorted(found, key=lambda count: not count.differs)


def _counted(schema: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY 1",
            [schema],
        )
        tables = [name for (name,) in cursor.fetchall()]
        if not tables:
            return {}
        parts = [f"SELECT {i}, count(*) FROM {quoted(schema)}.{quoted(name)}" for i, name in enumerate(tables)]
        cursor.execute(" UNION ALL ".join(parts))
        return {tables[number]: count for number, count in cursor.fetchall()}


def differences(model: type[Model], *, side: str, live: str, limit: int = 200) -> list[Difference]:
    """Objects of a model that are gone, changed or new since the backup; at most `limit`, by key."""
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    columns = [quoted(str(f.column)) for f in stored_fields(model)]
    then, now = (f"ROW({', '.join(f'{side}.{name}' for name in columns)})::text" for side in ("a", "b"))
    label = next((name for name in LABELS if name in {f.name for f in model._meta.concrete_fields}), None)
    shown = f"coalesce(a.{quoted(label)}, b.{quoted(label)})::text" if label else "''"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(a.{key}, b.{key}), {shown},"
            f" CASE WHEN b.{key} IS NULL THEN 'gone' WHEN a.{key} IS NULL THEN 'new' ELSE 'changed' END"
            f" FROM {quoted(side)}.{table} a FULL JOIN {quoted(live)}.{table} b ON a.{key} = b.{key}"
            f" WHERE a.{key} IS NULL OR b.{key} IS NULL OR {then} <> {now} ORDER BY 1 LIMIT %s",
            [limit],
        )
        return [Difference(*row) for row in cursor.fetchall()]


LATE = timedelta(hours=26)
"""A nightly backup that is older was missed."""


@dataclass(frozen=True)
class Overview:
    """A regency in the list of backups."""

    regency: Regency
    newest: Backup | None
    number: int
    size: int
    drill: RestoreDrill | None

    @property
    def tone(self) -> str:
        if self.newest is None:
            return "bad"
        return "ok" if self.newest.age < LATE else "warn"


@dataclass(frozen=True)
class Health:
    """The fleet's backups in four numbers."""

    regencies: int
    fresh: int
    late: int
    failed_drills: int


def overview(shown: Iterable[Regency]) -> list[Overview]:
    """The newest backup and the last drill of these regencies; three queries however many they are."""
    chosen = list(shown)
    schemas = [regency.schema_name for regency in chosen]
    backups = Backup.objects.complete().filter(schema_name__in=schemas)
    newest = {b.schema_name: b for b in backups.order_by("schema_name", "-taken_at").distinct("schema_name")}
    sums = {
        schema: (number, size)
        for schema, number, size in backups.values_list("schema_name").annotate(CountOf("pk"), Sum("size"))
    }
    held = RestoreDrill.objects.filter(schema_name__in=schemas).order_by("schema_name", "-finished_at")
    drills = {d.schema_name: d for d in held.distinct("schema_name")}
    return [
        Overview(r, newest.get(r.schema_name), *sums.get(r.schema_name, (0, 0)), drills.get(r.schema_name))
        for r in chosen
    ]


def kept_ones() -> QuerySet[Regency]:
    """Regencies that have something to lose: all that have a schema, whatever their state."""
    return Regency.objects.exclude(state__in=[Regency.State.DRAFT, Regency.State.PROVISIONING])


def health() -> Health:
    """How many regencies have a backup of last night, and how many drills went wrong in a quarter."""
    now = timezone.now()
    known = set(kept_ones().values_list("schema_name", flat=True))
    newest = Backup.objects.complete().values_list("schema_name").annotate(Max("taken_at"))
    fresh = sum(schema in known and now - at < LATE for schema, at in newest)
    failed = RestoreDrill.objects.filter(passed=False, finished_at__gt=now - timedelta(days=90)).count()
    return Health(len(known), fresh, len(known) - fresh, failed)
