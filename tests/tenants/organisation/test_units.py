import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_tenants.utils import tenant_context
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.audit.sentences import sentence
from tenants.models import Regency
from tenants.organisation import actions
from tenants.organisation.models import Assignment, LocalHoliday, OfficeHours, Position, Unit
from tenants.organisation.queries import office_hours, unit_ids_within
from tenants.organisation.sentences import SENTENCES
from tests.conftest import NewRegency

NOW = timezone.now()
TODAY = date(2026, 10, 5)


@pytest.fixture
def admin(batang: Regency) -> User:
    return User.objects.create_user("rina@batang.test", "Rina Wulandari")


def unit(code: str = "1", **fields: Any) -> Unit:
    return actions.create_unit(**{"code": code, "name": f"Dinas {code}", "kind": "dinas", **fields}, by=None, at=NOW)


def position(office: Unit | None = None, **fields: Any) -> Position:
    fields = {"name": "Kepala Dinas", "is_head": True, **fields}
    return actions.create_position(unit=office or unit(), **fields, by=None, at=NOW)


def assign(user: User, where: Position, starts_on: date = TODAY, **fields: Any) -> Assignment:
    return actions.assign(user=user, position=where, starts_on=starts_on, **fields, by=None, at=NOW)


@pytest.mark.usefixtures("batang")
class TestUnits:
    def test_who_changed_what(self, admin: User) -> None:
        office = actions.create_unit(code="1", name="Dinas Sosial", kind="dinas", by=admin, at=NOW)
        actions.change_unit(unit=office, name="Dinas Sosial dan P3A", phone="0285", kind="dinas", by=admin, at=NOW)
        created, changed = AuditEntry.objects.order_by("id")
        assert (created.action, created.actor_id, created.subject_label) == ("organisation.unit_created", admin.pk, "1")
        assert changed.data == {
            "before": {"name": "Dinas Sosial", "phone": ""},
            "after": {"name": "Dinas Sosial dan P3A", "phone": "0285"},
        }

    def test_no_change_leaves_no_trace(self) -> None:
        office = unit()
        before = AuditEntry.objects.count()
        actions.change_unit(unit=office, name=office.name, by=None, at=NOW)
        assert AuditEntry.objects.count() == before

    def test_taken_names_and_codes(self) -> None:
        unit("1")
        with pytest.raises(actions.CodeTaken):
            unit("1", name="Lain")
        with pytest.raises(actions.NameTaken):
            unit("2", name="Dinas 1")
        assert Unit.objects.count() == 1

    def test_a_refused_change_leaves_everything_as_it_was(self) -> None:
        unit("1")
        other = unit("2")
        with pytest.raises(actions.NameTaken):
            actions.change_unit(unit=other, name="Dinas 1", phone="0285", by=None, at=NOW)
        other.refresh_from_db()
        assert (other.name, other.phone) == ("Dinas 2", "")

    def test_no_circle(self) -> None:
        top = unit("1")
        middle = unit("2", parent=top)
        bottom = unit("3", parent=middle)
        for parent in (top, middle, bottom):
            with pytest.raises(actions.Circular):
                actions.change_unit(unit=top, parent=parent, by=None, at=NOW)
        assert unit_ids_within([top.pk]) == {top.pk, middle.pk, bottom.pk}
        assert unit_ids_within([middle.pk]) == {middle.pk, bottom.pk}

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(moves=st.lists(st.tuples(st.integers(0, 4), st.one_of(st.none(), st.integers(0, 4))), max_size=12))
    def test_whatever_is_moved_everything_hangs_on_the_top(self, moves: list[tuple[int, int | None]]) -> None:
        Unit.objects.update(parent=None)
        Unit.objects.all().delete()
        units = [unit(str(i)) for i in range(5)]
        for moved, target in moves:
            parent = None if target is None else units[target]
            try:
                actions.change_unit(unit=units[moved], parent=parent, by=None, at=NOW)
            except actions.Circular:
                continue
        roots = Unit.objects.filter(parent=None).values_list("pk", flat=True)
        assert unit_ids_within(roots) == {u.pk for u in units}

    def test_closing_and_opening_again(self, admin: User) -> None:
        office = unit()
        closed = actions.close_unit(unit=office, by=admin, at=NOW)
        assert (closed.closed_at, closed.closed_by) == (NOW, admin)
        with pytest.raises(actions.UnitClosed):
            actions.close_unit(unit=office, by=admin, at=NOW)
        with pytest.raises(actions.UnitClosed):
            actions.change_unit(unit=office, name="Lain", by=admin, at=NOW)
        with pytest.raises(actions.UnitClosed):
            position(office)
        with pytest.raises(actions.ParentClosed):
            unit("2", parent=office)
        assert actions.reopen_unit(unit=office, by=admin, at=NOW).is_open
        with pytest.raises(actions.UnitOpen):
            actions.reopen_unit(unit=office, by=admin, at=NOW)

    def test_it_is_not_closed_under_those_who_work_there(self, admin: User) -> None:
        office = unit("1")
        child = unit("2", parent=office)
        with pytest.raises(actions.UnitInUse):
            actions.close_unit(unit=office, by=None, at=NOW)
        actions.close_unit(unit=child, by=None, at=NOW)
        held = assign(admin, position(office), TODAY)
        with pytest.raises(actions.UnitInUse):
            actions.close_unit(unit=office, by=None, at=NOW)
        actions.end_assignment(assignment=held, ends_on=TODAY, by=None, at=NOW)
        actions.close_unit(unit=office, by=None, at=NOW + timedelta(days=60))

    def test_its_name_may_be_taken_while_it_is_closed(self) -> None:
        old = unit("1", name="Dinas Sosial")
        actions.close_unit(unit=old, by=None, at=NOW)
        unit("2", name="Dinas Sosial")
        with pytest.raises(actions.NameTaken):
            actions.reopen_unit(unit=old, by=None, at=NOW)


@pytest.mark.usefixtures("batang")
class TestPeople:
    def test_positions(self) -> None:
        office = unit()
        head = position(office)
        with pytest.raises(actions.HeadTaken):
            position(office, name="Kepala kedua")
        with pytest.raises(actions.PositionTaken):
            position(office, is_head=False)
        assert actions.change_position(position=head, name="Plt", rank="II.b", by=None, at=NOW).rank == "II.b"
        entry = AuditEntry.objects.get(action="organisation.position_changed")
        assert entry.data["before"] == {"name": "Kepala Dinas", "rank": ""}

    def test_a_seat_has_one_holder_and_others_act(self, admin: User) -> None:
        budi, seat = User.objects.create_user("budi@batang.test", "Budi"), position()
        assign(admin, seat)
        with pytest.raises(actions.SeatTaken):
            assign(budi, seat)
        assert assign(budi, seat, acting="Plh.").title == "Plh. Kepala Dinas"
        with pytest.raises(actions.AlreadyAssigned):
            assign(budi, seat, acting="Plt.")

    def test_the_audit_names_nobody(self, admin: User) -> None:
        assign(admin, position(), decree_number="821/12/2026")
        entry = AuditEntry.objects.get(action="organisation.user_assigned")
        assert entry.data["user"] == admin.pk
        assert "Rina" not in str(entry.data)
        assert "821" not in str(entry.data)

    def test_ending_makes_room_for_the_next(self, admin: User) -> None:
        budi, seat = User.objects.create_user("budi@batang.test", "Budi"), position()
        first = assign(admin, seat, date(2026, 1, 1))
        with pytest.raises(actions.EndsBeforeStart):
            actions.end_assignment(assignment=first, ends_on=date(2025, 12, 31), by=None, at=NOW)
        actions.end_assignment(assignment=first, ends_on=date(2026, 6, 30), by=None, at=NOW)
        assign(budi, seat, date(2026, 7, 1))
        with pytest.raises(actions.SeatTaken):
            actions.end_assignment(assignment=first, ends_on=date(2026, 7, 1), by=None, at=NOW)
        with pytest.raises(actions.EndsBeforeStart):
            assign(admin, seat, date(2027, 2, 1), ends_on=date(2027, 1, 1))

    def test_a_shared_position_cannot_become_the_head(self, admin: User) -> None:
        budi, shared = User.objects.create_user("budi@batang.test", "Budi"), position(is_head=False, name="Pelaksana")
        assign(admin, shared)
        assign(budi, shared)
        with pytest.raises(actions.SeatTaken):
            actions.change_position(position=shared, is_head=True, by=None, at=NOW)


@pytest.mark.usefixtures("batang")
class TestDays:
    def test_holidays(self, admin: User) -> None:
        day = actions.add_holiday(date=date(2026, 4, 8), name="Hari Jadi Batang", by=admin, at=NOW)
        with pytest.raises(actions.DayTaken):
            actions.add_holiday(date=date(2026, 4, 8), name="Sekali lagi", by=admin, at=NOW)
        with pytest.raises(actions.DayTaken):
            actions.add_holiday(date=date(2026, 8, 17), name="Kemerdekaan", by=admin, at=NOW)
        actions.remove_holiday(holiday=day, by=admin, at=NOW)
        assert not LocalHoliday.objects.exists()
        assert list(AuditEntry.objects.order_by("id").values_list("action", "data__date")) == [
            ("organisation.holiday_added", "2026-04-08"),
            ("organisation.holiday_removed", "2026-04-08"),
        ]

    def test_office_hours(self) -> None:
        hours = OfficeHours()
        assert office_hours().opens_at == hours.opens_at
        actions.set_office_hours(opens_at=hours.opens_at, closes_at=hours.closes_at.replace(hour=15), by=None, at=NOW)
        assert office_hours().closes_at.hour == 15
        with pytest.raises(actions.ClosesBeforeOpening):
            actions.set_office_hours(opens_at=hours.closes_at, closes_at=hours.opens_at, by=None, at=NOW)


def test_every_recorded_action_reads_as_a_sentence(admin: User) -> None:
    seat = position()
    held = assign(admin, seat)
    actions.end_assignment(assignment=held, ends_on=TODAY, by=admin, at=NOW)
    actions.add_holiday(date=date(2026, 4, 8), name="Hari Jadi", by=admin, at=NOW)
    for entry in AuditEntry.objects.all():
        assert entry.action in SENTENCES
        assert "…" not in sentence(entry)


@pytest.mark.slow
def test_two_moves_at_once_close_no_circle(committed: NewRegency) -> None:
    kendal = committed("kendal")
    with tenant_context(kendal):
        units = [unit("1"), unit("2")]
    together = threading.Barrier(2)
    refused: list[type[Exception]] = []

    def move(moved: Unit, below: Unit) -> None:
        try:
            connection.set_tenant(kendal, include_public=False)
            together.wait(10)
            actions.change_unit(unit=moved, parent=below, by=None, at=NOW)
        except actions.Circular as refusal:
            refused.append(type(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=pair) for pair in (units, units[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert refused == [actions.Circular]
    with tenant_context(kendal):
        assert Unit.objects.filter(parent=None).count() == 1
