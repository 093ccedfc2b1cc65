"""What the central team announces: to whom, between when, put away by whom, and at no cost when nothing changes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from django.utils.formats import date_format

from modules.announcements import actions, queries
from modules.announcements.actions import Target
from modules.announcements.models import Announcement
from modules.switches import switch
from tenants.accounts.models import Role, RoleGrant, User
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_public
from tenants.support.models import Dismissal

HOST = {"host": "batang.localhost"}


@pytest.fixture
def ayu(batang: Regency) -> User:
    with in_public():
        user = User.objects.create_user("ayu@pusat.test", "Ayu", "kata-sandi-panjang")
        role = Role.objects.create(key="o", name="O", permissions=[str(p) for p in ConsolePermission])
        RoleGrant.objects.create(user=user, role=role)
        return user


def announce(by: User, **changes: Any) -> Announcement:
    at = timezone.now()
    given = {
        "text": "Pemeliharaan <b>malam</b> ini",
        "begins_at": at - timedelta(hours=1),
        "ends_at": at + timedelta(days=1),
        "target": Target(**{name: changes.pop(name) for name in list(changes) if name in Target.__annotations__}),
        **changes,
    }
    with in_public():
        return actions.announce(**given, by=by, at=at)


def told(regency: Regency, **more: Any) -> list[str]:
    return [item.text for item in queries.shown(regency, timezone.now(), **more)]


def staff(client: Client) -> User:
    user = User.objects.create_user("rina@batang.test", "Rina", "kata-sandi-panjang")
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("target", "batang_sees", "manggarai_sees"),
    [
        ({}, True, True),
        ({"provinces": ["Jawa Tengah"]}, True, False),
        ({"codes": ["53.10"]}, False, True),
        ({"modules": ["santunan_kematian"]}, True, False),
        ({"provinces": ["Jawa Tengah"], "codes": ["53.10"]}, False, False),
        ({"plans": ["Tahunan"]}, False, False),
    ],
)
def test_whom_it_concerns(
    batang: Regency, manggarai: Regency, ayu: User, target: dict[str, Any], batang_sees: bool, manggarai_sees: bool
) -> None:
    switch(regency=batang, key="santunan_kematian", state="on", by=None, at=timezone.now())
    item = announce(ayu, **target)
    assert bool(told(batang)) is batang_sees
    assert bool(told(manggarai)) is manggarai_sees
    with in_public():
        codes = {regency.code for regency in queries.audience(item)}
    assert ("33.25" in codes, "53.10" in codes) == (batang_sees, manggarai_sees)


def test_plans_are_those_of_the_day(
    batang: Regency, ayu: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """A contract that begins or ends needs no restart: within ten minutes the right ones see it."""
    plans = {"33.25": "Tahunan"}
    monkeypatch.setattr(queries, "plan_names", lambda codes=(): dict(plans))
    queries._plans.cache_clear()
    at = timezone.now()
    item = announce(ayu, plans=["Tahunan"])
    assert queries.shown(batang, at) == [item]
    with in_public():
        assert [regency.code for regency in queries.audience(item)] == ["33.25"]
    plans.clear()
    assert queries.shown(batang, at + timedelta(minutes=11)) == []
    queries._plans.cache_clear()


def test_the_preview_knows_that_some_modules_are_always_on(batang: Regency, manggarai: Regency, ayu: User) -> None:
    item = announce(ayu, modules=["services"])
    assert told(batang) and told(manggarai)
    with in_public():
        assert {regency.code for regency in queries.audience(item)} == {"33.25", "53.10"}


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ("code=33.25&code=53.10&province=Bali", "codes", "33.25, 53.10"),
        ("province=Jawa+Tengah", "provinces", ["Jawa Tengah"]),
        ("module=services", "modules", ["services"]),
    ],
)
def test_it_begins_with_what_was_chosen_in_the_list(ayu: User, query: str, field: str, value: object) -> None:
    connection.set_schema_to_public()
    browser = Client(headers={"host": "localhost"})
    browser.force_login(ayu)
    form = browser.get(f"/console/announcements/new/?{query}").context["form"]
    assert form[field].value() == value
    assert form["provinces"].value() in ([], None, ["Jawa Tengah"]), "ticks are meant, not the filter behind them"


def test_between_two_moments(batang: Regency, ayu: User) -> None:
    at = timezone.now()
    announce(ayu, begins_at=at + timedelta(hours=1))
    assert told(batang) == []
    assert queries.shown(batang, at + timedelta(hours=2))
    assert not queries.shown(batang, at + timedelta(days=2))
    with in_public(), pytest.raises(actions.AnnouncementRefused):
        actions.announce(
            text="x", begins_at=at - timedelta(days=2), ends_at=at - timedelta(days=1), target=Target(), by=ayu, at=at
        )


def test_plain_text_in_the_workspace_and_english_for_who_reads_it(batang: Regency, ayu: User, client: Client) -> None:
    announce(ayu, text_en="Maintenance tonight")
    staff(client)
    page = client.get("/work/", headers=HOST).content.decode()
    assert "Pemeliharaan &lt;b&gt;malam&lt;/b&gt; ini" in page
    client.cookies["django_language"] = "en"
    assert "Maintenance tonight" in client.get("/work/", headers=HOST).content.decode()


def test_citizens_see_only_what_is_for_them(batang: Regency, ayu: User, client: Client) -> None:
    announce(ayu)
    assert "Pemeliharaan" not in client.get("/", headers=HOST).content.decode()
    connection.set_tenant(batang, include_public=False)
    item = announce(ayu, text="Layanan tutup besok", on_portal=True)
    text = client.get("/", headers=HOST).content.decode()
    assert "Layanan tutup besok" in text, "also on a front page that was kept"
    assert "/dismissal/" not in text
    with in_public():
        actions.withdraw(announcement=item, by=ayu, at=timezone.now())
    assert "Layanan tutup besok" not in client.get("/", headers=HOST).content.decode()


def test_each_puts_it_away_for_oneself(batang: Regency, ayu: User, client: Client) -> None:
    item = announce(ayu)
    rina = staff(client)
    back = client.post(f"/work/announcements/{item.pk}/dismissal/", {"next": "/work/organisation/"}, headers=HOST)
    assert back["Location"] == "/work/organisation/"
    assert "Pemeliharaan" not in client.get("/work/", headers=HOST).content.decode()
    connection.set_tenant(batang, include_public=False)
    assert Dismissal.objects.get().user == rina
    assert AuditEntry.objects.get(action="support.announcement_dismissed").actor_id == rina.pk
    again = Client(headers=HOST)
    again.force_login(rina)
    assert "Pemeliharaan" not in again.get("/work/").content.decode(), "also in the next session"
    connection.set_tenant(batang, include_public=False)
    other = Client(headers=HOST)
    other.force_login(User.objects.create_user("b@batang.test", "B"))
    assert "Pemeliharaan" in other.get("/work/").content.decode()
    away = client.post(f"/work/announcements/{item.pk}/dismissal/", {"next": "https://jahat.test/"}, headers=HOST)
    assert away["Location"] == "/work/"


def test_costs_no_sql_when_warm(batang: Regency, ayu: User, django_assert_num_queries: Any) -> None:
    announce(ayu, provinces=["Jawa Tengah"], modules=["services"])
    told(batang)
    with django_assert_num_queries(0):
        assert told(batang)


def test_withdrawn_is_gone_at_once(batang: Regency, ayu: User) -> None:
    item = announce(ayu)
    with in_public():
        actions.withdraw(announcement=item, by=ayu, at=timezone.now())
    assert told(batang) == []


def test_written_previewed_announced_withdrawn(ayu: User) -> None:
    connection.set_schema_to_public()
    browser = Client(headers={"host": "localhost"})
    browser.force_login(ayu)
    today = timezone.localdate().isoformat()
    sent = {"text": "Rilis baru", "tone": "warn", "begins": today, "ends": today, "provinces": ["Jawa Tengah"]}
    preview = browser.post("/console/announcements/new/", sent).content.decode()
    assert "1 kabupaten/kota akan melihatnya" in preview
    assert not Announcement.objects.exists()
    browser.post("/console/announcements/new/", {**sent, "announce": "1"})
    item = Announcement.objects.get()
    assert AuditEntry.objects.get(action="announcements.announced").data == {"provinces": ["Jawa Tengah"]}
    shown = browser.get("/console/announcements/").content.decode()
    assert "Rilis baru" in shown
    day = date_format(timezone.localdate(), "j M Y")
    assert f"{day} – {day}" in shown, "until the end of the day that was asked for"
    browser.post(f"/console/announcements/{item.pk}/withdrawal/")
    assert "Ditarik" in browser.get("/console/announcements/").content.decode()
    wrong = browser.post("/console/announcements/new/", {**sent, "codes": "99.99"}).content.decode()
    assert "Belum ada di sini: 99.99" in wrong


def test_reads_in_the_language_of_the_request(batang: Regency, ayu: User) -> None:
    from modules.announcements.templatetags.announcements import announcements as tag

    announce(ayu, text_en="Maintenance")
    request = RequestFactory().get("/")
    with translation.override("en"):
        shown = tag({"request": request, "regency": batang}, portal=False)  # type: ignore[arg-type]
    assert [text for _item, text in shown["items"]] == ["Maintenance"]
