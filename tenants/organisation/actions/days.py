"""Days off of this regency, and its office hours."""

from datetime import date, datetime, time

from django.db import transaction

from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.organisation.actions.refusals import ClosesBeforeOpening, DayTaken, naming_refusals
from tenants.organisation.calendar import national_holidays
from tenants.organisation.models import LocalHoliday, OfficeHours


@transaction.atomic
def add_holiday(*, date: date, name: str, regulation: str = "", by: User | None, at: datetime) -> LocalHoliday:
    """A day off in this regency. Deadlines computed before keep their day. Raises DayTaken, also for a national one."""
    if date in national_holidays(date.year):
        raise DayTaken
    with naming_refusals():
        holiday = LocalHoliday.objects.create(date=date, name=name, regulation=regulation)
    _record("organisation.holiday_added", holiday, by, at)
    return holiday


@transaction.atomic
def remove_holiday(*, holiday: LocalHoliday, by: User | None, at: datetime) -> None:
    """The day is worked after all."""
    _record("organisation.holiday_removed", holiday, by, at)
    holiday.delete()


@transaction.atomic
def set_office_hours(*, opens_at: time, closes_at: time, by: User | None, at: datetime) -> OfficeHours:
    """When the offices are open. Raises ClosesBeforeOpening."""
    if closes_at <= opens_at:
        raise ClosesBeforeOpening
    hours, _created = OfficeHours.objects.update_or_create(
        id=1, defaults={"opens_at": opens_at, "closes_at": closes_at}
    )
    data = {"opens_at": f"{opens_at:%H.%M}", "closes_at": f"{closes_at:%H.%M}"}
    record("organisation.office_hours_changed", subject=hours, by=by, at=at, data=data)
    return hours


def _record(action: str, holiday: LocalHoliday, by: User | None, at: datetime) -> None:
    data = {"date": holiday.date.isoformat(), "name": holiday.name, "regulation": holiday.regulation}
    record(action, subject=holiday, by=by, at=at, data=data)
