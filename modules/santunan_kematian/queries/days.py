"""Moments and days of the regency, whatever zone the process happens to be in."""

from datetime import date, datetime, time, timedelta

from tenants.organisation.calendar import regency_zone


def start_of(day: date) -> datetime:
    """The first moment of a day in the regency."""
    return datetime.combine(day, time.min, tzinfo=regency_zone())


def between(first: date, last: date) -> tuple[datetime, datetime]:
    """The moments of the days from `first` to `last`, both included, for `__gte` and `__lt`."""
    return start_of(first), start_of(last + timedelta(days=1))


def day_of(moment: datetime) -> date:
    """The regency's date at an aware moment."""
    return moment.astimezone(regency_zone()).date()
