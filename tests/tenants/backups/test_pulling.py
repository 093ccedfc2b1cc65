"""What was lost comes back: the object, its parts, its files, what it needs; recorded, or refused as a whole."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db.models import Model
from django.utils import timezone

from modules.contract import Module
from modules.packages import template_models
from modules.registry import discover
from modules.services.models import Case, CaseDocument, CaseEvent, Service
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.audit.queries import breaks
from tenants.backups import actions
from tenants.backups.actions.refusals import PullRefused
from tenants.backups.closure import pullable
from tenants.backups.models import RestoredSchema
from tenants.backups.queries import counts, differences
from tenants.files.models import Attachment
from tenants.organisation.models import District, Village
from tenants.schemas.context import connection, in_public, in_regency
from tests.conftest import NewRegency
from tests.tenants.backups.conftest import Office
from tests.tenants.backups.samples import NAME, NIK


@pytest.fixture
def beside(kendal: Office) -> RestoredSchema:
    backup = actions.back_up(regency=kendal.regency, by=None, at=timezone.now())
    return actions.restore_beside(backup=backup, by=None, at=timezone.now())


@pytest.fixture
def pull(kendal: Office, beside: RestoredSchema) -> Callable[..., int]:
    def pull(model: type[Model], *keys: Any, reason: str = "terhapus") -> int:
        return actions.pull_back(
            restored=beside, regency=kendal.regency, model=model, keys=keys, reason=reason, by=None, at=timezone.now()
        )

    return pull


def drop_cases() -> None:
    """As a careless hand at the database would: the steps of a case are never deleted otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE services_caseevent DISABLE TRIGGER USER")
        CaseDocument.objects.all().delete()
        Case.objects.all().delete()
        cursor.execute("ALTER TABLE services_caseevent ENABLE TRIGGER USER")


def lose_the_case(kendal: Office) -> None:
    with in_regency(kendal.regency):
        drop_cases()
        Attachment.objects.all().delete()
        Village.objects.all().delete()
        District.objects.all().delete()
        default_storage.delete(kendal.file_name)


def test_a_deleted_case_comes_back_with_all_that_is_its_own(kendal: Office, pull: Callable[..., int]) -> None:
    lose_the_case(kendal)
    # case, event, document, its file's row, and what it needs: village and district
    assert pull(Case, kendal.case.pk) == 6
    with in_regency(kendal.regency):
        case = Case.objects.get()
        assert (case.pk, case.applicant_name, str(case.nik)) == (kendal.case.pk, NAME, NIK)
        assert Case.objects.filter(nik_hash=case.nik_hash).exists()
        assert case.events.get().by == kendal.clerk
        attachment = case.documents.get().attachment
        with attachment.file.open("rb") as file:
            assert file.read() == b"%PDF-1.4 " + b"akta " * 5000
        assert case.village == Village.objects.get(district__code="33.24.01")


def test_it_is_on_record_in_both_audits(kendal: Office, pull: Callable[..., int]) -> None:
    lose_the_case(kendal)
    pull(Case, kendal.case.pk, reason="terhapus oleh petugas")
    with in_regency(kendal.regency):
        entry = AuditEntry.objects.latest("pk")
        assert entry.action == "backups.pulled_back"
        assert entry.data["model"] == "services.case"
        assert entry.data["keys"] == [str(kendal.case.pk)]
        assert entry.data["reason"] == "terhapus oleh petugas"
        assert NAME not in str(entry.data)
        assert breaks() == []
    with in_public():
        assert AuditEntry.objects.latest("pk").action == "backups.pulled_back"


def test_a_changed_object_becomes_what_it_was_and_its_surroundings_stay(
    kendal: Office, pull: Callable[..., int]
) -> None:
    with in_regency(kendal.regency):
        Case.objects.update(applicant_name="Salah Ketik")
        Service.objects.update(name="Surat Domisili (baru)")
    pull(Case, kendal.case.pk)
    with in_regency(kendal.regency):
        assert Case.objects.get().applicant_name == NAME
        assert Service.objects.get().name == "Surat Domisili (baru)"


def test_a_service_becomes_what_it_was_though_its_versions_are_locked(kendal: Office, pull: Callable[..., int]) -> None:
    with in_regency(kendal.regency):
        Service.objects.update(name="Salah", current=None)
    assert pull(Service, kendal.case.service_id) == 1
    with in_regency(kendal.regency):
        service = Service.objects.get()
        assert (service.name, service.current.number) == ("Surat Domisili", 1)


def test_repeating_it_changes_nothing(kendal: Office, pull: Callable[..., int]) -> None:
    pull(Case, kendal.case.pk)
    pull(Case, kendal.case.pk)
    with in_regency(kendal.regency):
        assert (Case.objects.count(), CaseEvent.objects.count(), CaseDocument.objects.count()) == (1, 1, 1)


def test_what_the_database_refuses_changes_nothing(kendal: Office, pull: Callable[..., int]) -> None:
    with in_regency(kendal.regency):
        drop_cases()
        other = Case.objects.create(
            number=kendal.case.number, secret_hash="2" * 64, service=kendal.case.service, version=kendal.case.version,
            state="diajukan", applicant_name="Orang Lain", sealed_answers="{}", filed_at=timezone.now(),
        )  # fmt: skip
    with pytest.raises(PullRefused, match="services_case_number_key"):
        pull(Case, kendal.case.pk)
    with in_regency(kendal.regency):
        assert Case.objects.get() == other
        assert not CaseEvent.objects.exists()


def test_an_account_is_not_opened_by_the_way(kendal: Office, pull: Callable[..., int]) -> None:
    with in_regency(kendal.regency):
        lose_the_case(kendal)
        with connection.cursor() as cursor:  # the product never deletes one; its tables in public know users too
            cursor.execute("DELETE FROM accounts_user")
    with pytest.raises(PullRefused, match="tidak dipulihkan lewat halaman ini"):
        pull(Case, kendal.case.pk)


@pytest.mark.parametrize(
    ("model", "keys", "reason", "says"),
    [
        (Case, (999_999,), "x", "tidak ada di dalam cadangan"),
        (Case, (), "x", "Pilih satu"),
        (Case, tuple(range(201)), "x", "Pilih satu"),
        (Case, (1,), "  ", "Tulis alasannya"),
        (User, (1,), "x", "tidak dapat ditarik"),
        (AuditEntry, (1,), "x", "tidak dapat ditarik"),
    ],
)
def test_refused_in_a_sentence(
    pull: Callable[..., int], model: type[Model], keys: tuple[int, ...], reason: str, says: str
) -> None:
    with pytest.raises(PullRefused, match=says):
        pull(model, *keys, reason=reason)


def test_of_another_regency_or_no_longer_there(kendal: Office, beside: RestoredSchema, committed: NewRegency) -> None:
    sikka = committed("sikka")
    told = {"model": Case, "keys": [kendal.case.pk], "reason": "x", "by": None, "at": timezone.now()}
    with pytest.raises(PullRefused, match="tidak lagi tergelar"):
        actions.pull_back(restored=beside, regency=sikka, **told)
    actions.drop_restored(restored=beside, by=None, at=timezone.now())
    actions.drop_restored(restored=beside, by=None, at=timezone.now())
    with pytest.raises(PullRefused, match="tidak lagi tergelar"):
        actions.pull_back(restored=beside, regency=kendal.regency, **told)


def test_the_differences_are_named_without_naming_people(kendal: Office, beside: RestoredSchema) -> None:
    sides = {"side": beside.schema_name, "live": "kendal"}
    assert differences(Case, **sides) == []
    with in_regency(kendal.regency):
        Case.objects.update(applicant_name="Lain")
    (changed,) = differences(Case, **sides)
    assert (changed.key, changed.label, changed.kind) == (kendal.case.pk, "SD-2026-000001", "changed")
    lose_the_case(kendal)
    assert [d.kind for d in differences(Case, **sides)] == ["gone"]
    first = counts(beside.schema_name, "kendal")[0]
    assert first.differs
    assert {c.table for c in counts(beside.schema_name, "kendal") if c.differs} >= {
        "services_case",
        "organisation_village",
    }


@pytest.mark.parametrize("module", discover(), ids=lambda module: module.key)
def test_what_can_be_cloned_can_be_pulled_back(module: Module) -> None:
    assert set(template_models(module)) <= set(pullable())


def test_accounts_and_audit_are_no_single_objects() -> None:
    labels = {model._meta.label for model in pullable()}
    assert {"services.Case", "services.Service", "santunan_kematian.Claim"} <= labels
    assert not any(label.startswith(("accounts.", "audit.", "sessions.", "knox.")) for label in labels)
