"""Units: founding, changing, closing."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import connection, models, transaction

from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.organisation.actions.refusals import (
    Circular,
    ParentClosed,
    UnitClosed,
    UnitInUse,
    UnitOpen,
    naming_refusals,
)
from tenants.organisation.calendar import regency_zone
from tenants.organisation.models import Assignment, District, Unit, Village
from tenants.organisation.queries import unit_ids_within


class UnitFields(TypedDict, total=False):
    """What of a unit may be written; absent means unchanged, or the default of a new one."""

    code: str
    name: str
    short_name: str
    kind: str
    size: str
    parent: Unit | None
    district: District | None
    village: Village | None
    address: str
    postal_code: str
    phone: str
    email: str
    website: str
    six_day_week: bool


@transaction.atomic
def create_unit(*, by: User | None, at: datetime, **fields: Unpack[UnitFields]) -> Unit:
    """A new unit. Raises CodeTaken, NameTaken, VillageTaken, ParentClosed."""
    hold_tree()
    _check_parent(fields.get("parent"))
    with naming_refusals():
        unit = Unit.objects.create(**fields)
    record("organisation.unit_created", subject=unit, by=by, at=at, data={"kind": unit.kind, "parent": unit.parent_id})
    return unit


@transaction.atomic
def change_unit(*, unit: Unit, by: User | None, at: datetime, **fields: Unpack[UnitFields]) -> Unit:
    """Write what differs. Raises CodeTaken, NameTaken, VillageTaken, Circular, ParentClosed, UnitClosed."""
    hold_tree()
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if not unit.is_open:
        raise UnitClosed
    before = {name: plain(getattr(unit, name)) for name in fields}
    parent = fields.get("parent")
    if parent is not None and parent.pk != unit.parent_id:
        _check_parent(parent)
        if parent.pk in unit_ids_within([unit.pk]):
            raise Circular
    for name, value in fields.items():
        setattr(unit, name, value)
    after = {name: plain(getattr(unit, name)) for name in fields}
    changed = [name for name in fields if before[name] != after[name]]
    if not changed:
        return unit
    with naming_refusals():
        unit.save(update_fields=changed)
    data = {"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}}
    record("organisation.unit_changed", subject=unit, by=by, at=at, data=data)
    return unit


@transaction.atomic
def close_unit(*, unit: Unit, by: User | None, at: datetime) -> Unit:
    """The unit stops working; what it did stays. Raises UnitInUse while units or people are left in it, UnitClosed."""
    hold_tree()
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if not unit.is_open:
        raise UnitClosed
    still_held = Assignment.objects.filter(position__unit=unit).exclude(
        ends_on__lt=at.astimezone(regency_zone()).date()
    )
    if unit.children.open().exists() or still_held.exists():  # type: ignore[attr-defined]
        raise UnitInUse
    unit.closed_at, unit.closed_by = at, by
    unit.save(update_fields=["closed_at", "closed_by"])
    record("organisation.unit_closed", subject=unit, by=by, at=at)
    return unit


@transaction.atomic
def reopen_unit(*, unit: Unit, by: User | None, at: datetime) -> Unit:
    """Undo a closing. Raises UnitOpen, ParentClosed, NameTaken, VillageTaken."""
    hold_tree()
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if unit.is_open:
        raise UnitOpen
    _check_parent(unit.parent)
    unit.closed_at = unit.closed_by = None
    with naming_refusals():
        unit.save(update_fields=["closed_at", "closed_by"])
    record("organisation.unit_reopened", subject=unit, by=by, at=at)
    return unit


def hold_tree() -> None:
    """One change of the tree at a time per regency: two moves could otherwise close a circle together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7202, hashtext(current_schema()))")


def plain(value: Any) -> Any:
    """As JSON: an object by its key."""
    return value.pk if isinstance(value, models.Model) else value


def _check_parent(parent: Unit | None) -> None:
    if parent is not None and not Unit.objects.open().filter(pk=parent.pk).exists():
        raise ParentClosed
