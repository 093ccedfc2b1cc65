from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from tenants.accounts.models import User
from tenants.models import Regency
from tenants.organisation.models import Assignment, District, OfficeHours, Position, Unit, Village

pytestmark = pytest.mark.usefixtures("batang")


def unit(code: str, name: str = "", **fields: object) -> Unit:
    return Unit.objects.create(code=code, name=name or f"Dinas {code}", **{"kind": "dinas", **fields})


def user(name: str) -> User:
    return User.objects.create_user(f"{name.lower()}@batang.test", name)


def refused(constraint: str) -> "pytest.RaisesExc[IntegrityError]":
    return pytest.raises(IntegrityError, match=constraint)  # type: ignore[return-value]


class TestUnit:
    def test_a_name_stands_once_in_its_parent(self) -> None:
        setda = unit("1", "Sekretariat Daerah")
        unit("2", "Bagian Hukum", parent=setda)
        unit("3", "Bagian Hukum")
        with refused("unit_name_once_in_parent"), transaction.atomic():
            unit("4", "Bagian Hukum", parent=setda)
        with refused("unit_name_once_in_parent"), transaction.atomic():
            unit("5", "Sekretariat Daerah")

    def test_a_closed_unit_gives_its_name_free(self) -> None:
        unit("1", "Dinas Sosial", closed_at=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Jakarta")))
        unit("2", "Dinas Sosial")

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"code": ""}, "unit_has_name_and_code"),
            ({"size": "D"}, "unit_size"),
            ({"postal_code": "5121"}, "unit_postal_code"),
        ],
    )
    def test_nonsense(self, fields: dict[str, object], constraint: str) -> None:
        with refused(constraint):
            unit(**{"code": "1", **fields})  # type: ignore[arg-type]

    def test_codes_are_unique(self) -> None:
        unit("1")
        with refused("code"):
            unit("1", "Dinas lain")

    def test_it_is_not_its_own_parent(self) -> None:
        office = unit("1")
        office.parent = office
        with refused("unit_not_its_own_parent"):
            office.save()

    def test_an_office_per_village_and_per_district(self) -> None:
        district = District.objects.create(code="33.25.01", name="Wonotunggal")
        village = Village.objects.create(code="33.25.01.2001", name="Silurah", kind="desa", district=district)
        unit("1", kind="desa", village=village)
        unit("2", kind="kecamatan", district=district)
        unit("3", kind="puskesmas", district=district)
        with refused("unit_one_per_village"), transaction.atomic():
            unit("4", kind="desa", village=village)
        with refused("unit_one_kecamatan_per_district"), transaction.atomic():
            unit("5", kind="kecamatan", district=district)
        with refused("unit_village_by_kind"), transaction.atomic():
            unit("6", kind="dinas", village=village)

    def test_agencies(self) -> None:
        unit("1"), unit("2", kind="desa"), unit("3", kind="kecamatan"), unit("4", kind="bagian")
        assert {u.code for u in Unit.objects.agencies()} == {"1", "3"}


class TestPosition:
    def test_one_head(self) -> None:
        office = unit("1")
        Position.objects.create(unit=office, name="Kepala Dinas", is_head=True)
        with refused("position_one_head_per_unit"):
            Position.objects.create(unit=office, name="Kepala kedua", is_head=True)

    def test_a_key_stands_once_in_its_unit(self) -> None:
        office = unit("1")
        Position.objects.create(unit=office, name="Bendahara", key="treasurer")
        Position.objects.create(unit=office, name="Arsiparis")
        Position.objects.create(unit=office, name="Pranata komputer")
        Position.objects.create(unit=unit("2"), name="Bendahara", key="treasurer")
        with refused("position_key_once_in_unit"):
            Position.objects.create(unit=office, name="Bendahara II", key="treasurer")


class TestAssignment:
    @pytest.fixture
    def head(self, batang: Regency) -> Position:
        return Position.objects.create(unit=unit("1"), name="Kepala Dinas", is_head=True)

    def test_two_heads_never_overlap_by_a_day(self, head: Position) -> None:
        sari, budi = user("Sari"), user("Budi")
        Assignment.objects.create(user=sari, position=head, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30))
        with refused("assignment_one_head_at_a_time"), transaction.atomic():
            Assignment.objects.create(user=budi, position=head, starts_on=date(2026, 6, 30))
        Assignment.objects.create(user=budi, position=head, starts_on=date(2026, 7, 1))
        with refused("assignment_one_head_at_a_time"):
            Assignment.objects.create(user=sari, position=head, starts_on=date(2030, 1, 1))

    def test_someone_may_act_beside_the_head(self, head: Position) -> None:
        Assignment.objects.create(user=user("Sari"), position=head, starts_on=date(2026, 1, 1))
        acting = Assignment.objects.create(user=user("Budi"), position=head, starts_on=date(2026, 2, 1), acting="Plh.")
        assert acting.title == "Plh. Kepala Dinas"

    def test_many_share_a_position_that_does_not_lead(self) -> None:
        staff = Position.objects.create(unit=unit("1"), name="Pelaksana")
        Assignment.objects.create(user=user("Sari"), position=staff, starts_on=date(2026, 1, 1))
        Assignment.objects.create(user=user("Budi"), position=staff, starts_on=date(2026, 1, 1))

    def test_nobody_holds_a_position_twice_at_once(self) -> None:
        staff, sari = Position.objects.create(unit=unit("1"), name="Pelaksana"), user("Sari")
        Assignment.objects.create(user=sari, position=staff, starts_on=date(2026, 1, 1))
        with refused("assignment_once_at_a_time"):
            Assignment.objects.create(user=sari, position=staff, starts_on=date(2027, 1, 1), acting="Plt.")

    def test_a_position_that_becomes_the_head_takes_its_assignments_along(self) -> None:
        staff = Position.objects.create(unit=unit("1"), name="Pelaksana")
        Assignment.objects.create(user=user("Sari"), position=staff, starts_on=date(2026, 1, 1))
        Position.objects.filter(pk=staff.pk).update(is_head=True)
        assert Assignment.objects.get().is_head

    def test_a_position_shared_by_two_cannot_become_the_head(self) -> None:
        staff = Position.objects.create(unit=unit("1"), name="Pelaksana")
        for name in ("Sari", "Budi"):
            Assignment.objects.create(user=user(name), position=staff, starts_on=date(2026, 1, 1))
        with refused("assignment_one_head_at_a_time"):
            Position.objects.filter(pk=staff.pk).update(is_head=True)

    def test_the_copy_of_headship_cannot_lie(self, head: Position) -> None:
        Assignment.objects.create(user=user("Sari"), position=head, starts_on=date(2026, 1, 1))
        with refused("assignment_headship"), transaction.atomic():
            Assignment.objects.update(is_head=False)
            transaction.get_connection().check_constraints()

    def test_it_does_not_end_before_it_starts(self, head: Position) -> None:
        with refused("assignment_ends_after_start|lower bound"):
            Assignment.objects.create(
                user=user("Sari"), position=head, starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1)
            )

    def test_in_force(self, head: Position) -> None:
        row = Assignment.objects.create(
            user=user("Sari"), position=head, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30)
        )
        for day, expected in [
            (date(2025, 12, 31), False),
            (date(2026, 1, 1), True),
            (date(2026, 6, 30), True),
            (date(2026, 7, 1), False),
        ]:
            assert Assignment.objects.on(day).exists() is expected
            assert row.is_current(day) is expected


def test_office_hours_are_one_row() -> None:
    assert str(OfficeHours()) == "07.30–16.00"
    OfficeHours.objects.create()
    with refused("officehours_one_row"):
        OfficeHours.objects.create(id=2)
