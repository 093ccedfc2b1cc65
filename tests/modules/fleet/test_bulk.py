"""One change for many: foreseen, confirmed, done one by one, repeatable, and no failure stops another."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.fleet import actions, changes, tasks
from modules.fleet.models import BulkAction, BulkItem
from modules.models import ModuleSwitch
from modules.services.actions import seed_catalogue
from modules.services.models import Service
from modules.services.public import shipped
from modules.switches import state_of, switches
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_regency
from tests.conftest import make_regency
from tests.modules.fleet.conftest import operator

KEY = "santunan_kematian"


def both() -> list[Regency]:
    return list(Regency.objects.filter(code__in=["33.25", "53.10"]).order_by("name"))


def asked(by: User, target: str = "on") -> BulkAction:
    return actions.request_bulk(
        kind="switch", module_key=KEY, target=target, regencies=both(), by=by, at=timezone.now()
    )


def states(action: BulkAction) -> dict[str, str]:
    return {item.regency.name: item.state for item in action.items.select_related("regency")}


def test_nothing_changes_before_it_is_confirmed(ayu: User) -> None:
    action = asked(ayu)
    actions.work(action.pk)
    action.refresh_from_db()
    assert action.state == "ready"
    assert states(action) == {"Batang": "foreseen", "Manggarai": "foreseen"}
    assert not ModuleSwitch.objects.filter(module_key=KEY).exists()


def test_confirmed_it_is_done_everywhere_and_on_record(ayu: User) -> None:
    action = asked(ayu)
    actions.work(action.pk)
    actions.confirm(action=action, by=ayu, at=timezone.now())
    actions.work(action.pk)
    action.refresh_from_db()
    assert action.state == "done"
    assert states(action) == {"Batang": "done", "Manggarai": "done"}
    for regency in both():
        assert state_of(regency, KEY) == "on"
        with in_regency(regency):
            assert AuditEntry.objects.get(action="modules.switched").actor_name == "Ayu"
    finished = AuditEntry.objects.get(action="fleet.bulk_finished")
    assert finished.data == {"done": 2, "failed": 0}


def test_one_failure_stops_no_other_and_is_repeated(ayu: User, monkeypatch: pytest.MonkeyPatch) -> None:
    action = asked(ayu)
    actions.work(action.pk)
    actions.confirm(action=action, by=ayu, at=timezone.now())
    switch = changes.switch_from_console

    def broken(*, regency: Regency, **given: object) -> None:
        if regency.name == "Batang":
            raise RuntimeError("rahasia")
        switch(regency=regency, **given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(changes, "switch_from_console", broken)
        actions.work(action.pk)
    assert states(action) == {"Batang": "failed", "Manggarai": "done"}
    assert BulkItem.objects.get(state="failed").sentence == "Kesalahan yang tidak terduga (RuntimeError)."
    actions.retry(action=action, by=ayu, at=timezone.now())
    actions.work(action.pk)
    assert states(action) == {"Batang": "done", "Manggarai": "done"}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(deaths=st.lists(st.integers(0, 1), max_size=2))
def test_a_killed_worker_leaves_nothing_half_done(ayu: User, deaths: list[int]) -> None:
    """However often the worker dies between two regencies, each is changed exactly once."""
    ModuleSwitch.objects.filter(module_key=KEY).delete()
    switches.forget()
    action = asked(ayu)
    actions.work(action.pk)
    actions.confirm(action=action, by=ayu, at=timezone.now())
    for done in deaths:
        items = list(action.items.order_by("pk")[:done])
        for item in items:  # what a worker had done when it died
            actions._one(BulkAction.objects.get(pk=action.pk), item.pk, "foreseen", actions._do)
    actions.work(action.pk)
    actions.work(action.pk)
    assert set(states(action).values()) == {"done"}
    for regency in both():
        with in_regency(regency):
            entries = AuditEntry.objects.filter(action="modules.switched").order_by("-pk")
            assert [entry.data["to"] for entry in entries[:1]] == ["on"]


def test_what_is_so_already_or_cannot_be_is_said_first(ayu: User) -> None:
    action = asked(ayu, "off")
    actions.work(action.pk)
    assert set(states(action).values()) == {"nothing"}
    with pytest.raises(actions.NotReady, match="Tidak ada kabupaten"):
        actions.confirm(action=action, by=ayu, at=timezone.now())


def test_cancelled_it_happens_nowhere(ayu: User) -> None:
    action = asked(ayu)
    actions.work(action.pk)
    actions.confirm(action=action, by=ayu, at=timezone.now())
    actions.cancel(action=action, by=ayu, at=timezone.now())
    actions.work(action.pk)
    assert set(states(action).values()) == {"foreseen"}
    with pytest.raises(actions.NotReady):
        actions.confirm(action=action, by=ayu, at=timezone.now())


def test_what_lost_its_worker_is_taken_up(ayu: User, monkeypatch: pytest.MonkeyPatch) -> None:
    action = asked(ayu)
    handed: list[int] = []
    monkeypatch.setattr(tasks.bulk, "delay", handed.append)
    assert tasks.resume_bulk() == 1
    assert handed == [action.pk]


def test_packages_are_upgraded_where_they_are_older(ayu: User) -> None:
    from modules.library.actions import publish
    from modules.library.queries import origins
    from modules.registry import find
    from modules.switches import switch
    from tests.modules.services.examples import opened

    batang, manggarai = both()
    with in_regency(batang):
        opened()
    publish(regency=batang, module=find("services"), version="1.0.0", notes="", by=ayu, at=timezone.now())  # type: ignore[arg-type]
    switch(regency=manggarai, key="services", state="on", by=ayu, at=timezone.now())
    connection.set_schema_to_public()
    action = actions.request_bulk(
        kind="upgrade", module_key="services", publisher=batang, regencies=both(), by=ayu, at=timezone.now()
    )
    actions.work(action.pk)
    assert states(action) == {"Batang": "nothing", "Manggarai": "foreseen"}
    assert "Rilis 1.0.0: 1 dibuat" in BulkItem.objects.get(regency=manggarai).sentence
    actions.confirm(action=action, by=ayu, at=timezone.now())
    actions.work(action.pk)
    assert [origin.release.version for origin in origins(manggarai)] == ["1.0.0"]


def test_what_was_foreseen_is_what_is_done_whatever_is_published_meanwhile(ayu: User) -> None:
    from modules.library.actions import publish
    from modules.library.queries import origins
    from modules.registry import find
    from tests.modules.services.examples import opened

    batang, manggarai = both()

    def published(version: str) -> None:
        publish(regency=batang, module=find("services"), version=version, notes="", by=ayu, at=timezone.now())  # type: ignore[arg-type]
        connection.set_schema_to_public()

    with in_regency(batang):
        opened()
    published("1.0.0")
    action = actions.request_bulk(
        kind="upgrade", module_key="services", publisher=batang, regencies=[manggarai], by=ayu, at=timezone.now()
    )
    actions.work(action.pk)
    with in_regency(batang):
        seed_catalogue(by=None, at=timezone.now())
    published("2.0.0")
    actions.confirm(action=action, by=ayu, at=timezone.now())
    actions.work(action.pk)
    assert [origin.release.version for origin in origins(manggarai)] == ["1.0.0"]
    with in_regency(manggarai):
        assert Service.objects.count() == 1


def test_a_package_that_one_regency_cannot_take_stops_no_other(ayu: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused in a sentence where it cannot be, done elsewhere, and done there too when it is tried again."""
    from modules.library.actions import publish
    from modules.packages import ContentRefused
    from modules.registry import find
    from tests.modules.services.examples import opened

    batang, manggarai = both()
    kendal = make_regency("kendal")
    with in_regency(batang):
        opened()
    publish(regency=batang, module=find("services"), version="1.0.0", notes="", by=ayu, at=timezone.now())  # type: ignore[arg-type]
    connection.set_schema_to_public()
    action = actions.request_bulk(
        kind="upgrade", module_key="services", publisher=batang, regencies=[kendal, manggarai], by=ayu,
        at=timezone.now(),
    )  # fmt: skip
    actions.work(action.pk)
    actions.confirm(action=action, by=ayu, at=timezone.now())
    clone = changes.clone

    def refusing(*, regency: Regency, **given: object) -> object:
        if regency == kendal:
            clone(regency=regency, **given)  # type: ignore[arg-type]
            raise ContentRefused("Jalur ini tidak dikenal di sini.")
        return clone(regency=regency, **given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(changes, "clone", refusing)
        actions.work(action.pk)
    assert states(action) == {"Kendal": "failed", "Manggarai": "done"}
    assert BulkItem.objects.get(state="failed").sentence == "Jalur ini tidak dikenal di sini."
    with in_regency(kendal):
        assert not Service.objects.exists(), "what failed half way left nothing"
    actions.retry(action=action, by=ayu, at=timezone.now())
    actions.work(action.pk)
    assert states(action) == {"Kendal": "done", "Manggarai": "done"}


def test_a_single_service_is_switched_where_it_is_published(ayu: User) -> None:
    key = "keterangan-domisili" if "keterangan-domisili" in shipped() else next(iter(shipped()))
    batang, manggarai = both()
    with in_regency(batang):
        seed_catalogue(by=None, at=timezone.now())
    action = actions.request_bulk(
        kind="switch", module_key=key, target="on", regencies=[batang, manggarai], by=ayu, at=timezone.now()
    )
    actions.work(action.pk)
    assert states(action) == {"Batang": "foreseen", "Manggarai": "refused"}
    assert BulkItem.objects.get(state="refused").sentence == "Layanan ini belum diterbitkan di sini."
    actions.confirm(action=action, by=ayu, at=timezone.now())
    actions.work(action.pk)
    assert (state_of(batang, key), state_of(manggarai, key)) == ("on", "off")


def test_what_is_archived_is_left_as_it_is(client: Client) -> None:
    Regency.objects.filter(code="53.10").update(state="archived")
    page = client.get("/console/bulk/new/?code=33.25&code=53.10")
    assert [regency.code for regency in page.context["regencies"]] == ["33.25"]
    assert [r.code for r in client.get("/console/bulk/new/?all=1").context["regencies"]] == ["33.25"]


def test_who_runs_which_release(client: Client, ayu: User) -> None:
    from modules.library.models import Clone, Release
    from modules.packages import digest

    batang, manggarai = both()
    releases = [
        Release.objects.create(
            publisher=batang, module_key="services", version=version, content={"objects": []},
            sha256=digest({"objects": []}), published_at=timezone.now(),
        )
        for version in ("1.9.0", "1.10.0")
    ]  # fmt: skip
    Clone.objects.create(
        regency=manggarai,
        release=releases[0],
        model="x.y",
        object_key="a",
        content_sha256="0",
        cloned_at=timezone.now(),
    )
    text = client.get(f"/console/packages/{releases[1].pk}/").content.decode()
    assert "lebih lama" in text
    assert "Perbarui 1 kabupaten" in text
    chosen = client.get("/console/bulk/new/?kind=upgrade&module_key=services&publisher=33.25&code=53.10")
    assert 'value="33.25" selected' in chosen.content.decode()
    Clone.objects.update(release=releases[1])
    assert "terbaru" in client.get(f"/console/packages/{releases[0].pk}/").content.decode()


def test_by_the_pages(client: Client) -> None:
    page = client.get("/console/bulk/new/?code=33.25&code=53.10&code=99.99")
    assert "2 kabupaten/kota" in page.content.decode()
    sent = {"code": ["33.25", "53.10"], "kind": "switch", "module_key": KEY, "target": "on"}
    url = client.post("/console/bulk/new/", sent)["Location"]
    assert 'hx-trigger="every 1s"' in client.get(url).content.decode()
    actions.work(int(url.strip("/").split("/")[-1]))
    assert client.get(url, headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert "Jalankan di 2 kabupaten" in client.get(url).content.decode()
    client.post(f"{url}confirmation/")
    actions.work(int(url.strip("/").split("/")[-1]))
    assert client.get(url).content.decode().count("Selesai.") == 2
    assert "Santunan" in client.get("/console/bulk/").content.decode()


def test_all_that_match_the_filter(client: Client, everywhere: None) -> None:
    page = client.get("/console/bulk/new/?all=1&province=Jawa+Tengah")
    assert len(page.context["regencies"]) == 35
    assert client.get("/console/bulk/new/").content.decode().count("Belum ada yang dipilih")


def test_upgrading_takes_its_own_permission(public: None, ayu: User) -> None:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(operator("Citra", ConsolePermission.VIEW, ConsolePermission.CHANGE_MODULES))
    assert "publisher" not in browser.get("/console/bulk/new/?code=33.25").content.decode()
    sent = {"code": ["33.25"], "kind": "upgrade", "module_key": "services", "publisher": "33.25"}
    assert browser.post("/console/bulk/new/", sent).status_code == 200
    assert not BulkAction.objects.exists()
