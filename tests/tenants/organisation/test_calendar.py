import csv
import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django_tenants.utils import tenant_context
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.models import Regency
from tenants.organisation.calendar import (
    Calendar,
    add_working_days,
    current_calendar,
    is_provisional,
    national_holidays,
    regency_zone,
    working_days_between,
)
from tenants.organisation.models import LocalHoliday, Unit
from tenants.schemas.context import in_schema

REFERENCE = os.environ.get("REFERENCE_DATA")
WIB, WITA, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar"), ZoneInfo("Asia/Jayapura")
FIVE, SIX = Calendar(WIB), Calendar(WIB, six_day=True)

days = st.dates(date(2019, 1, 1), date(2030, 12, 31))
calendars = st.builds(
    Calendar, st.sampled_from([WIB, WITA, WIT]), st.frozensets(days, max_size=20), st.booleans()
)  # fmt: skip
counts = st.integers(0, 90)


class TestKnownDays:
    def test_weekends(self) -> None:
        saturday, sunday = date(2026, 10, 3), date(2026, 10, 4)
        assert not FIVE.is_working_day(saturday)
        assert SIX.is_working_day(saturday)
        assert not SIX.is_working_day(sunday)

    def test_national_holidays_and_cuti_bersama(self) -> None:
        for day in (date(2026, 8, 17), date(2026, 3, 20), date(2026, 12, 24)):
            assert not FIVE.is_working_day(day)
            assert not SIX.is_working_day(day)

    def test_a_local_holiday_is_off_in_its_regency_alone(self) -> None:
        anniversary = date(2026, 4, 8)
        assert FIVE.is_working_day(anniversary)
        assert not Calendar(WIB, frozenset({anniversary})).is_working_day(anniversary)

    def test_five_days_over_idul_fitri_2026(self) -> None:
        # 18-24 March: Nyepi with its cuti bersama, Idul Fitri with its own, a weekend between.
        assert FIVE.add_working_days(date(2026, 3, 16), 5) == date(2026, 3, 30)
        assert SIX.add_working_days(date(2026, 3, 16), 5) == date(2026, 3, 28)

    def test_zero_days_is_today_or_the_next_working_day(self) -> None:
        assert FIVE.add_working_days(date(2026, 10, 2), 0) == date(2026, 10, 2)
        assert FIVE.add_working_days(date(2026, 10, 3), 0) == date(2026, 10, 5)

    def test_backwards(self) -> None:
        assert FIVE.add_working_days(date(2026, 10, 5), -1) == date(2026, 10, 2)
        assert FIVE.working_days_between(date(2026, 10, 5), date(2026, 10, 2)) == -1


class TestDeadlines:
    def test_it_ends_with_the_day_of_the_regency(self) -> None:
        # 23.30 UTC on Thursday is Friday morning in both zones: one day later is Monday.
        start = datetime(2026, 10, 1, 23, 30, tzinfo=UTC)
        assert FIVE.due_at(start, 1) == datetime(2026, 10, 5, 23, 59, 59, tzinfo=WIB)
        assert Calendar(WITA).due_at(start, 1) == datetime(2026, 10, 5, 23, 59, 59, tzinfo=WITA)

    def test_the_same_moment_can_be_another_day_further_east(self) -> None:
        start = datetime(2026, 10, 5, 16, 30, tzinfo=UTC)  # 23.30 WIB, 00.30 WITA
        assert FIVE.due_at(start, 1).date() == date(2026, 10, 6)
        assert Calendar(WITA).due_at(start, 1).date() == date(2026, 10, 7)

    def test_calendar_days_skip_nothing(self) -> None:
        start = datetime(2026, 10, 2, 9, tzinfo=WIB)
        assert FIVE.due_at_calendar_days(start, 2) == datetime(2026, 10, 4, 23, 59, 59, tzinfo=WIB)

    def test_a_naive_moment_is_refused(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            FIVE.due_at(datetime(2026, 10, 2, 9, tzinfo=WIB).replace(tzinfo=None), 1)

    @pytest.mark.parametrize(
        ("now", "left"),
        [
            (datetime(2026, 10, 1, 9, tzinfo=WIB), 1),
            (datetime(2026, 10, 2, 0, 0, 1, tzinfo=WIB), 0),
            (datetime(2026, 10, 2, 23, 59, 59, tzinfo=WIB), 0),
            (datetime(2026, 10, 3, 0, tzinfo=WIB), -1),
            (datetime(2026, 10, 5, 9, tzinfo=WIB), -1),
            (datetime(2026, 10, 6, 9, tzinfo=WIB), -2),
        ],
    )
    def test_remaining(self, now: datetime, left: int) -> None:
        friday = FIVE.due_at(datetime(2026, 10, 1, 9, tzinfo=WIB), 1)
        assert FIVE.remaining(now, friday) == left


def off(calendar: Calendar, day: date) -> bool:
    """Whether an office is closed, said anew from the sources: the week, the joint decree, the regency's own days."""
    weekend = {7} if calendar.six_day else {6, 7}
    decreed = country_holidays("ID", years=day.year, categories=("public", "government"))
    return day.isoweekday() in weekend or day in decreed or day in calendar.local_holidays


class TestProperties:
    @settings(max_examples=60, deadline=None)
    @given(days, st.integers(-30, 30).filter(bool), st.frozensets(st.integers(-40, 40), min_size=3), st.booleans())
    def test_a_deadline_is_the_nth_day_that_is_not_off(
        self, day: date, n: int, near: frozenset[int], six_day: bool
    ) -> None:
        """Counted the slow way, day by day, without the calendar's own idea of a working day."""
        calendar = Calendar(WIB, frozenset(day + timedelta(offset) for offset in near), six_day)
        found, step, left = day, timedelta(1 if n > 0 else -1), abs(n)
        while left:
            found += step
            left -= not off(calendar, found)
        assert calendar.add_working_days(day, n) == found

    @given(days, st.times(), counts)
    def test_midnight_comes_two_hours_earlier_in_the_east(self, day: date, at: time, n: int) -> None:
        """The same moment may be another day there, and then its limit ends another working day."""
        start = datetime.combine(day, at, UTC)
        here, there, far = (Calendar(zone) for zone in (WIB, WITA, WIT))
        assert here.day_of(start) <= there.day_of(start) <= far.day_of(start) <= here.day_of(start) + timedelta(1)
        for calendar, hours in ((here, 7), (there, 8), (far, 9)):
            assert calendar.day_of(start) == (start + timedelta(hours=hours)).date()
            due = calendar.due_at(start, n)
            assert due.date() == calendar.add_working_days(calendar.day_of(start), n)
            assert due.astimezone(UTC).time() == time(23 - hours, 59, 59)

    @given(calendars, days, counts)
    def test_a_deadline_is_a_working_day(self, calendar: Calendar, day: date, n: int) -> None:
        assert calendar.is_working_day(calendar.add_working_days(day, n))
        assert calendar.is_working_day(calendar.add_working_days(day, -n))

    @given(calendars, days, counts.filter(bool))
    def test_adding_and_counting_agree(self, calendar: Calendar, day: date, n: int) -> None:
        assert calendar.working_days_between(day, calendar.add_working_days(day, n)) == n
        assert calendar.working_days_between(day, calendar.add_working_days(day, -n)) == -n

    @given(calendars, days, counts)
    def test_back_again(self, calendar: Calendar, day: date, n: int) -> None:
        start = calendar.add_working_days(day, 0)
        assert calendar.add_working_days(calendar.add_working_days(start, n), -n) == start

    @given(calendars, days, counts, counts)
    def test_in_two_steps(self, calendar: Calendar, day: date, n: int, m: int) -> None:
        start = calendar.add_working_days(day, 0)
        assert calendar.add_working_days(calendar.add_working_days(start, n), m) == calendar.add_working_days(
            start, n + m
        )

    @given(calendars, days, st.integers(0, 30), counts)
    def test_later_starts_never_end_earlier(self, calendar: Calendar, day: date, later: int, n: int) -> None:
        assert calendar.add_working_days(day, n) <= calendar.add_working_days(day + timedelta(later), n)

    @given(calendars, days, counts)
    def test_more_days_end_later(self, calendar: Calendar, day: date, n: int) -> None:
        start = calendar.add_working_days(day, 0)
        assert calendar.add_working_days(start, n + 1) > calendar.add_working_days(start, n)

    @given(days, counts, st.frozensets(days, max_size=20))
    def test_six_days_a_week_are_never_slower_and_holidays_never_faster(
        self, day: date, n: int, local: frozenset[date]
    ) -> None:
        assert SIX.add_working_days(day, n) <= FIVE.add_working_days(day, n)
        assert Calendar(WIB, local).add_working_days(day, n) >= FIVE.add_working_days(day, n)

    @given(
        calendars,
        st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
        st.integers(0, 60),
    )
    def test_due_and_remaining_agree(self, calendar: Calendar, start: datetime, n: int) -> None:
        due = calendar.due_at(start, n)
        assert due > start - timedelta(seconds=1)
        assert (due.hour, due.minute, due.second) == (23, 59, 59)
        assert calendar.remaining(due, due) == 0
        assert calendar.remaining(due + timedelta(seconds=1), due) == -1
        if n or calendar.is_working_day(calendar.day_of(start)):
            assert calendar.remaining(start, due) == n


class TestNational:
    def test_names_in_two_languages(self) -> None:
        day = date(2026, 2, 16)
        assert national_holidays(2026)[day] == "Cuti Bersama Tahun Baru Imlek"
        assert national_holidays(2026, "en")[day] == "Lunar New Year Joint Holiday"

    def test_a_year_without_its_decree_is_provisional(self) -> None:
        assert not is_provisional(2026)
        assert is_provisional(2045)

    @pytest.mark.reference
    @pytest.mark.skipif(not REFERENCE, reason="REFERENCE_DATA is not set")
    def test_every_day_agrees_with_the_reference(self) -> None:
        assert REFERENCE
        with open(Path(REFERENCE) / "holidays_id_2020_2027.csv", encoding="utf-8", newline="") as file:
            expected = {date.fromisoformat(row["date"]) for row in csv.DictReader(file)}
        assert {day for year in range(2020, 2028) for day in national_holidays(year)} == expected


class TestCurrent:
    def test_it_is_that_of_the_regency(self, batang: Regency, manggarai: Regency) -> None:
        LocalHoliday.objects.create(date=date(2026, 10, 5), name="Hari Jadi")
        with tenant_context(manggarai):
            assert current_calendar() == Calendar(WITA)
            assert add_working_days(date(2026, 10, 2), 1) == date(2026, 10, 5)
        assert current_calendar() == Calendar(WIB, frozenset({date(2026, 10, 5)}))
        assert add_working_days(date(2026, 10, 2), 1) == date(2026, 10, 6)
        assert working_days_between(date(2026, 10, 2), date(2026, 10, 6)) == 1

    def test_it_costs_one_query(self, batang: Regency, django_assert_num_queries: object) -> None:
        LocalHoliday.objects.exists()  # sets the search path
        with django_assert_num_queries(1):  # type: ignore[operator]
            current_calendar(Unit(six_day_week=True))

    def test_a_unit_may_work_on_saturday(self, batang: Regency) -> None:
        assert current_calendar(Unit(six_day_week=True)).six_day
        assert not current_calendar(Unit()).six_day

    def test_the_zone_is_found_by_schema_alone_without_opening_public(self, batang: Regency) -> None:
        with in_schema("manggarai"):
            assert regency_zone() == WITA
            assert connection.schema_name == "manggarai"
            assert not connection.include_public_schema
