"""The end of a regency: two people, a package, a wait, and a register that nobody changes."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from modules.models import ModuleSwitch
from onboarding.plan import plan
from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.actions import change_state
from tenants.audit.actions import record
from tenants.audit.models import AuditEntry
from tenants.backups.models import Backup, RestoredSchema
from tenants.backups.storage import storage
from tenants.deletion import actions, elsewhere, proof, tasks
from tenants.deletion.models import DeletionRequest, Destruction
from tenants.exports.models import ExitPackage
from tenants.models import Domain, Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_regency
from tests.modules.fleet.conftest import operator


@pytest.fixture
def public(batang: Regency) -> None:
    connection.set_schema_to_public()


@pytest.fixture
def ayu(public: None) -> User:
    return operator("Ayu", *ConsolePermission)


@pytest.fixture
def dimas(public: None) -> User:
    return operator("Dimas", *ConsolePermission)


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT, settings.BACKUP_DIR = tmp_path / "media", tmp_path / "backups"
    return tmp_path


@pytest.fixture
def archived(batang: Regency, ayu: User) -> Regency:
    return change_state(regency=batang, state="archived", reason="Surat Bupati", by=ayu, at=timezone.now())


@pytest.fixture
def packed(archived: Regency) -> ExitPackage:
    """The regency has its data."""
    now = timezone.now()
    package = ExitPackage.objects.create(
        code=archived.code, schema_name="batang", asked_at=now, finished_at=now, state="ready", fingerprint="a" * 64
    )
    put(package.name)
    return package


def put(name: str) -> None:
    """Something sealed in the backup storage."""
    with storage().open(name, "wb") as file:
        file.write(b"sealed")


def asked(regency: Regency, by: User) -> DeletionRequest:
    return actions.ask(regency=regency, reason="Surat Bupati 5/2026", by=by, at=timezone.now())


def confirmed(regency: Regency, ayu: User, dimas: User, at: datetime | None = None) -> DeletionRequest:
    return actions.confirm(request=asked(regency, ayu), by=dimas, at=at or timezone.now())


def test_what_is_open_is_not_destroyed(batang: Regency, ayu: User) -> None:
    with pytest.raises(actions.NotArchived, match="Arsipkan"):
        asked(batang, ayu)


def test_who_asked_does_not_confirm(archived: Regency, ayu: User, packed: ExitPackage) -> None:
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


def test_a_package_that_failed_is_none(archived: Regency, packed: ExitPackage) -> None:
    assert proof.exit_package(archived) == packed
    ExitPackage.objects.update(state="failed")
    assert proof.exit_package(archived) is None


def test_a_package_that_lacks_later_work_is_not_enough(
    archived: Regency, ayu: User, dimas: User, packed: ExitPackage
) -> None:
    with in_regency(archived), transaction.atomic():
        record("services.filed", subject=archived, by=None, at=timezone.now())
    with pytest.raises(actions.ExitPackageMissing, match="masih tercatat 1 perubahan"):
        confirmed(archived, ayu, dimas)
    ExitPackage.objects.update(asked_at=timezone.now())
    assert actions.confirm(request=DeletionRequest.objects.get(), by=dimas, at=timezone.now()).due_at


def test_an_operator_has_the_package_of_a_closed_regency_made(
    batang: Regency, archived: Regency, ayu: User, client: Client, django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    asked: list[tuple[int, str]] = []
    monkeypatch.setattr(
        "tenants.exports.tasks.make_export.delay", lambda pk: asked.append((pk, connection.schema_name))
    )
    client.force_login(ayu)
    page = "/console/regencies/33.25/deletion/"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{page}package/", headers={"host": "localhost"})
    package = ExitPackage.objects.get()
    assert asked == [(package.pk, "batang")]
    assert AuditEntry.objects.get(action="deletion.package_asked").actor_name == "Ayu"
    again = client.post(f"{page}package/", follow=True, headers={"host": "localhost"})
    assert "sedang dibuat" in again.content.decode()
    Regency.objects.update(state="active")
    with pytest.raises(actions.NotArchived, match="administratornya sendiri"):
        actions.ask_package(regency=Regency.objects.get(pk=batang.pk), by=ayu, at=timezone.now())


def test_it_waits_and_the_regency_is_told(
    archived: Regency, ayu: User, dimas: User, packed: ExitPackage, settings: Settings
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


def test_cancelled_it_never_happens(archived: Regency, ayu: User, dimas: User, packed: ExitPackage) -> None:
    request = confirmed(archived, ayu, dimas)
    actions.cancel(request=request, by=ayu, at=timezone.now())
    assert actions.execute(request.pk, timezone.now() + timedelta(days=999)) is None
    assert Regency.objects.get(pk=archived.pk).state == "archived"
    asked(archived, ayu)


def test_reopened_it_is_not_destroyed(archived: Regency, ayu: User, dimas: User, packed: ExitPackage) -> None:
    """Nor when it was archived again: the two people agreed about what was closed then."""
    request = confirmed(archived, ayu, dimas)
    for state in ("read_only", "archived"):
        change_state(regency=archived, state=state, reason="Keberatan", by=ayu, at=timezone.now())
        with pytest.raises(actions.NotArchived, match="dibuka kembali"):
            actions.execute(request.pk, timezone.now() + timedelta(days=999))
    assert not Destruction.objects.exists()
    actions.cancel(request=request, by=ayu, at=timezone.now())
    assert confirmed(archived, ayu, dimas).due_at


def test_executed_everything_is_gone_and_registered(
    archived: Regency, ayu: User, dimas: User, packed: ExitPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbour = Regency.objects.get(code="53.10")
    for regency in (archived, neighbour):
        with in_regency(regency):
            default_storage.save("surat/a.pdf", ContentFile(b"12345"))
    with in_regency(archived):
        User.objects.create_user("rahasia@batang.test", "Nama Rahasia")
    ModuleSwitch.objects.create(regency=archived, module_key="x", state="on", changed_at=timezone.now())
    Regency.objects.filter(pk=archived.pk).update(crest="crest/a.png", brand="plum", email="kab@batang.test")
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
    assert register.exit_package == f"{packed.name} sha256:{'a' * 64}"[:200]
    assert "Rahasia" not in str(vars(register))
    with in_regency(archived):
        assert not default_storage.exists("surat/a.pdf")
    with in_regency(neighbour):
        assert default_storage.exists("surat/a.pdf"), "another regency's files stay"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'batang'")
        assert cursor.fetchone() == (0,)
    left = Regency.objects.get(pk=archived.pk)
    assert (left.state, left.is_trial, left.brand) == ("draft", True, "teal"), "who comes back begins in trial"
    assert not (left.crest or left.email or left.live_by)
    assert not Domain.objects.filter(tenant=left).exists()
    assert not ModuleSwitch.objects.filter(regency=left).exists()
    assert actions.execute(request.pk, timezone.now() + timedelta(days=92)) is None
    assert plan(code="33.25", subdomain="batang").subdomain == "batang", "it may come back"


def test_no_copy_of_it_is_left(archived: Regency, ayu: User, dimas: User, packed: ExitPackage) -> None:
    """Neither a backup nor a schema beside nor an exit package: each would hold everybody of the regency."""
    now = timezone.now()
    for schema in ("batang", "manggarai"):
        side = f"{schema}_restored_0123abcd"
        row = Backup.objects.create(
            code="33.25", schema_name=schema, taken_at=now, finished_at=now, state="complete", name=f"{schema}/a.rjk"
        )
        RestoredSchema.objects.create(schema_name=side, of_schema=schema, restored_at=now, state="ready")
        put(row.name)
        put(row.manifest_name)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {side}")
    register = actions.execute(confirmed(archived, ayu, dimas).pk, now + timedelta(days=91))
    assert register is not None
    assert {k: v for k, v in register.elsewhere.items() if v} == {"backups": 2, "exports": 1}
    assert not storage().exists(packed.name)
    packed.refresh_from_db()
    assert packed.state == "expired"
    assert [backup.schema_name for backup in Backup.objects.all()] == ["manggarai"]
    assert not storage().exists("batang/a.rjk") and not storage().exists("batang/a.rjk.json")
    assert storage().exists("manggarai/a.rjk")
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '_restored_'")
        assert cursor.fetchall() == [("manggarai_restored_0123abcd",)]


def test_a_killed_worker_goes_on_with_the_same_entry(
    archived: Regency, ayu: User, dimas: User, packed: ExitPackage
) -> None:
    request = confirmed(archived, ayu, dimas)
    late = timezone.now() + timedelta(days=91)
    begun = actions._begin(request, late)
    with pytest.raises(actions.NotOpen, match="sudah berjalan"):
        actions.cancel(request=request, by=ayu, at=late)
    finished = actions.execute(request.pk, late)
    assert finished is not None
    assert finished.pk == begun.pk


def test_the_register_is_never_changed(archived: Regency, ayu: User, dimas: User, packed: ExitPackage) -> None:
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


def test_the_nightly_task_takes_what_is_due(archived: Regency, ayu: User, dimas: User, packed: ExitPackage) -> None:
    long_ago = timezone.now() - timedelta(days=100)
    confirmed(archived, ayu, dimas, long_ago)
    assert tasks.delete_due() == 1
    assert tasks.delete_due() == 0


def test_what_is_held_up_is_in_the_digest(archived: Regency, ayu: User, dimas: User, packed: ExitPackage) -> None:
    from tenants.deletion.digest import problems

    request = confirmed(archived, ayu, dimas)
    assert request.due_at
    assert not list(problems(timezone.now()))
    assert [problem.kind for problem in problems(request.due_at - timedelta(days=3))] == ["Akan dihapus"]
    assert [problem.tone for problem in problems(request.due_at + timedelta(days=3))] == ["bad"]


def test_by_the_pages(archived: Regency, ayu: User, dimas: User, packed: ExitPackage) -> None:
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
