"""A personal number stands in no address: not typed, not carried on, not repeated by a redirect."""

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from tenants.accounts.models import User
from tenants.models import Regency
from tenants.people.searching import GOOD_FOR, number_in, person_of, seal, unseal

NIK = "3325015210519001"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (NIK, NIK),
        (" 3325 0152 1051 9001 ", NIK),
        ("33.25.01.521051.9001", NIK),
        (f"Siti Aminah {NIK}", NIK),
        ("332501521051900", ""),
        (f"{NIK}1", ""),
        ("2026-11-23T05:00:00.123456+07:00~123", ""),
        ("SK-2026-000001", ""),
        ("", ""),
    ],
)
def test_a_number_is_seen_however_it_is_typed(typed: str, number: str) -> None:
    assert number_in(typed) == number


def test_a_sealed_search_says_nothing_and_ends(batang: Regency, manggarai: Regency) -> None:
    with time_machine.travel("2026-11-23 05:00:00Z", tick=False) as clock:
        sealed = seal(NIK)
        assert unseal(sealed) == person_of(NIK)
        clock.shift(GOOD_FOR + 1)
        assert unseal(sealed) is None
    assert unseal("x") is None
    assert unseal(sealed[:-1]) is None
    here = person_of(NIK)
    connection.set_tenant(manggarai, include_public=False)
    assert person_of(NIK) != here


@pytest.mark.parametrize(
    "path", ["/work/", "/work/staff/", "/work/organisation/villages/", "/work/santunan_kematian/", "/", "/verify/"]
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_no_page_repeats_a_number_of_its_address(batang: Regency, path: str, signed_in: bool) -> None:
    """Before sign-in too, whose page would carry the address on."""
    browser = Client(headers={"host": "batang.localhost"})
    if signed_in:
        browser.force_login(User.objects.create_user("petugas@contoh.test", "Petugas"))
    answer = browser.get(path, {"q": f"33.25.01.521051.9001 {NIK}", "filter": "open"})
    assert (answer.status_code, answer["Location"]) == (303, f"{path}?filter=open")
    assert next(str(item) for item in get_messages(answer.wsgi_request)).startswith("NIK dan nomor KK tidak dicari")
    assert browser.get(path, {"q": NIK})["Location"] == path


def test_the_api_refuses_it_in_words(batang: Regency) -> None:
    answer = Client(headers={"host": "batang.localhost"}).get("/api/v1/services/cases/", {"q": NIK})
    assert answer.status_code == 400
    assert "tidak dicari" in answer.json()["detail"]


def test_the_centre_too(db: None) -> None:
    assert Client(headers={"host": "localhost"}).get("/console/", {"q": NIK})["Location"] == "/console/"
