"""Examples for the pages of the organisation, with numbers that no other regency has."""

from datetime import UTC, date, datetime
from typing import Any

from tenants.accounts.models import User
from tenants.organisation.models import Assignment, LocalHoliday, Position, Unit, UnitImport
from tests.examples import parameter, task

PK = 987_654_321


@parameter("organisation", "unit")
def unit(user: User) -> int:
    return Unit.objects.get_or_create(pk=PK, defaults={"code": "X.1", "name": "Dinas Contoh", "kind": "dinas"})[0].pk


@parameter("organisation", "position")
def position(user: User) -> int:
    return Position.objects.get_or_create(pk=PK, defaults={"unit_id": unit(user), "name": "Kepala Contoh"})[0].pk


@parameter("organisation", "assignment")
def assignment(user: User) -> int:
    values = {"position_id": position(user), "user": user, "starts_on": date(2026, 1, 1)}
    return Assignment.objects.get_or_create(pk=PK, defaults=values)[0].pk


@parameter("organisation", "holiday")
def holiday(user: User) -> int:
    return LocalHoliday.objects.create(pk=PK, date=date(2026, 4, 8), name="Hari jadi").pk


@parameter("organisation", "queued")
def queued(user: User) -> int:
    values = {"rows": [], "queued_at": datetime(2026, 11, 23, tzinfo=UTC), "queued_by": user}
    return UnitImport.objects.get_or_create(pk=PK, defaults=values)[0].pk


@task("tenants.organisation.tasks.write_units")
def _write_units(user: User) -> dict[str, Any]:
    return {"import_id": queued(user)}
