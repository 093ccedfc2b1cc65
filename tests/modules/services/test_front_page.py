"""The portal's front page is kept, and never shown to whom or when it would be wrong."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from modules.services import portal
from modules.services.public import publish
from modules.switches import ON, switch
from tenants.models import Domain, Regency
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_regency
from tests.modules.services.builders import MONDAY, definition, person

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]*)"')


def page(regency: Regency, client: Client | None = None, host: str = "") -> str:
    """The front page, whoever the tests worked for before and go on working for."""
    client = client or Client()
    with in_regency(regency):
        answer = client.get("/", headers={"host": host or f"{regency.schema_name}.localhost"})
    assert answer.status_code == 200
    return answer.content.decode()


def offer(regency: Regency, **changes: Any) -> None:
    content = definition(**changes)
    with in_regency(regency):
        publish(definition=content, by=None, at=MONDAY)
        switch(regency=regency, key=content["key"], state=ON, by=None, at=MONDAY)


def english() -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture(autouse=True)
def _nothing_is_kept_yet() -> None:
    portal._pages.clear()


def test_it_is_drawn_once_for_everybody(batang: Regency) -> None:
    offer(batang)
    with patch.object(portal, "render_to_string", wraps=portal.render_to_string) as drawn:
        now = timezone.now()
        with patch.object(timezone, "now", return_value=now):
            first, second = page(batang), page(batang)
    assert drawn.call_count == 1
    assert TOKEN.sub("", first) == TOKEN.sub("", second)


def test_each_regency_has_its_own(batang: Regency, manggarai: Regency) -> None:
    offer(batang, name="Surat Batang")
    offer(manggarai, name="Surat Manggarai")
    for _ in range(2):
        ours, theirs = page(batang), page(manggarai)
        assert "Surat Batang" in ours
        assert "Kabupaten Batang" in ours
        assert "Manggarai" not in ours
        assert "Surat Manggarai" in theirs
        assert "Batang" not in theirs


def test_each_language_has_its_own(batang: Regency) -> None:
    for _ in range(2):
        assert '<html lang="id"' in page(batang)
        assert "Semua layanan" in page(batang)
        assert '<html lang="en"' in page(batang, english())
        assert "Semua layanan" not in page(batang, english())


def test_a_switch_changes_it(batang: Regency) -> None:
    offer(batang)
    assert "Surat uji" in page(batang)
    with in_regency(batang):
        switch(regency=batang, key="surat_uji", state="closing", by=None, at=MONDAY)
    assert "Sedang tidak menerima permohonan baru" in page(batang)
    with in_regency(batang):
        switch(regency=batang, key="surat_uji", state="off", by=None, at=MONDAY)
    assert "Surat uji" not in page(batang)


def test_a_new_name_of_a_service_changes_it(batang: Regency) -> None:
    offer(batang)
    assert "Surat uji" in page(batang)
    offer(batang, name="Surat berganti nama")
    changed = page(batang)
    assert "Surat berganti nama" in changed
    assert "Surat uji<" not in changed


@pytest.mark.parametrize(
    ("change", "shown"), [({"brand": "maroon"}, 'data-brand="maroon"'), ({"province": "Jawa Baru"}, "Jawa Baru")]
)
def test_a_new_look_of_the_regency_changes_it(batang: Regency, change: dict[str, str], shown: str) -> None:
    assert shown not in page(batang)
    with in_public():
        Regency.objects.filter(pk=batang.pk).update(**change)
    hosts.bump()
    assert shown in page(batang)


def test_what_is_rolled_back_leaves_nothing(batang: Regency) -> None:
    offer(batang)
    with pytest.raises(RuntimeError), transaction.atomic():
        offer(batang, name="Surat yang batal")
        assert "Surat yang batal" in page(batang)
        raise RuntimeError
    assert "Surat yang batal" not in page(batang)
    assert "Surat uji" in page(batang)


def test_paper_says_the_minute_of_printing(batang: Regency) -> None:
    moment = datetime(2026, 11, 25, 2, 59, 59, tzinfo=UTC)
    for _ in range(2):
        with patch.object(timezone, "now", return_value=moment):
            assert page(batang)
        moment += timedelta(seconds=1)
    minutes = {kept.minute for kept in portal._pages.values()}
    assert minutes == {datetime(2026, 11, 25, 3, 0, tzinfo=UTC)}


def test_one_page_is_kept_whichever_the_host_and_the_address(batang: Regency) -> None:
    with in_public():
        Domain.objects.create(tenant=batang, domain="layanan.batangkab.test", is_primary=False)
    hosts.bump()
    page(batang)
    before = dict(portal._pages)
    page(batang, host="layanan.batangkab.test")
    with in_regency(batang):
        Client().get("/?utm=brosur", headers={"host": "batang.localhost"})
    assert portal._pages.keys() == before.keys()
    assert all(kept.facts == before[key].facts for key, kept in portal._pages.items())


def test_every_reader_gets_a_token_of_their_own_that_works(batang: Regency) -> None:
    offer(batang)
    readers = [Client(enforce_csrf_checks=True) for _ in range(2)]
    tokens = []
    for reader in readers:
        found = set(TOKEN.findall(page(batang, reader)))
        assert len(found) == 1
        tokens.append(found.pop())
        assert portal._TOKEN not in tokens[-1]
    assert tokens[0] != tokens[1]
    form = {"number": "SU-2026-000001", "secret": "SALAH", "csrfmiddlewaretoken": tokens[0]}
    for reader, status in zip(readers, (404, 403), strict=True):
        with in_regency(batang):
            answer = reader.post("/services/track/", form, headers={"host": "batang.localhost"})
        assert answer.status_code == status


def test_language_form_leads_back_to_the_portal(batang: Regency) -> None:
    assert 'name="next" value="/"' in page(batang)


def test_who_is_signed_in_sees_a_page_that_is_not_kept(batang: Regency) -> None:
    client = Client()
    client.force_login(person("rina", "operator_desa"))
    signed_in = page(batang, client)
    assert 'href="/work/"' in signed_in
    assert not portal._pages
    assert 'href="/work/"' not in page(batang)
    assert 'href="/work/"' in page(batang, client)


def test_a_message_is_shown_once_to_whom_it_is_for(batang: Regency) -> None:
    page(batang)
    storage = CookieStorage(HttpRequest())
    storage.add(25, "Anda telah keluar.")
    client = Client()
    client.cookies["messages"] = storage._encode(storage._queued_messages)
    assert "Anda telah keluar." in page(batang, client)
    assert "Anda telah keluar." not in page(batang)
    assert all("Anda telah keluar." not in kept.page for kept in portal._pages.values())


def test_it_carries_the_headers_of_every_page(batang: Regency) -> None:
    with in_regency(batang):
        answer = Client().get("/", headers={"host": "batang.localhost"})
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Content-Language"] == "id"
    assert "Cookie" in answer["Vary"]
    assert answer["X-Frame-Options"] == "DENY"
