"""The list of the fleet: what regencies pushed, on few queries, by key in every order."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.celery import app
from modules.fleet import measuring, queries, tasks
from modules.fleet.models import RegencyFacts
from modules.fleet.queries import SORTS, Chosen
from modules.switches import switch
from onboarding.actions import provision, request_run
from onboarding.models import ProvisioningRun
from onboarding.tasks import in_every_regency
from tenants import faults
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_regency
from tests.modules.fleet.conftest import operator
from tests.modules.services import builders
from tests.modules.services.examples import opened

app.loader.import_default_modules()


def test_514_regencies_on_few_queries(client: Client, everywhere: None, django_assert_max_num_queries) -> None:
    client.get("/console/")
    with django_assert_max_num_queries(6):
        text = client.get("/console/").content.decode()
    assert text.count("<tr>") == 1 + 50
    assert "dari 514" in text
    batang, manggarai = (client.get(f"/console/?q={code}").context["rows"][0] for code in ("33.25", "53.10"))
    assert {batang.modules, manggarai.modules} == {1, 2}, "the engine is always on; every other regency has one more"


def test_matrix_of_514_on_few_queries(client: Client, everywhere: None, django_assert_max_num_queries) -> None:
    client.get("/console/matrix/")
    with django_assert_max_num_queries(5):
        text = client.get("/console/matrix/").content.decode()
    assert text.count("/console/regencies/") == 514
    some = client.get("/console/matrix/?province=Jawa+Tengah&module=santunan_kematian").content.decode()
    assert 0 < some.count("/console/regencies/") < 35
    assert "Tidak ada yang cocok" in client.get("/console/matrix/?q=atlantis").content.decode()


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("down", [False, True])
def test_pages_by_key_show_each_regency_once_in_order(everywhere: None, sort: str, down: bool) -> None:
    at, after, seen, keys = timezone.now(), "", [], []
    while True:
        rows = queries.page(Chosen(sort=sort, descending=down, after=after), at, 100)
        seen += [row.regency.code for row in rows[:100]]
        keys += [row.key for row in rows[:100]]
        if len(rows) <= 100:
            break
        after = queries.place(rows[99])
    assert len(seen) == len(set(seen)) == 514
    if sort != "name":  # names are ordered by the database's own collation
        assert keys == sorted(keys, reverse=down)


def test_search_and_filters(client: Client, everywhere: None) -> None:
    def codes(query: str) -> set[str]:
        return {row.regency.code for row in client.get(f"/console/?{query}").context["rows"]}

    Regency.objects.filter(code="33.24").update(state="suspended")
    assert codes("state=suspended") == {"33.24"}
    assert codes("q=kendal") == {"33.24"}
    assert all(code.startswith("33.") for code in codes("province=Jawa+Tengah"))
    bad = client.get("/console/?health=bad").context["rows"]
    assert bad
    assert {row.health for row in bad} == {"bad"}
    RegencyFacts.objects.filter(regency__code="33.25").update(measured_at=timezone.now() - timedelta(days=2))
    assert codes("health=unknown") == {"33.25"}
    on = client.get("/console/?module=santunan_kematian&q=jawa+tengah").context["rows"]
    assert 0 < len(on) < 35


@pytest.mark.parametrize(
    "query",
    ["q=%00", "state=x&sort=x&health=x", "after=x", "after=1~x&sort=cases", "after=9~2026&sort=activity",
     "after=9~0001-01-01T00:00:00%2B14:00&sort=activity", "after=9~999999999999999999&sort=cases"],
)  # fmt: skip
def test_what_is_not_understood_is_left_out(client: Client, query: str) -> None:
    assert client.get(f"/console/?{query}").status_code == 200


def test_a_schema_behind_the_code_is_shown(client: Client, everywhere: None) -> None:
    RegencyFacts.objects.filter(regency__code="33.25").update(schema_head="0" * 64)
    page = client.get("/console/?q=33.25")
    assert "tertinggal" in page.content.decode()
    assert page.context["figures"][3]["value"] == 1


def test_provisioning_is_named_in_the_list(client: Client, everywhere: None) -> None:
    ProvisioningRun.objects.create(
        code="33.24", name="Kendal", subdomain="kendal", modules=[], state="failed", created_at=timezone.now()
    )
    assert "Penyiapan: gagal" in client.get("/console/?q=33.24").content.decode()


def test_a_regency_counts_itself(batang: Regency) -> None:
    opened()
    user = User.objects.create_user("a@batang.test", "A", "kata-sandi-panjang")
    builders.filed(by=user)
    at = builders.MONDAY + timedelta(days=60)
    measuring.measure(at)
    connection.set_schema_to_public()
    facts = RegencyFacts.objects.get(regency=batang)
    assert (facts.cases_open, facts.cases_closed, facts.users) == (1, 0, 1)
    assert facts.cases_late == 1
    assert facts.unfinished == 1
    assert facts.database_bytes > 0
    assert facts.unfinished_services == ["surat_uji"]
    assert "unfinished" in facts.problems
    assert facts.schema_head == queries.head()
    assert facts.last_activity_at


def test_nothing_personal_is_pushed() -> None:
    kinds = {field.get_internal_type() for field in RegencyFacts._meta.get_fields() if hasattr(field, "column")}
    assert "EmailField" not in kinds
    assert RegencyFacts.Privacy.personal == ()


def test_what_was_given_up_and_what_broke_is_counted(batang: Regency) -> None:
    from tenants.actions import record_failed_task

    for queue in ("mail", "documents"):
        record_failed_task(task="x", queue=queue, error="OSError", schema_name="batang")
    today = timezone.localdate()
    for ago in (0, 3, 9):
        faults.count("batang", today - timedelta(days=ago))
    facts = measuring.measure(timezone.now())
    assert (facts.jobs_failed, facts.mails_failed, facts.faults, facts.errors) == (2, 1, 2, 4)
    assert {"jobs_failed", "mails_failed", "faults"} <= set(facts.problems)
    assert facts.health == "warn"


def test_a_broken_chain_is_bad_and_stays_until_checked(batang: Regency) -> None:
    from tenants.actions import record_failed_task

    record_failed_task(task="x", queue="", error="OSError", schema_name="batang")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_refuse_change")
        cursor.execute("UPDATE audit_auditentry SET data = '{}'")
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_refuse_change")
    assert measuring.check_audit(timezone.now()) == 1
    assert measuring.measure(timezone.now()).health == "bad"


def test_each_open_regency_is_asked(batang: Regency, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tasks.measure, "apply_async", lambda countdown: asked.append(connection.schema_name))
    in_every_regency("modules.fleet.tasks.measure")
    assert {"batang", "manggarai"} <= set(asked)


def test_closed_regencies_are_backed_up_too_and_nothing_else_runs_there(
    batang: Regency, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.set_schema_to_public()
    Regency.objects.filter(code="33.25").update(state="suspended")
    Regency.objects.filter(code="53.10").update(state="archived")
    asked: list[tuple[str, str]] = []
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        if entry["task"] != "onboarding.in_every_regency":
            continue
        task = app.tasks[name]
        with monkeypatch.context() as patch:
            patch.setattr(
                task, "apply_async", lambda countdown, name=name: asked.append((name, connection.schema_name))
            )
            in_every_regency(*entry["args"])
    closed = [name for name, schema in asked if schema == "batang"]
    assert closed == [name for name, schema in asked if schema == "manggarai"]
    assert set(closed) == {"tenants.backups.tasks.back_up", "tenants.exports.tasks.expire"}
    assert all(app.tasks[name].even_closed for name in closed), "a worker would drop it"


def test_a_new_regency_counts_itself_as_soon_as_it_is_open(
    public: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tasks.measure, "delay", lambda: asked.append(connection.schema_name))
    run = request_run(code="33.24", subdomain="kendal", modules=[], by=None, at=timezone.now(), in_background=False)
    with django_capture_on_commit_callbacks(execute=True):
        assert provision(run.pk).state == "done"
    assert asked == ["kendal"]


def test_the_page_of_facts(client: Client, batang: Regency) -> None:
    assert "belum mengirim" in client.get("/console/regencies/33.25/facts/").content.decode()
    with in_regency(batang):
        switch(regency=batang, key="santunan_kematian", state="on", by=None, at=timezone.now())
        measuring.measure(timezone.now())
    page = client.get("/console/regencies/33.25/facts/").content.decode()
    assert "Diukur" in page
    assert "Santunan dibayarkan" in page


def test_who_may_only_look_is_offered_nothing_else(public: None) -> None:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(operator("Citra", ConsolePermission.VIEW))
    text = browser.get("/console/").content.decode()
    assert 'name="code"' not in text
    assert "Ubah yang dipilih" not in text


def test_a_task_given_up_stands_in_its_regency(batang: Regency) -> None:
    from config.celery import app

    app.loader.import_default_modules()
    task = app.tasks["tenants.accounts.tasks.send_notice"]
    task.apply(kwargs={"user_id": "not a number", "kind": "x"}, headers={"_schema_name": "batang"}, throw=False)
    with in_regency(batang):
        entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.data["error"]) == ("tenants.task_failed", "ValueError")
