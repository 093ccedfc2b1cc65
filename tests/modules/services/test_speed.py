"""Pages that everybody opens ask the database little, whatever they show; seconds are for `make bench`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from modules.services import inbox
from modules.services.models import Case
from modules.services.permissions import ServicesPermission
from modules.services.public import publish
from modules.services.queries import cases_for, reach, turn_of
from modules.switches import ON, switch
from tenants.models import Regency
from tests.modules.services.builders import MONDAY, definition, filed, person, unit, village

Queries = Callable[..., Any]
HOST = {"host": "batang.localhost"}


def _open_service(batang: Regency, **changes: Any) -> None:
    content = definition(**changes)
    publish(definition=content, by=None, at=MONDAY)
    switch(regency=batang, key=content["key"], state=ON, by=None, at=MONDAY)


def test_portal_home_costs_no_sql_when_warm(batang: Regency, django_assert_num_queries: Queries) -> None:
    _open_service(batang)
    client = Client(headers=HOST)
    assert "Surat uji" in client.get("/").content.decode()
    with django_assert_num_queries(0):
        client.get("/")


def test_portal_home_shows_what_was_published_and_switched_since(batang: Regency) -> None:
    _open_service(batang)
    client = Client(headers=HOST)
    assert "Surat baru" not in client.get("/").content.decode()
    connection.set_tenant(batang, include_public=False)
    _open_service(batang, name="Surat baru")
    assert "Surat baru" in client.get("/").content.decode()
    connection.set_tenant(batang, include_public=False)
    switch(regency=batang, key="surat_uji", state="closing", by=None, at=MONDAY)
    assert "Sedang tidak menerima permohonan baru" in client.get("/").content.decode()


def test_inbox_asks_at_most_six_times(batang: Regency, django_assert_max_num_queries: Queries) -> None:
    _open_service(batang)
    place = village()
    operator = person("rina", "operator_desa", ServicesPermission.VIEW, of=place)
    for number in range(3):
        filed(village=place, title=f"Nomor {number}")
    client = Client(headers=HOST)
    client.force_login(operator)
    client.get("/work/")
    with django_assert_max_num_queries(6):
        page = client.get("/work/").content.decode()
    assert page.count('<td class="key">') == 3


def test_counts_are_those_of_the_lists(batang: Regency) -> None:
    _open_service(batang)
    place, office = village(), unit()
    person("rina", "operator_desa", ServicesPermission.VIEW, of=place)
    chief = person("budi", "kepala", ServicesPermission.VIEW, at=office)
    now = timezone.now()
    for number, changes in enumerate(
        [
            {"due_at": now - timedelta(days=1)},
            {"due_at": now + timedelta(seconds=1), "state": "signed", "turn_role": "kepala", "turn_scope": "unit"},
            {"due_at": None, "paused_at": now, "turn_role": "applicant", "turn_scope": "regency"},
            {"due_at": None, "turn_role": "", "closed_at": now, "outcome": "done"},
        ]
    ):
        case = filed(village=place, unit=office, title=f"Nomor {number}").case
        Case.objects.filter(pk=case.pk).update(filed_at=now - timedelta(days=2), unit=office, **changes)
    found = reach(chief)
    page = inbox.page(chief, found, inbox.Chosen("open"), batang, now)
    seen = cases_for(chief, found).filter(closed_at=None)
    assert page.counts["open"] == seen.count() == 3
    assert page.counts["mine"] == seen.filter(turn_of(found)).count() == 1
    assert page.counts["late"] == seen.filter(due_at__lt=now).count() == 1
    assert page.counts["waiting"] == seen.filter(paused_at__isnull=False).count() == 1
    assert page.counts["today"] == 1


def test_a_list_escapes_what_people_typed(batang: Regency) -> None:
    _open_service(batang)
    place = village()
    operator = person("rina", "operator_desa", ServicesPermission.VIEW, of=place)
    filed(village=place, title="<b>{number}</b>")
    client = Client(headers=HOST)
    client.force_login(operator)
    page = client.get("/work/").content.decode()
    assert "&lt;b&gt;{number}&lt;/b&gt;" in page
    assert "<b>{number}</b>" not in page
