"""Which rows of a side schema make up an object, and which others it cannot be without.

A model whose objects may be pulled back has an inner class `Restore`: `name` says what they are, `parts` the reverse
relations whose rows belong to them (steps, documents). What has `subject_type` and
`subject_id` (files, letters) belongs to its subject. Users never come back this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Field, ForeignKey, Model

from tenants.schemas.context import in_schema
from tenants.schemas.names import quoted

Rows = dict[type[Model], set[Any]]


@dataclass
class Closure:
    """Rows by model."""

    own: Rows = field(default_factory=dict)
    """The chosen objects and their parts: they become what they were."""
    needed: Rows = field(default_factory=dict)
    """What they refer to and the live schema lacks."""
    missing: list[str] = field(default_factory=list)
    """What they refer to and neither schema has, or that does not come back this way."""

    def __iter__(self) -> Iterator[tuple[type[Model], set[Any], bool]]:
        for model, keys in self.needed.items():
            yield model, keys, False
        for model, keys in self.own.items():
            yield model, keys, True

    @property
    def size(self) -> int:
        return sum(len(keys) for keys in (*self.own.values(), *self.needed.values()))


def pullable() -> list[type[Model]]:
    """Models whose objects may be pulled back, in the order of their names."""
    found = [m for m in apps.get_models() if hasattr(m, "Restore") and _is_of_regencies(m)]
    return sorted(found, key=name_of)


def name_of(model: type[Model]) -> str:
    """What objects of a pullable model are, for people."""
    return str(model.Restore.name)  # type: ignore[attr-defined]


def stored_fields(model: type[Model]) -> list[Field]:
    """Columns that hold something of their own: a generated one follows from them."""
    return [f for f in model._meta.concrete_fields if not f.generated]


def closure(model: type[Model], keys: Iterable[Any], *, side: str, live: str) -> Closure:
    """Everything that must be written so that the objects are in `live` as they are in `side`."""
    found = Closure()
    with in_schema(side):
        _take(model, set(keys), found)
    waiting = list(_references(found.own, side))
    while waiting:
        other, wanted = waiting.pop()
        wanted -= found.own.get(other, set()) | found.needed.get(other, set())
        with in_schema(live):
            wanted -= _present(other, wanted)
        if not wanted:
            continue
        with in_schema(side):
            there = set() if _stays(other) else _present(other, wanted)
        found.missing += [f"{other._meta.verbose_name} {key}" for key in sorted(wanted - there)]
        if there:
            found.needed.setdefault(other, set()).update(there)
            waiting += list(_references({other: there}, side))
    return found


def _take(model: type[Model], keys: set[Any], found: Closure) -> None:
    """Rows of the current schema and all that belongs to them."""
    new = _present(model, keys) - found.own.get(model, set())
    if not new:
        return
    found.own.setdefault(model, set()).update(new)
    for name in getattr(getattr(model, "Restore", None), "parts", ()):
        relation: Any = model._meta.get_field(name)
        rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": new})
        _take(relation.related_model, set(rows.values_list("pk", flat=True)), found)
    for many in model._meta.many_to_many:
        through: Any = many.remote_field.through  # type: ignore[union-attr]
        if through._meta.auto_created:
            rows = through._base_manager.filter(**{f"{many.m2m_field_name()}__in": new})  # type: ignore[attr-defined]
            _take(through, set(rows.values_list("pk", flat=True)), found)
    for attached in _attached():
        rows = attached._base_manager.filter(subject_type=model._meta.label_lower, subject_id__in=list(map(str, new)))
        _take(attached, set(rows.values_list("pk", flat=True)), found)


def _attached() -> list[type[Model]]:
    names = {"subject_type", "subject_id"}
    return [
        m for m in apps.get_models()
        if m._meta.app_label in ("files", "letters") and names <= {f.name for f in m._meta.concrete_fields}
    ]  # fmt: skip


def _references(rows: Rows, side: str) -> Iterator[tuple[type[Model], set[Any]]]:
    with in_schema(side):
        for model, keys in rows.items():
            for key in [f for f in stored_fields(model) if isinstance(f, ForeignKey)]:
                values = model._base_manager.filter(pk__in=keys).values_list(key.attname, flat=True)
                if wanted := set(values) - {None}:
                    yield key.related_model, wanted  # type: ignore[misc]


def _present(model: type[Model], keys: set[Any]) -> set[Any]:
    return set(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))


def _stays(model: type[Model]) -> bool:
    """An account that was removed is not opened again by the way."""
    return model._meta.label == settings.AUTH_USER_MODEL or model is ContentType


def _is_of_regencies(model: type[Model]) -> bool:
    app = apps.get_app_config(model._meta.app_label).name
    return app in settings.TENANT_APPS and app not in settings.SHARED_APPS


def copy_statement(model: type[Model], *, side: str, live: str, overwrite: bool) -> str:
    """The INSERT that brings rows over, their keys as its one parameter."""
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    columns = [quoted(str(f.column)) for f in stored_fields(model)]
    names = ", ".join(columns)
    others = [name for name in columns if name != key]
    on_conflict = "NOTHING"
    if overwrite and others:  # a row that is what it was is left alone: it may be one that a trigger locks
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in others)
        then, now = (f"ROW({', '.join(f'{side}.{name}' for name in others)})" for side in ("EXCLUDED", "live"))
        on_conflict = f"UPDATE SET {changes} WHERE {then} IS DISTINCT FROM {now}"
    return (
        f"INSERT INTO {quoted(live)}.{table} AS live ({names}) OVERRIDING SYSTEM VALUE"
        f" SELECT {names} FROM {quoted(side)}.{table} WHERE {key} = ANY(%s)"
        f" ON CONFLICT ({key}) DO {on_conflict}"
    )


def execute(statement: str, keys: set[Any]) -> int:
    """Run it for these keys; how many rows were written."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(keys)])
        return cursor.rowcount
