"""Positions, and who holds them."""

from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction

from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.organisation.actions.refusals import EndsBeforeStart, UnitClosed, naming_refusals
from tenants.organisation.models import Assignment, Position, Unit


class PositionFields(TypedDict, total=False):
    """What of a position may be written."""

    name: str
    kind: str
    rank: str
    is_head: bool
    key: str


@transaction.atomic
def create_position(*, unit: Unit, by: User | None, at: datetime, **fields: Unpack[PositionFields]) -> Position:
    """A new position in a unit. Raises PositionTaken, HeadTaken, UnitClosed."""
    _check_open(unit)
    with naming_refusals():
        position = Position.objects.create(unit=unit, **fields)
    _record("organisation.position_created", position, by, at)
    return position


@transaction.atomic
def change_position(*, position: Position, by: User | None, at: datetime, **fields: Unpack[PositionFields]) -> Position:
    """Write what differs. Raises PositionTaken, HeadTaken, SeatTaken (it would lead, and two people hold it)."""
    position = Position.objects.select_for_update(of=("self",)).select_related("unit").get(pk=position.pk)
    before = {name: getattr(position, name) for name in fields}
    changed = [name for name, value in fields.items() if before[name] != value]
    if not changed:
        return position
    for name in changed:
        setattr(position, name, fields[name])  # type: ignore[literal-required]
    with naming_refusals():
        position.save(update_fields=changed)
    _record("organisation.position_changed", position, by, at, before={name: before[name] for name in changed})
    return position


@transaction.atomic
def assign(
    *,
    user: User,
    position: Position,
    starts_on: date,
    ends_on: date | None = None,
    acting: str = "",
    decree_number: str = "",
    by: User | None,
    at: datetime,
) -> Assignment:
    """`user` holds `position` from `starts_on` to `ends_on`, both included, or without an end.

    `acting` is one of Assignment.Acting. Raises SeatTaken, AlreadyAssigned, EndsBeforeStart, UnitClosed.
    """
    if ends_on is not None and ends_on < starts_on:
        raise EndsBeforeStart  # the database would refuse the range before it looks at the constraint
    position = Position.objects.select_for_update(of=("self",)).select_related("unit").get(pk=position.pk)
    _check_open(position.unit)
    with naming_refusals():
        assignment = Assignment.objects.create(
            user=user,
            position=position,
            starts_on=starts_on,
            ends_on=ends_on,
            acting=acting,
            decree_number=decree_number,
        )
    _record_assignment("organisation.user_assigned", assignment, by, at, acting=acting)
    return assignment


@transaction.atomic
def end_assignment(*, assignment: Assignment, ends_on: date, by: User | None, at: datetime) -> Assignment:
    """Its last day is `ends_on`. Raises EndsBeforeStart; SeatTaken when a later end would meet a successor."""
    assignment = (
        Assignment.objects.select_for_update(of=("self",)).select_related("position__unit").get(pk=assignment.pk)
    )
    if ends_on < assignment.starts_on:
        raise EndsBeforeStart
    assignment.ends_on = ends_on
    with naming_refusals():
        assignment.save(update_fields=["ends_on"])
    _record_assignment("organisation.assignment_ended", assignment, by, at)
    return assignment


def _check_open(unit: Unit) -> None:
    """Holds the unit's row, so that nobody closes it meanwhile."""
    if Unit.objects.open().select_for_update(of=("self",), no_key=True).filter(pk=unit.pk).first() is None:
        raise UnitClosed


def _record(action: str, position: Position, by: User | None, at: datetime, **data: object) -> None:
    data = {"unit": position.unit.code, "position": position.name, "is_head": position.is_head, **data}
    record(action, subject=position, by=by, at=at, data=data)


def _record_assignment(action: str, assignment: Assignment, by: User | None, at: datetime, **data: object) -> None:
    data = {
        "user": assignment.user_id,
        "position": assignment.position.name,
        "unit": assignment.position.unit.code,
        "starts_on": assignment.starts_on.isoformat(),
        "ends_on": assignment.ends_on.isoformat() if assignment.ends_on else None,
        **data,
    }
    record(action, subject=assignment, by=by, at=at, data=data)
