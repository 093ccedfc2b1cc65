"""Operators see how old each regency's backup is, and get single objects back; who may only look cannot."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from modules.services.models import Case
from tenants.accounts.models import Role, RoleGrant, User
from tenants.audit.models import AuditEntry
from tenants.backups import actions, tasks
from tenants.backups.models import Backup, RestoreDrill, RestoredSchema
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_public, in_regency
from tests.tenants.backups.conftest import Office
from tests.tenants.backups.samples import NAME


def operator(*permissions: str) -> Client:
    connection.set_schema_to_public()
    user = User.objects.create_user("ayu@rujukan.test", "Ayu Pertiwi", "kata-sandi-panjang")
    role = Role.objects.create(key="operator-uji", name="Operator", permissions=[str(p) for p in permissions])
    RoleGrant.objects.create(user=user, role=role)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def backup(regency: Regency, ago: timedelta, **facts: Any) -> Backup:
    at = timezone.now() - ago
    told = {
        "code": regency.code,
        "schema_name": regency.schema_name,
        "taken_at": at,
        "finished_at": at,
        "size": 2_400_000,
    }
    return Backup.objects.create(**{"state": "complete", "name": f"{regency.schema_name}/{at}", **told, **facts})


def drill(regency: Regency, passed: bool) -> None:
    now = timezone.now()
    RestoreDrill.objects.create(
        code=regency.code, schema_name=regency.schema_name, started_at=now, finished_at=now, passed=passed,
        findings=[] if passed else ["Tabel services_case berisi 6 baris, cadangannya 7."],
    )  # fmt: skip


def test_the_list_says_who_has_none(batang: Regency, manggarai: Regency) -> None:
    client = operator(ConsolePermission.VIEW)
    backup(batang, timedelta(hours=3))
    backup(batang, timedelta(days=1))
    drill(batang, passed=False)
    page = client.get("/console/backups/").content.decode()
    assert "2,4 MB" in page
    assert "belum pernah" in page
    assert "berisi 6 baris" in page
    assert "Tidak ada yang cocok" in client.get("/console/backups/?q=zzz").content.decode()
    assert "Manggarai" not in client.get("/console/backups/?q=batang").content.decode().split("Gladi terakhir")[0]


def test_the_list_costs_the_same_for_many(batang: Regency) -> None:
    client = operator(ConsolePermission.VIEW)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/console/backups/").status_code == 200
        return len(seen)

    few = queries()
    for number in range(60):
        Regency.objects.create(
            schema_name=f"r{number:03}",
            code=f"91.{number:02}",
            name=f"Kab {number:02}",
            kind="kabupaten",
            state="active",
        )
    assert queries() == few
    page = client.get("/console/backups/").content.decode()
    assert "after_name" in page
    assert few <= 12


@pytest.mark.parametrize("state", ["complete", "failed", "running"])
def test_the_page_of_one(batang: Regency, state: str) -> None:
    client = operator(ConsolePermission.VIEW)
    empty = client.get("/console/backups/33.25/").content.decode()
    assert "Belum ada cadangan" in empty
    assert "Cadangkan sekarang" not in empty
    backup(batang, timedelta(hours=1), state=state, error="OSError" * (state == "failed"))
    page = client.get("/console/backups/33.25/")
    assert str(Backup.State(state).label) in page.content.decode()
    assert ("every 2s" in page.content.decode()) == (state == "running")
    assert "Gelar di samping" not in page.content.decode()


def test_who_may_only_look_changes_nothing(batang: Regency) -> None:
    client = operator(ConsolePermission.VIEW)
    row = RestoredSchema.objects.create(
        schema_name="batang_restored_00000000", of_schema="batang", restored_at=timezone.now(), state="ready"
    )
    for path in ("taken/", "restored/", f"restored/{row.pk}/", f"restored/{row.pk}/services.case/"):
        assert client.post(f"/console/backups/33.25/{path}").status_code == 404
    row.refresh_from_db()
    assert row.state == "ready"


def test_asking_hands_it_to_a_worker(
    batang: Regency, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[tuple[str, str]] = []
    for name in ("back_up", "lay_out_beside"):
        task = getattr(tasks, name)
        monkeypatch.setattr(task, "delay", lambda *_, name=name, **__: asked.append((name, connection.schema_name)))
    client = operator(ConsolePermission.VIEW, ConsolePermission.RESTORE)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/console/backups/33.25/taken/")
        kept = backup(batang, timedelta(hours=1))
        client.post("/console/backups/33.25/restored/", {"backup": kept.pk})
    assert AuditEntry.objects.filter(action="backups.asked", actor_name="Ayu Pertiwi").exists()
    assert asked == [("back_up", "batang"), ("lay_out_beside", "batang")]
    assert RestoredSchema.objects.get().restored_by == "Ayu Pertiwi"
    assert "Sedang digelar" in client.get("/console/backups/33.25/").content.decode()
    for nonsense in ("", "x", "999999"):
        assert client.post("/console/backups/33.25/restored/", {"backup": nonsense}).status_code == 404


def test_what_was_dropped_behind_our_back_is_not_offered(batang: Regency) -> None:
    client = operator(ConsolePermission.VIEW, ConsolePermission.RESTORE)
    row = RestoredSchema.objects.create(
        schema_name="batang_restored_00000000", of_schema="batang", restored_at=timezone.now(), state="ready",
        backup=backup(batang, timedelta(hours=3)),
    )  # fmt: skip
    page = client.get("/console/backups/33.25/").content.decode()
    assert "tidak ada lagi" in page
    assert f"restored/{row.pk}/" not in page
    assert client.get(f"/console/backups/33.25/restored/{row.pk}/").status_code == 404
    assert client.get(f"/console/backups/33.25/restored/{row.pk}/services.case/").status_code == 404
    actions.thin_out(schema_name="batang", at=timezone.now())
    row.refresh_from_db()
    assert row.state == "dropped"


def test_an_object_comes_back_by_the_page(kendal: Office) -> None:
    client = operator(ConsolePermission.VIEW, ConsolePermission.RESTORE)
    taken = actions.back_up(regency=kendal.regency, by=None, at=timezone.now())
    beside = actions.restore_beside(backup=taken, by=None, at=timezone.now())
    page = f"/console/backups/33.24/restored/{beside.pk}/"
    with in_regency(kendal.regency):
        Case.objects.update(applicant_name="Salah")
    try:
        assert "services.case" in client.get(page).content.decode()
        objects = client.get(f"{page}services.case/").content.decode()
        assert "SD-2026-000001" in objects
        assert NAME not in objects
        refused = client.post(f"{page}services.case/", {"reason": "uji"})
        assert refused.status_code == 409
        assert "Pilih satu" in refused.content.decode()
        done = client.post(f"{page}services.case/", {"reason": "uji", "key": kendal.case.pk}, follow=True)
        assert "Tidak ada perbedaan" in done.content.decode()
        assert client.get(f"{page}accounts.user/").status_code == 404
        client.post(page)
        assert client.get(page).status_code == 404
        with in_regency(kendal.regency):
            assert Case.objects.get().applicant_name == NAME
    finally:
        with in_public():
            RoleGrant.objects.all().delete()
            Role.objects.filter(key="operator-uji").delete()
            User.objects.all()._raw_delete("default")  # public has no table of what staff refer to
