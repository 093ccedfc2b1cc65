"""What is wrong, once a day: collected from every app, shown, and mailed to who wants it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from modules.fleet import actions, measuring, tasks
from modules.fleet.models import BulkAction, BulkItem, Digest, RegencyFacts, Subscription
from modules.services.models import Case
from onboarding.models import ProvisioningRun
from tenants import problems
from tenants.accounts.models import User
from tenants.backups.models import Backup, RestoreDrill
from tenants.models import Regency, StandbySchema
from tenants.schemas.context import in_regency
from tests.modules.fleet.conftest import facts
from tests.modules.services import builders
from tests.modules.services.examples import opened


def kinds() -> set[str]:
    return {problem["kind"] for problem in actions.collect_digest(timezone.now()).problems}


def measured(code: str, **changes: object) -> None:
    regency = Regency.objects.get(code=code)
    row = facts(regency, 0)
    for name, value in {"health": "ok", "problems": [], **changes}.items():
        setattr(row, name, value)
    row.save()


def test_each_app_has_its_collector(public: None) -> None:
    assert set(problems.collectors()) >= {
        "tenants", "tenants.backups", "tenants.billing", "tenants.deletion", "tenants.domains", "modules.fleet",
        "onboarding", "onboarding.applications",
    }  # fmt: skip


def test_what_measures_runs_and_pool_say(public: None, ayu: User) -> None:
    StandbySchema.objects.all().delete()
    assert "Tidak mengirim hitungan" not in kinds(), "both are of this hour"
    Regency.objects.update(created_at=timezone.now() - timedelta(days=1))
    measured("33.25", health="bad", problems=["audit_broken", "late", "quiet"])
    ProvisioningRun.objects.create(
        code="33.24",
        name="Kendal",
        subdomain="kendal",
        modules=[],
        state="failed",
        error="Gagal",
        created_at=timezone.now(),
    )
    found = kinds()
    assert {"Rantai audit putus", "Berkas melewati batas waktu", "Tidak dipakai 14 hari"} <= found
    assert {"Penyiapan gagal", "Persediaan kosong", "Tidak mengirim hitungan"} <= found
    digest = Digest.objects.get()
    tones = [problem["tone"] for problem in digest.problems]
    assert tones == sorted(tones, key=lambda tone: tone != "bad"), "the worst comes first"


def text_of(kind: str) -> str:
    (found,) = [p["text"] for p in actions.collect_digest(timezone.now()).problems if p["kind"] == kind]
    return found


def test_broken_time_limits_and_services_nobody_finishes(batang: Regency) -> None:
    """From cases to the morning's line, through the hourly count."""
    opened()
    clerk = User.objects.create_user("a@batang.test", "A", "kata-sandi-panjang")
    filed = [builders.filed(by=clerk) for _ in range(3)]
    now = timezone.now()
    Case.objects.update(filed_at=now - timedelta(days=60), due_at=now - timedelta(days=50))
    measuring.measure(now)
    connection.set_schema_to_public()
    assert text_of("Berkas melewati batas waktu") == "Kabupaten Batang (3 dari 3 berkas)."
    assert text_of("Layanan tidak pernah selesai") == "Kabupaten Batang (surat_uji)."

    with in_regency(batang):  # one is finished, one waits for its applicant: then neither is true any more
        Case.objects.filter(pk=filed[0].case.pk).update(closed_at=now, outcome="done", turn_role="")
        Case.objects.exclude(pk=filed[0].case.pk).update(paused_at=now)
        measuring.measure(now)
    assert not {"Berkas melewati batas waktu", "Layanan tidak pernah selesai"} & kinds()


def test_rehearsals_of_a_living_regency_are_nobodys_work(batang: Regency) -> None:
    opened()
    builders.filed(by=User.objects.create_user("a@batang.test", "A", "kata-sandi-panjang"))
    Case.objects.update(is_rehearsal=True, due_at=timezone.now() - timedelta(days=50))
    facts = measuring.measure(timezone.now())
    assert (facts.cases_open, facts.cases_late, facts.unfinished) == (0, 0, 0)


def test_a_night_without_backup_and_a_failed_drill(public: None) -> None:
    now = timezone.now()
    Regency.objects.update(created_at=now - timedelta(days=3))
    Regency.objects.filter(code="53.10").update(state="suspended")
    taken = now - timedelta(hours=3)
    Backup.objects.create(
        code="33.25", schema_name="batang", taken_at=taken, finished_at=taken, state="complete", name="x"
    )
    assert text_of("Cadangan terlambat") == "1 kabupaten tidak memiliki cadangan semalam: Kabupaten Manggarai."
    RestoreDrill.objects.create(
        code="33.25", schema_name="batang", started_at=now, finished_at=now, passed=False, findings=["Tabel x."]
    )
    assert text_of("Gladi pemulihan gagal") == "batang: Tabel x."
    Backup.objects.all().delete()
    Regency.objects.update(created_at=now)
    assert "Cadangan terlambat" not in kinds(), "who came today has had no night yet"


def test_failed_bulk_and_schemas_behind(public: None, ayu: User) -> None:
    at = timezone.now()
    for code in ("33.25", "53.10"):
        measured(code, schema_head="0" * 64)
    action = BulkAction.objects.create(
        kind="switch", module_key="services", target="on", state="done", requested_by="Ayu", requested_by_id=1,
        requested_at=at, confirmed_at=at,
    )  # fmt: skip
    BulkItem.objects.create(action=action, regency=Regency.objects.get(code="33.25"), state="failed", changed_at=at)
    assert {"Tindakan massal gagal", "Skema tertinggal dari rilis"} <= kinds()


def test_a_collector_that_fails_is_a_problem_and_stops_no_other(public: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(at: datetime) -> Iterator[problems.Problem]:
        raise ZeroDivisionError
        yield

    good = lambda at: [problems.Problem("Baik", "Tetap ada")]  # noqa: E731
    monkeypatch.setattr(problems, "collectors", lambda: {"a.broken": broken, "b.good": good})
    assert kinds() == {"Ringkasan tidak lengkap", "Baik"}


def test_mailed_once_a_day_to_who_wants_it(
    public: None, ayu: User, dimas: User, django_capture_on_commit_callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.send_digest, "delay", asked.append)
    actions.subscribe(wanted=True, by=ayu, at=timezone.now())
    actions.subscribe(wanted=True, by=ayu, at=timezone.now())
    measured("33.25", health="bad", problems=["audit_broken"])
    with django_capture_on_commit_callbacks(execute=True):
        tasks.digest()
    assert asked == [Subscription.objects.get().pk]
    for _ in range(2):
        tasks.send_digest(asked[0])
    (sent,) = mail.outbox
    assert sent.to == [ayu.email]
    assert "Rantai audit putus" in sent.body
    assert "Kabupaten Batang" in sent.body
    assert "http://localhost:8000/console/" in sent.body
    with django_capture_on_commit_callbacks(execute=True):
        tasks.digest()
    assert len(asked) == 1, "sent today already"


def test_who_lost_the_console_gets_no_mail(public: None, ayu: User) -> None:
    actions.subscribe(wanted=True, by=ayu, at=timezone.now())
    actions.collect_digest(timezone.now())
    ayu.grants.all().delete()  # type: ignore[attr-defined]
    tasks.send_digest(Subscription.objects.get().pk)
    assert mail.outbox == []


def test_by_the_page(client: Client, ayu: User) -> None:
    assert "Belum dikumpulkan" in client.get("/console/digest/").content.decode()
    measured("33.25", health="bad", problems=["audit_broken"])
    client.post("/console/digest/collection/")
    text = client.get("/console/digest/").content.decode()
    assert "Rantai audit putus" in text
    client.post("/console/digest/subscription/", {"wanted": "1"})
    assert Subscription.objects.get().user == ayu
    client.post("/console/digest/subscription/", {"wanted": "0"})
    assert not Subscription.objects.exists()
    for day in ("2020-01-01", "nonsense", "2026-13-45"):
        assert client.get(f"/console/digest/?day={day}").status_code == 200


def test_health_is_no_news_when_all_is_well(public: None) -> None:
    measured("33.25")
    measured("53.10")
    assert not {"Rantai audit putus", "Tidak mengirim hitungan"} & kinds()
    assert RegencyFacts.objects.count() == 2
