"""A year as a page shows it: months, weeks, and what each day is."""

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date, timedelta

from tenants.organisation.calendar import Calendar, is_provisional, national_holidays
from tenants.organisation.models import LocalHoliday

_MONDAY_FIRST = Weeks(firstweekday=0)


@dataclass(frozen=True)
class Day:
    date: date
    state: str
    """`work`, `rest` (the weekend), `national` or `local`."""
    name: str = ""
    local: LocalHoliday | None = None


@dataclass(frozen=True)
class Month:
    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    """Monday to Sunday; None for days of the months beside."""
    working_days: int


@dataclass(frozen=True)
class Year:
    number: int
    months: tuple[Month, ...]
    holidays: tuple[Day, ...]
    """National and local ones in order; a national one that falls on a weekend too."""
    is_provisional: bool

    @property
    def working_days(self) -> int:
        return sum(month.working_days for month in self.months)


def year_of(number: int, calendar: Calendar, local: list[LocalHoliday], language: str = "id") -> Year:
    """The year `number` in an office's calendar, with the names of its days in `language`."""
    names = national_holidays(number, language)
    own = {holiday.date: holiday for holiday in local}

    def day(of: date) -> Day:
        if of in own:
            return Day(of, "local", own[of].name, own[of])
        if of in names:
            return Day(of, "national", names[of])
        return Day(of, "work" if calendar.is_working_day(of) else "rest")

    def month(of: int) -> Month:
        weeks = tuple(
            tuple(day(d) if d.month == of else None for d in week)
            for week in _MONDAY_FIRST.monthdatescalendar(number, of)
        )
        worked = sum(1 for week in weeks for d in week if d is not None and d.state == "work")
        return Month(date(number, of, 1), weeks, worked)

    first = date(number, 1, 1)
    days = (day(first + timedelta(i)) for i in range((date(number + 1, 1, 1) - first).days))
    return Year(
        number=number,
        months=tuple(month(of) for of in range(1, 13)),
        holidays=tuple(d for d in days if d.name),
        is_provisional=is_provisional(number),
    )
