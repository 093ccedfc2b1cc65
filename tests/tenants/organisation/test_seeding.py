import time

import pytest
from django.utils import timezone

from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.organisation.actions import Seeded, change_unit, close_unit, create_unit, seed_regions, seed_units
from tenants.organisation.actions.seeding import baseline
from tenants.organisation.models import District, Position, Unit, Village
from tenants.regions import UnknownRegency

pytestmark = pytest.mark.usefixtures("batang")
NOW = timezone.now()


def seed(code: str = "33.25") -> Seeded:
    return seed_regions(code=code, by=None, at=NOW)


def test_batang_gets_its_places_and_an_office_for_each() -> None:
    assert seed() == Seeded(districts=15, villages=248, units=263)
    assert District.objects.count() == 15
    assert Village.objects.filter(kind="desa").count() == 239
    silurah = Unit.objects.select_related("parent", "village").get(code="33.25.01.2001")
    assert (silurah.name, silurah.kind) == ("Desa Silurah", "desa")
    assert silurah.parent is not None
    assert silurah.parent.name == "Kecamatan Wonotunggal"
    assert silurah.village is not None
    assert silurah.village.title == "Desa Silurah"
    assert [p.name for p in silurah.positions.all()] == ["Kepala Desa", "Perangkat Desa"]  # type: ignore[attr-defined]
    assert set(Position.objects.filter(is_head=True).values_list("name", flat=True)) == {
        "Camat",
        "Kepala Desa",
        "Lurah",
    }


def test_its_rows_are_what_the_model_would_have_written() -> None:
    seed()
    for unit in Unit.objects.filter(code__startswith="33.25.01"):
        unit.full_clean()
        for position in unit.positions.all():  # type: ignore[attr-defined]
            position.full_clean()
    for village in Village.objects.filter(code__startswith="33.25.01"):
        village.full_clean()


def test_it_leaves_one_audit_row_and_repeating_it_none() -> None:
    seed()
    assert seed() == Seeded()
    entry = AuditEntry.objects.get(action="organisation.regions_seeded")
    assert entry.data == {"districts": 15, "villages": 248, "units": 263}


def test_repeating_it_adds_what_is_missing_and_leaves_what_was_changed() -> None:
    seed()
    office = Unit.objects.get(code="33.25.01.2001")
    change_unit(unit=office, name="Pemerintah Desa Silurah", by=None, at=NOW)
    closed = Unit.objects.get(code="33.25.01.2002")
    close_unit(unit=closed, by=None, at=NOW)
    gone = Unit.objects.get(code="33.25.01.2003")
    Position.objects.filter(unit=gone).delete()
    gone.delete()
    Village.objects.get(code="33.25.01.2003").delete()

    assert seed() == Seeded(villages=1, units=1)
    assert Unit.objects.get(pk=office.pk).name == "Pemerintah Desa Silurah"
    assert Unit.objects.filter(village=closed.village).count() == 1


def test_two_villages_of_one_name_in_one_district_are_told_apart_by_code() -> None:
    seed("71.02")
    names = set(Unit.objects.filter(village__name="Tounelet Satu").values_list("name", flat=True))
    assert len(names) == 2
    assert all("71.02.11." in name for name in names)


def test_papua_has_distrik() -> None:
    seed("94.03")
    assert not Unit.objects.filter(name__startswith="Kecamatan").exists()
    assert Position.objects.filter(unit__kind="kecamatan", name="Kepala Distrik").count() == District.objects.count()


def test_an_unknown_regency_leaves_nothing() -> None:
    with pytest.raises(UnknownRegency):
        seed("99.99")
    assert not District.objects.exists()


def test_it_is_fast() -> None:
    """Provisioning does it between two clicks: 0.15 s is the promise, about 0.02 s the rule."""
    took = []
    for code in ("33.25", "33.24", "33.26"):  # the best of three: the machine does other things too
        started = time.perf_counter()
        assert seed(code).villages > 240
        took.append(time.perf_counter() - started)
    assert min(took) < 0.15


def test_the_baseline_is_seeded_once() -> None:
    first = seed_units(by=None, at=NOW)
    assert first.units == len(baseline()) == Unit.objects.count()
    assert seed_units(by=None, at=NOW) == Seeded()
    for unit in Unit.objects.all():
        unit.full_clean()
        assert unit.positions.filter(is_head=True).count() == 1  # type: ignore[attr-defined]
    assert Unit.objects.get(code="SETDA-KESRA").parent == Unit.objects.get(code="SETDA")


def test_the_baseline_leaves_a_regencys_own_agency_alone() -> None:
    own = create_unit(code="1.06", name="Dinas Sosial", kind="dinas", by=None, at=NOW)
    seed_units(by=None, at=NOW)
    assert Unit.objects.filter(name="Dinas Sosial").get() == own
    assert Unit.objects.get(code="DINSOS-LINJAMSOS").parent == own


def test_the_baseline_has_the_agencies_that_the_services_need(batang: Regency) -> None:
    codes = {row["code"] for row in baseline()}
    assert codes >= {"SETDA", "SETDA-KESRA", "SETDA-HUKUM", "SETWAN", "INSPEKTORAT", "DINSOS", "DISDUKCAPIL", "BPKAD",
                     "BAPPERIDA", "DINKES"}  # fmt: skip
