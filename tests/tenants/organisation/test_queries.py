from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tenants.accounts.models import User
from tenants.models import Regency
from tenants.organisation import actions, queries
from tenants.organisation.calendar import Calendar
from tenants.organisation.models import Assignment, LocalHoliday, Position, Unit, Village
from tenants.organisation.year import year_of

pytestmark = pytest.mark.usefixtures("batang")
NOW = timezone.now()
TODAY = date(2026, 10, 5)


def user(name: str) -> User:
    return User.objects.create_user(f"{name.lower()}@batang.test", name)


def put(who: User, unit: Unit, *, head: bool = False, **fields: Any) -> Assignment:
    position, _created = Position.objects.get_or_create(
        unit=unit, is_head=head, defaults={"name": "Kepala" if head else "Pelaksana"}
    )
    return Assignment.objects.create(user=who, position=position, **{"starts_on": date(2026, 1, 1), **fields})


@pytest.fixture
def seeded(batang: Regency) -> None:
    actions.seed_regions(code="33.25", by=None, at=NOW)


@pytest.mark.usefixtures("seeded")
class TestScope:
    def test_a_village_operator_sees_their_village(self) -> None:
        operator = user("Siti")
        put(operator, Unit.objects.get(code="33.25.01.2001"))
        assert list(queries.villages_of(operator, on=TODAY).values_list("name", flat=True)) == ["Silurah"]
        assert queries.unit_ids_of(operator, on=TODAY) == {Unit.objects.get(code="33.25.01.2001").pk}

    def test_a_camat_sees_the_villages_of_the_kecamatan(self) -> None:
        camat = user("Budi")
        put(camat, Unit.objects.get(code="33.25.01"), head=True)
        assert queries.villages_of(camat, on=TODAY).count() == Village.objects.filter(district__code="33.25.01").count()
        assert (
            len(queries.unit_ids_of(camat, on=TODAY)) == 1 + Village.objects.filter(district__code="33.25.01").count()
        )

    def test_a_puskesmas_in_a_kecamatan_speaks_for_no_village(self) -> None:
        nurse = user("Ani")
        district = Unit.objects.get(code="33.25.01").district
        put(nurse, Unit.objects.create(code="P1", name="Puskesmas", kind="puskesmas", district=district))
        assert not queries.villages_of(nurse, on=TODAY).exists()

    def test_what_has_ended_or_not_begun_counts_for_nothing(self) -> None:
        operator, office = user("Siti"), Unit.objects.get(code="33.25.01.2001")
        held = put(operator, office, ends_on=date(2026, 6, 30))
        assert not queries.units_of(operator, on=TODAY).exists()
        assert queries.units_of(operator, on=date(2026, 6, 30)).get() == office
        assert not queries.villages_of(operator, on=date(2025, 12, 31)).exists()
        assert queries.positions_of(operator, on=date(2026, 6, 30)).get() == held

    def test_a_closed_office_gives_no_scope(self) -> None:
        operator, office = user("Siti"), Unit.objects.get(code="33.25.01.2001")
        put(operator, office)
        Unit.objects.filter(pk=office.pk).update(closed_at=NOW)
        assert queries.unit_ids_of(operator, on=TODAY) == set()
        assert not queries.villages_of(operator, on=TODAY).exists()

    def test_the_picker_offers_every_village_under_its_kecamatan(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            groups = queries.villages_for_picker()
        assert [name for name, _villages in groups] == sorted(name for name, _villages in groups)
        assert sum(len(villages) for _name, villages in groups) == 248

    def test_searching_villages(self) -> None:
        assert queries.search_villages("silur").get().title == "Desa Silurah"
        assert queries.search_villages("33.25.11").count() == queries.search_villages(district_code="33.25.11").count()
        assert not queries.search_villages("silur", district_code="33.25.11").exists()

    def test_the_tree_costs_one_query_and_holds_everything(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            tree = queries.unit_tree()
        assert len(tree) == 15
        assert sum(1 + node.size for node in tree) == 263

    def test_a_search_keeps_what_is_above(self) -> None:
        (district,) = queries.unit_tree(text="SILURAH")
        assert district.unit.name == "Kecamatan Wonotunggal"
        assert [node.unit.name for node in district.children] == ["Desa Silurah"]

    def test_a_child_of_a_closed_unit_is_not_lost(self) -> None:
        Unit.objects.filter(code="33.25.01").update(closed_at=NOW)
        names = {node.unit.name for node in queries.unit_tree()}
        assert "Desa Silurah" in names
        assert "Kecamatan Wonotunggal" not in names
        assert "Kecamatan Wonotunggal" in {node.unit.name for node in queries.unit_tree(include_closed=True)}


def test_the_path_to_a_unit() -> None:
    top = Unit.objects.create(code="1", name="Setda", kind="setda")
    middle = Unit.objects.create(code="2", name="Bagian", kind="bagian", parent=top)
    bottom = Unit.objects.create(code="3", name="Subbagian", kind="subbagian", parent=middle)
    assert queries.path_to(bottom) == [top, middle]
    assert queries.path_to(top) == []


def test_who_acts_for_the_head_signs_before_the_head() -> None:
    office = Unit.objects.create(code="1", name="Dinas Sosial", kind="dinas")
    assert queries.signatory_of(office, on=TODAY) is None
    head, deputy = user("Rina"), user("Budi")
    put(head, office, head=True)
    put(deputy, office, head=True, acting="Plh.", starts_on=TODAY, ends_on=TODAY)
    put(user("Ani"), office)
    signs = queries.signatory_of(office, on=TODAY)
    assert signs is not None
    assert (signs.user, signs.title) == (deputy, "Plh. Kepala")
    after = queries.signatory_of(office, on=date(2026, 10, 6))
    assert after is not None
    assert after.user == head


def test_positions_show_empty_chairs_too() -> None:
    office = Unit.objects.create(code="1", name="Dinas Sosial", kind="dinas")
    held = put(user("Rina"), office)
    Position.objects.create(unit=office, name="Kepala", is_head=True)
    rows = queries.positions_with_holders(office, on=TODAY)
    assert [(position.name, holders) for position, holders in rows] == [("Kepala", []), ("Pelaksana", [held])]


class TestYear:
    def test_every_day_once_and_counted_as_the_calendar_counts(self) -> None:
        local = LocalHoliday.objects.create(date=date(2026, 4, 8), name="Hari Jadi")
        calendar = Calendar(ZoneInfo("Asia/Jakarta"), frozenset({local.date}))
        year = year_of(2026, calendar, [local])
        days = [day for month in year.months for week in month.weeks for day in week if day]
        assert len(days) == 365
        assert all((day.state == "work") == calendar.is_working_day(day.date) for day in days)
        assert year.working_days == calendar.working_days_between(date(2025, 12, 31), date(2026, 12, 31))
        assert [day.local for day in year.holidays if day.date == local.date] == [local]
        assert not year.is_provisional

    def test_weeks_begin_on_monday(self) -> None:
        year = year_of(2026, Calendar(ZoneInfo("Asia/Jakarta")), [])
        for month in year.months:
            for week in month.weeks:
                assert [day.date.weekday() for day in week if day] == [i for i, day in enumerate(week) if day]

    def test_names_in_english(self) -> None:
        year = year_of(2026, Calendar(ZoneInfo("Asia/Jakarta")), [], "en")
        assert "Independence Day" in {day.name for day in year.holidays}


def test_closing_looks_at_the_day_of_the_regency() -> None:
    """Someone's last day is the 5th: at 17.30 UTC it is already the 6th in Batang."""
    office = Unit.objects.create(code="1", name="Dinas Sosial", kind="dinas")
    put(user("Rina"), office, ends_on=TODAY)
    with pytest.raises(actions.UnitInUse):
        actions.close_unit(unit=office, by=None, at=datetime(2026, 10, 5, 16, 30, tzinfo=ZoneInfo("UTC")))
    actions.close_unit(unit=office, by=None, at=datetime(2026, 10, 5, 17, 30, tzinfo=ZoneInfo("UTC")))
