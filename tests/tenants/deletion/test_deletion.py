"""The end of a regency: two people, a package, a wait, and a register that nobody changes."""

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from modules.models import ModuleSwitch
from onboarding.plan import plan
from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.audit.models import AuditEntry
from tenants.deletion import actions, elsewhere, proof, tasks
from tenants.deletion.models import DeletionRequest, Destruction
from tenants.models import Domain, Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_regency
from tests.modules.fleet.conftest import operator

PACKAGE = SimpleNamespace(name="batang-2026.zip", fingerprint="a" * 64, finished_at=timezone.now(), state="ready")


@pytest.fixture
def public(batang: Regency) -> None:
    connection.set_schema_to_public()


@pytest.fixture
def ayu(public: None) -> User:
    return operator("Ayu", *ConsolePermission)


@pytest.fixture
def dimas(public: None) -> User:
    return operator("Dimas", *ConsolePermission)


@pytest.fixture
def archived(batang: Regency, public: None) -> Regency:
    Regency.objects.filter(pk=batang.pk).update(state="archived")
    return Regency.objects.get(pk=batang.pk)


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The maker of packages answers that there is one."""
    maker = SimpleNamespace(latest_export=lambda regency: PACKAGE)
    monkeypatch.setattr(proof.apps, "is_installed", lambda name: name == proof.MAKER)
    monkeypatch.setattr(proof, "import_module", lambda name: maker)


def asked(regency: Regency, by: User) -> DeletionRequest:
    return actions.ask(regency=regency, reason="Surat Bupati 5/2026", by=by, at=timezone.now())


def confirmed(regency: Regency, ayu: User, dimas: User, at: datetime | None = None) -> DeletionRequest:
    return actions.confirm(request=asked(regency, ayu), by=dimas, at=at or timezone.now())


def test_what_is_open_is_not_destroyed(batang: Regency, ayu: User) -> None:
    with pytest.raises(actions.NotArchived, match="Arsipkan"):
        asked(batang, ayu)


def test_who_asked_does_not_confirm(archived: Regency, ayu: User, packed: None) -> None:
    request = asked(archived, ayu)
    with pytest.raises(actions.SecondPersonNeeded):
        actions.confirm(request=request, by=ayu, at=timezone.now())
    with pytest.raises(IntegrityError, match="deletion_by_two_people"), transaction.atomic():
        DeletionRequest.objects.update(
            confirmed_at=timezone.now(), confirmed_by_id=ayu.pk, due_at=timezone.now() + timedelta(days=1)
        )


def test_without_a_package_it_is_not_confirmed(archived: Regency, ayu: User, dimas: User) -> None:
    with pytest.raises(actions.ExitPackageMissing, match="Paket keluar"):
        confirmed(archived, ayu, dimas)


def test_a_package_that_failed_is_none(archived: Regency, packed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert proof.exit_package(archived)
    monkeypatch.setattr(PACKAGE, "state", "failed")
    assert proof.exit_package(archived) is None


def test_it_waits_and_the_regency_is_told(
    archived: Regency, ayu: User, dimas: User, packed: None, settings: Settings
) -> None:
    settings.DELETION_WAIT_DAYS = 30
    with in_regency(archived):
        role = Role.objects.create(key="a", name="A", permissions=[str(StaffPermission.MANAGE_STAFF)])
        RoleGrant.objects.create(user=User.objects.create_user("admin@batang.test", "Admin"), role=role)
    at = timezone.now()
    request = confirmed(archived, ayu, dimas, at)
    assert request.due_at == at + timedelta(days=30)
    assert tasks.tell(request.pk) == 1
    assert mail.outbox[0].to == ["admin@batang.test"]
    assert "masih dapat dibatalkan" in mail.outbox[0].body
    assert actions.execute(request.pk, at + timedelta(days=29)) is None
    with in_regency(archived):
        assert AuditEntry.objects.filter(action="deletion.confirmed").exists()


def test_cancelled_it_never_happens(archived: Regency, ayu: User, dimas: User, packed: None) -> None:
    request = confirmed(archived, ayu, dimas)
    actions.cancel(request=request, by=ayu, at=timezone.now())
    assert actions.execute(request.pk, timezone.now() + timedelta(days=999)) is None
    assert Regency.objects.get(pk=archived.pk).state == "archived"
    asked(archived, ayu)


def test_reopened_it_is_not_destroyed(archived: Regency, ayu: User, dimas: User, packed: None) -> None:
    request = confirmed(archived, ayu, dimas)
    Regency.objects.filter(pk=archived.pk).update(state="read_only")
    with pytest.raises(actions.NotArchived):
        actions.execute(request.pk, timezone.now() + timedelta(days=999))
    assert not Destruction.objects.exists()


def test_executed_everything_is_gone_and_registered(
    archived: Regency,
    ayu: User,
    dimas: User,
    packed: None,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    kept, gone = tmp_path / "manggarai" / "b.pdf", tmp_path / "batang" / "surat" / "a.pdf"
    for path in (kept, gone):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"12345")
    with in_regency(archived):
        User.objects.create_user("rahasia@batang.test", "Nama Rahasia")
    ModuleSwitch.objects.create(regency=archived, module_key="x", state="on", changed_at=timezone.now())
    request = confirmed(archived, ayu, dimas)
    removed: list[str] = []
    monkeypatch.setattr(elsewhere, "destroyers", lambda: {"backups": lambda regency: removed.append(regency.code) or 3})
    register = actions.execute(request.pk, timezone.now() + timedelta(days=91))
    assert register is not None
    assert (register.elsewhere, removed) == ({"backups": 3}, ["33.25"]), "each app removes what it kept elsewhere"
    assert register.finished_at
    assert register.tables["accounts_user"] == 1
    assert register.rows == sum(register.tables.values()) > 1
    assert (register.files, register.file_bytes, register.hosts) == (1, 5, ["batang.localhost"])
    assert (register.asked_by, register.confirmed_by) == ("Ayu", "Dimas")
    assert register.exit_package == f"batang-2026.zip sha256:{'a' * 64}"
    assert "Rahasia" not in str(vars(register))
    assert not gone.exists()
    assert kept.exists(), "another regency's files stay"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'batang'")
        assert cursor.fetchone() == (0,)
    left = Regency.objects.get(pk=archived.pk)
    assert left.state == "draft"
    assert not Domain.objects.filter(tenant=left).exists()
    assert not ModuleSwitch.objects.filter(regency=left).exists()
    assert actions.execute(request.pk, timezone.now() + timedelta(days=92)) is None
    assert plan(code="33.25", subdomain="batang").subdomain == "batang", "it may come back"


def test_a_killed_worker_goes_on_with_the_same_entry(
    archived: Regency, ayu: User, dimas: User, packed: None, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    request = confirmed(archived, ayu, dimas)
    late = timezone.now() + timedelta(days=91)
    begun = actions._begin(request, late)
    with pytest.raises(actions.NotOpen, match="sudah berjalan"):
        actions.cancel(request=request, by=ayu, at=late)
    finished = actions.execute(request.pk, late)
    assert finished is not None
    assert finished.pk == begun.pk


def test_the_register_is_never_changed(archived: Regency, ayu: User, dimas: User, packed: None) -> None:
    register = actions._begin(confirmed(archived, ayu, dimas), timezone.now())
    for statement in (
        "UPDATE deletion_destruction SET reason = 'lain'",
        "DELETE FROM deletion_destruction",
        "TRUNCATE deletion_destruction",
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    Destruction.objects.filter(pk=register.pk).update(finished_at=timezone.now())
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Destruction.objects.filter(pk=register.pk).update(finished_at=timezone.now())


def test_the_nightly_task_takes_what_is_due(archived: Regency, ayu: User, dimas: User, packed: None) -> None:
    long_ago = timezone.now() - timedelta(days=100)
    confirmed(archived, ayu, dimas, long_ago)
    assert tasks.delete_due() == 1
    assert tasks.delete_due() == 0


def test_what_is_held_up_is_in_the_digest(archived: Regency, ayu: User, dimas: User, packed: None) -> None:
    from tenants.deletion.digest import problems

    request = confirmed(archived, ayu, dimas)
    assert request.due_at
    assert not list(problems(timezone.now()))
    assert [problem.kind for problem in problems(request.due_at - timedelta(days=3))] == ["Akan dihapus"]
    assert [problem.tone for problem in problems(request.due_at + timedelta(days=3))] == ["bad"]


def test_by_the_pages(archived: Regency, ayu: User, dimas: User, packed: None) -> None:
    browsers = []
    for user in (ayu, dimas):
        browser = Client(headers={"host": "localhost"})
        browser.force_login(user)
        browsers.append(browser)
    page = "/console/regencies/33.25/deletion/"
    browsers[0].post(page, {"reason": "Surat Bupati"})
    request = DeletionRequest.objects.get()
    assert "operator lain yang menyetujui" in browsers[0].get(page).content.decode()
    refused = browsers[0].post(f"{page}{request.pk}/confirmation/", follow=True).content.decode()
    assert "Yang meminta tidak dapat menyetujui" in refused
    browsers[1].post(f"{page}{request.pk}/confirmation/")
    assert "dihapus" in browsers[1].get(page).content.decode()
    other = "/console/regencies/53.10/deletion/"
    assert browsers[1].post(f"{other}{request.pk}/cancellation/").status_code == 404
    browsers[1].post(f"{page}{request.pk}/cancellation/")
    assert DeletionRequest.objects.get().cancelled_by == "Dimas"
