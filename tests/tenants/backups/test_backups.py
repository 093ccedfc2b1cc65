"""One regency into the storage and back beside: whole, sealed, alone, never half."""

import json
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import Settings

from modules.services.models import Case
from tenants.accounts.models import Invitation, Role, User
from tenants.audit.queries import breaks
from tenants.backups import actions, manifest
from tenants.backups.actions import restoring, taking
from tenants.backups.actions.refusals import AlreadyRunning, NotUsable
from tenants.backups.models import Backup, RestoreDrill, RestoredSchema
from tenants.models import Domain
from tenants.schemas.context import in_public, in_regency, in_schema
from tenants.schemas.description import compare
from tenants.support.actions import consent, revoke
from tenants.support.models import Access
from tests.tenants.backups.conftest import Office
from tests.tenants.backups.samples import NAME, NIK

drilling = import_module("tenants.backups.actions.drill")  # the package names its action so

pytestmark = pytest.mark.usefixtures("kendal")


def schemas_beside() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'kendal_restored_%'")
        return [name for (name,) in cursor.fetchall()]


def taken(kendal: Office) -> Backup:
    return actions.back_up(regency=kendal.regency, by=None, at=timezone.now())


def test_what_is_restored_is_the_same_schema_with_the_same_rows(kendal: Office) -> None:
    restored = actions.restore_beside(backup=taken(kendal), by=None, at=timezone.now())
    assert restored.schema_name.startswith("kendal_restored_")
    with connection.cursor() as cursor:
        assert compare(cursor, "kendal", restored.schema_name, data=True) == []
    with in_schema(restored.schema_name):
        case = Case.objects.get()
        assert (case.applicant_name, str(case.nik)) == (NAME, NIK)
        assert breaks() == []


def test_a_backup_says_what_is_in_it(kendal: Office) -> None:
    backup = taken(kendal)
    assert backup.state == Backup.State.COMPLETE
    assert backup.files == 1
    facts = manifest.read(backup).facts
    assert facts["schema"] == "kendal"
    assert facts["migrations"]["services"]
    assert facts["audit"]["rows"] >= 2
    by_name = {part["name"]: part for part in facts["parts"]}
    assert by_name["rows/services_case.copy"]["rows"] == 1
    assert by_name[f"files/{kendal.file_name}"]["size"] == 25009
    assert all(len(part["sha256"]) == 64 for part in facts["parts"])


def test_nothing_of_a_person_lies_open(kendal: Office, places: Path) -> None:
    taken(kendal)
    stored = [path for path in (places / "backups").rglob("*") if path.is_file()]
    assert len(stored) == 2
    for path in stored:
        content = path.read_bytes()
        assert NIK.encode() not in content
        assert NAME.encode() not in content
        assert path.stat().st_mode & 0o077 == 0


def test_another_key_opens_it_only_while_it_is_in_the_ring(kendal: Office, settings: Settings) -> None:
    old = settings.BACKUP_KEYS
    backup = taken(kendal)
    settings.BACKUP_KEYS = ["n" * 40, *old]
    actions.restore_beside(backup=backup, by=None, at=timezone.now())
    settings.BACKUP_KEYS = ["n" * 40]
    with pytest.raises(NotUsable, match="Pilih cadangan lain"):
        actions.restore_beside(backup=backup, by=None, at=timezone.now())


def test_the_side_schema_has_no_host(kendal: Office) -> None:
    restored = actions.restore_beside(backup=taken(kendal), by=None, at=timezone.now())
    with in_public():
        assert not Domain.objects.filter(tenant__schema_name=restored.schema_name).exists()
        assert not type(kendal.regency).objects.filter(schema_name=restored.schema_name).exists()


@pytest.mark.parametrize("where", [40, 0.5, -3])
def test_a_damaged_backup_is_refused_and_nothing_stands_beside(kendal: Office, places: Path, where: float) -> None:
    backup = taken(kendal)
    path = places / "backups" / backup.name
    content = bytearray(path.read_bytes())
    content[int(where * len(content)) if 0 < where < 1 else int(where)] ^= 1
    path.write_bytes(content)
    with pytest.raises(NotUsable):
        actions.restore_beside(backup=backup, by=None, at=timezone.now())
    assert schemas_beside() == []
    assert RestoredSchema.objects.get().state == "failed"


def test_a_backup_that_was_cut_is_refused(kendal: Office, places: Path) -> None:
    backup = taken(kendal)
    path = places / "backups" / backup.name
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(NotUsable):
        actions.restore_beside(backup=backup, by=None, at=timezone.now())


def test_a_changed_manifest_is_refused(kendal: Office, places: Path) -> None:
    backup = taken(kendal)
    path = places / "backups" / backup.manifest_name
    signed = json.loads(path.read_text())
    signed["manifest"] = signed["manifest"].replace('"rows": 1', '"rows": 2')
    path.write_text(json.dumps(signed))
    with pytest.raises(NotUsable):
        actions.restore_beside(backup=backup, by=None, at=timezone.now())


class _Killed(BaseException):
    """Like SIGKILL: nothing catches it to clean up."""


def test_killed_while_it_is_written_it_is_no_backup(kendal: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*args: object) -> None:
        raise _Killed

    monkeypatch.setattr(taking.manifest, "write", die)
    with pytest.raises(_Killed):
        taken(kendal)
    assert Backup.objects.newest("kendal") is None
    monkeypatch.undo()
    good = taken(kendal)
    cut = Backup.objects.get(state="failed")
    assert not taking.storage().exists(cut.name)
    assert Backup.objects.newest("kendal") == good


def test_killed_while_it_is_laid_out_nothing_stands_beside(kendal: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = taken(kendal)
    seen: list[str] = []
    whole = actions.restoring.member

    def die(table: str) -> str:
        seen.append(table)
        if len(seen) == 20:
            raise _Killed
        return whole(table)

    monkeypatch.setattr(actions.restoring, "member", die)
    with pytest.raises(_Killed):
        actions.restore_beside(backup=backup, by=None, at=timezone.now())
    assert schemas_beside() == []
    monkeypatch.undo()
    waiting = RestoredSchema.objects.get()
    assert waiting.state == "waiting"
    again = actions.lay_out_beside(restored=waiting)  # the second delivery of the task
    assert schemas_beside() == [again.schema_name]


def test_two_at_once_are_one(kendal: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    @contextmanager
    def taken_by_another(name: str, *, wait: bool):  # type: ignore[no-untyped-def]
        yield False

    monkeypatch.setattr(taking, "advisory_lock", taken_by_another)
    with pytest.raises(AlreadyRunning):
        taken(kendal)
    assert not Backup.objects.exists()


def test_rows_pass_in_blocks(kendal: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large a table is, what is handed on at once is not."""
    with in_regency(kendal.regency), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO services_caseevent (case_id, at, transition, label, from_state, to_state, reason)"
            " SELECT %s, now(), '', 'x', '', 'y', repeat('panjang ', 100) FROM generate_series(1, 20000)",
            [kendal.case.pk],
        )
    sizes: list[int] = []
    whole = taking.rows_of

    def measured(cursor: object, table: object):  # type: ignore[no-untyped-def]
        for block in whole(cursor, table):
            sizes.append(len(block))
            yield block

    monkeypatch.setattr(taking, "rows_of", measured)
    backup = taken(kendal)
    assert sum(sizes) > 16_000_000
    assert max(sizes) < 1_000_000
    restored = actions.restore_beside(backup=backup, by=None, at=timezone.now())
    with in_schema(restored.schema_name):
        assert Case.objects.get().events.count() == 20_001


def test_a_drill_passes_and_leaves_nothing(kendal: Office) -> None:
    taken(kendal)
    held = actions.drill(regency=kendal.regency, by=None, at=timezone.now())
    assert held.findings == []
    assert held.passed
    assert held.rows > 5
    assert schemas_beside() == []


def test_a_drill_finds_what_is_wrong(kendal: Office, places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = actions.drill(regency=kendal.regency, by=None, at=timezone.now())
    assert held.findings == ["Kabupaten Kendal belum memiliki cadangan."]
    backup = taken(kendal)
    real = manifest.read

    def promising(found: Backup) -> manifest.Manifest:
        facts = json.loads(json.dumps(real(found).facts))
        part = next(part for part in facts["parts"] if part["name"] == "rows/services_case.copy")
        part["rows"] = 7
        return manifest.Manifest(facts)

    monkeypatch.setattr(manifest, "read", promising)
    held = actions.drill(regency=kendal.regency, by=None, at=timezone.now())
    assert not held.passed
    assert "services_case" in held.findings[0]
    monkeypatch.undo()
    (places / "backups" / backup.name).unlink()
    held = actions.drill(regency=kendal.regency, by=None, at=timezone.now())
    assert not held.passed
    assert RestoreDrill.objects.filter(passed=False).count() == 3


def test_a_drill_reads_every_row_back(kendal: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only how many: a row that came out other than it went in is a finding, though their number is right."""
    taken(kendal)
    whole = drilling.restore_beside

    def careless(**given: Any) -> RestoredSchema:
        restored = whole(**given)
        with in_schema(restored.schema_name):
            Case.objects.update(title="lain")
        return restored

    monkeypatch.setattr(drilling, "restore_beside", careless)
    held = actions.drill(regency=kendal.regency, by=None, at=timezone.now())
    assert not held.passed
    assert held.findings == ["Tabel services_case berisi 1 baris, cadangannya 1."]
    assert schemas_beside() == []


def test_a_file_that_was_swept_away_meanwhile_is_no_reason_to_have_no_backup(
    kendal: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_regency(kendal.regency):
        monkeypatch.setattr(taking, "files_of", lambda: iter([kendal.file_name, "attachments/gone.pdf"]))
    backup = taken(kendal)
    assert (backup.state, backup.files) == ("complete", 1)


def test_one_of_an_earlier_release_is_brought_up_to_date_or_is_not_there(
    kendal: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if `accounts.0003_role_offered` had come since: with rows whose references are still to be checked."""
    with in_schema("kendal"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_role DROP COLUMN offered")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts' AND name = '0003_role_offered'")
        cursor.execute("INSERT INTO accounts_role (key, name, description, permissions) VALUES ('a', 'A', '', '{x.y}')")
    backup = taken(kendal)
    restored = actions.restore_beside(backup=backup, by=None, at=timezone.now())
    with in_schema(restored.schema_name):
        assert Role.objects.get(key="a").offered == ["x.y"]
    actions.drop_restored(restored=restored, by=None, at=timezone.now())

    def broken(schema: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(restoring, "_migrate", broken)
    with pytest.raises(NotUsable, match="Gagal digelar"):
        actions.restore_beside(backup=backup, by=None, at=timezone.now())
    assert schemas_beside() == [], "what is half of this release is not offered"


def test_in_its_place_and_what_was_live_beside(kendal: Office) -> None:
    backup = taken(kendal)
    with in_regency(kendal.regency):
        Case.objects.all().update(applicant_name="Rusak")
        default_storage.delete(kendal.file_name)
    restored = actions.restore_beside(backup=backup, by=None, at=timezone.now())
    aside = actions.put_in_place(
        restored=restored, regency=kendal.regency, reason="salah impor", by=None, at=timezone.now()
    )
    with in_regency(kendal.regency):
        assert Case.objects.get().applicant_name == NAME
        assert default_storage.exists(kendal.file_name)
        assert breaks() == []
    with in_schema(aside.schema_name):
        assert Case.objects.get().applicant_name == "Rusak"


def test_what_was_revoked_since_does_not_open_again(kendal: Office) -> None:
    now = timezone.now()
    with in_regency(kendal.regency):
        AuthToken.objects.create(user=kendal.clerk)
        Session.objects.create(session_key="x", session_data="", expire_date=now + timedelta(hours=5))
        Invitation.objects.create(user=kendal.clerk, token_hash="0" * 64, expires_at=now + timedelta(days=7))
        asked = Access.objects.create(operator_id=7, operator_name="Ayu", reason="Surat", hours=72, asked_at=now)
        access = consent(access=asked, by=kendal.clerk, at=now)
    backup = taken(kendal)
    with in_regency(kendal.regency):
        AuthToken.objects.all().delete()
        revoke(access=access, by=kendal.clerk, at=timezone.now())
    restored = actions.restore_beside(backup=backup, by=None, at=timezone.now())
    actions.put_in_place(restored=restored, regency=kendal.regency, reason="uji", by=None, at=timezone.now())
    with in_regency(kendal.regency):
        assert not AuthToken.objects.exists()
        assert not Session.objects.exists()
        assert not Invitation.objects.open().exists()
        assert not Access.objects.accepted().exists()
        assert not User.objects.get(pk=access.account_id).is_active


def test_a_stale_side_schema_and_old_backups_go(kendal: Office) -> None:
    backup = taken(kendal)
    restored = actions.restore_beside(backup=backup, by=None, at=timezone.now() - timedelta(days=8))
    Backup.objects.filter(pk=backup.pk).update(taken_at=timezone.now() - timedelta(days=500))
    newer = taken(kendal)
    assert (
        actions.thin_out(schema_name="kendal", at=timezone.now()) == 0
    )  # monthly: one each of twelve months that have one
    assert schemas_beside() == []
    restored.refresh_from_db()
    assert restored.state == "dropped"
    assert {backup.pk, newer.pk} == set(Backup.objects.values_list("pk", flat=True))
