"""Working days: which days count, and when a time limit in working days ends.

National holidays and cuti bersama come from PyPI `holidays` (country ID), which follows the yearly joint decree of
three ministers (SKB 3 Menteri); a regency adds days of its own. Limit of the source: a year whose decree is not out
yet (or not in the installed release) has no cuti bersama and estimated dates for lunar holidays, so a deadline in it
may move by a day or two once it is known. `is_provisional` says so; pages that show such a deadline should too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import holidays

from tenants.current import current_regency
from tenants.organisation.models import LocalHoliday, Unit

_DAY = timedelta(days=1)
_LAST_MOMENT = time(23, 59, 59)
_SATURDAY, _SUNDAY = 5, 6
LANGUAGES = {"id": "id", "en": "en_US"}


@lru_cache(maxsize=64)
def national_holidays(year: int, language: str = "id") -> Mapping[date, str]:
    """Public holidays and cuti bersama of a year with their names, in `id` or `en`."""
    days = holidays.country_holidays(
        "ID", years=year, categories=("public", "government"), language=LANGUAGES.get(language, "id"), expand=False
    )
    return MappingProxyType(dict(days))


@lru_cache(maxsize=64)
def is_provisional(year: int) -> bool:
    """Whether the source knows no cuti bersama of this year, because it is too far ahead (or before 2002)."""
    return not holidays.country_holidays("ID", years=year, categories=("government",), expand=False)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of an office. A value: it reads no clock and no database."""

    zone: ZoneInfo
    local_holidays: frozenset[date] = field(default_factory=frozenset)
    six_day: bool = False
    """Saturday is worked too."""

    def is_working_day(self, day: date) -> bool:
        rest = _SUNDAY if self.six_day else _SATURDAY
        return day.weekday() < rest and day not in self.local_holidays and day not in national_holidays(day.year)

    def add_working_days(self, day: date, n: int) -> date:
        """The `n`-th working day after `day`, or before it for a negative `n`.

        The day itself never counts: what is received on Monday with a limit of 1 day is due on Tuesday. `n` = 0 is
        the day itself, or the next working day when it is none.
        """
        if n == 0:
            return day if self.is_working_day(day) else self.add_working_days(day, 1)
        step = _DAY if n > 0 else -_DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days lie after `a` up to and including `b`; negative, and counted from `b`, if `b` < `a`.

        So `working_days_between(d, add_working_days(d, n))` is `n` for every `n` but 0, and for 0 on a working day.
        """
        if b >= a:
            return sum(self.is_working_day(a + i * _DAY) for i in range(1, (b - a).days + 1))
        return -sum(self.is_working_day(b + i * _DAY) for i in range((a - b).days))

    def due_at(self, start: datetime, days: int) -> datetime:
        """When a limit of `days` working days ends that began at `start` (aware): 23:59:59 in the regency's zone."""
        return self._end_of(self.add_working_days(self.day_of(start), days))

    def due_at_calendar_days(self, start: datetime, days: int) -> datetime:
        """The same for a limit in calendar days: no day is skipped."""
        return self._end_of(self.day_of(start) + days * _DAY)

    def remaining(self, now: datetime, due: datetime) -> int:
        """Working days left: 0 when due today or before the next working day, negative when `due` has passed."""
        today, last = self.day_of(now), self.day_of(due)
        if now > due:
            return min(-1, self.working_days_between(today, last))
        return self.working_days_between(today, last)

    def day_of(self, moment: datetime) -> date:
        """The date of an aware moment in the regency. Raises ValueError for a naive one."""
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone has no date")
        return moment.astimezone(self.zone).date()

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day, _LAST_MOMENT, self.zone)


def current_calendar(unit: Unit | None = None) -> Calendar:
    """The calendar of a unit of the current regency, or of an office with the usual five days. One query, no cache."""
    return Calendar(
        zone=regency_zone(),
        local_holidays=frozenset(LocalHoliday.objects.values_list("date", flat=True)),
        six_day=unit is not None and unit.six_day_week,
    )


def regency_zone() -> ZoneInfo:
    """The zone of the regency whose schema is current. Raises Regency.DoesNotExist on the public schema."""
    return ZoneInfo(current_regency().time_zone)


def add_working_days(start: date, n: int, *, unit: Unit | None = None) -> date:
    """`Calendar.add_working_days` of the current regency."""
    return current_calendar(unit).add_working_days(start, n)


def working_days_between(a: date, b: date, *, unit: Unit | None = None) -> int:
    """`Calendar.working_days_between` of the current regency."""
    return current_calendar(unit).working_days_between(a, b)
