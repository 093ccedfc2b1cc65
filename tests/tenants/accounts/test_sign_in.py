"""Signing in to a regency: guessing is stopped, a forgotten password is asked for by mail, a session stays at home."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from knox.models import AuthToken

from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.schemas.context import in_regency
from tests.conftest import forget_cached

LOGIN, RESET = "/account/login/", "/account/password/reset/"
EMAIL, PASSWORD = "rina@batang.test", "sawah-hijau-pagi-2026"


@pytest.fixture
def browser(batang: Regency) -> Client:
    forget_cached()
    User.objects.create_user(EMAIL, "Rina Wulandari", PASSWORD)
    return Client(headers={"host": "batang.localhost"})


def sign_in(browser: Client, password: str, **headers: Any) -> int:
    return browser.post(LOGIN, {"login": EMAIL, "password": password}, **headers).status_code


def test_guessing_locks_the_account_out_for_a_while(browser: Client) -> None:
    """Five wrong passwords close it, from wherever they come, for the right one too."""
    tries = [sign_in(browser, f"salah-{n}", REMOTE_ADDR=f"203.0.113.{n}") for n in range(6)]
    assert 302 not in tries
    assert sign_in(browser, PASSWORD) != 302
    page = browser.post(LOGIN, {"login": EMAIL, "password": PASSWORD})
    assert "Terlalu" in page.content.decode()
    forget_cached()  # a quarter of an hour later
    assert sign_in(browser, PASSWORD) == 302


def test_it_speaks_as_the_house_does(browser: Client) -> None:
    """ "Surel" and "Kata sandi" as on every other page, and a refusal that says what to do."""
    page = browser.post(LOGIN, {"login": EMAIL, "password": "salah"}).content.decode()
    assert "Surel</label>" in page
    assert "Kata sandi</label>" in page
    assert "placeholder" not in page
    assert "Surel atau kata sandi tidak cocok. Periksa keduanya, atau minta yang baru." in page
    assert browser.post(LOGIN, {}).content.decode().count("Wajib diisi.") == 4, "in the summary and beside each field"


def test_a_forgotten_password_is_asked_for_by_mail(browser: Client, batang: Regency) -> None:
    rina = User.objects.get(email=EMAIL)
    AuthToken.objects.create(user=rina)
    known = browser.post(RESET, {"email": EMAIL})
    unknown = browser.post(RESET, {"email": "siapa@batang.test"})
    assert (
        (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"]) == (302, f"{RESET}done/")
    )
    assert [letter.to for letter in mail.outbox] == [[EMAIL]], "and nobody learns who has an account"
    found = re.search(r"http://batang\.localhost\S*?(/account/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found
    page = browser.get(found[1], follow=True)
    fresh = "pasir-putih-sore-2026"
    done = browser.post(page.redirect_chain[-1][0], {"password1": fresh, "password2": fresh})
    assert done.status_code == 302
    assert sign_in(Client(headers={"host": "batang.localhost"}), PASSWORD) == 200
    assert sign_in(Client(headers={"host": "batang.localhost"}), fresh) == 302
    with in_regency(batang):
        assert not AuthToken.objects.exists(), "nor does who signed in to the API with the old one stay in"
        assert AuditEntry.objects.filter(action="accounts.password_changed", actor_id=rina.pk).count() == 1


def test_a_session_of_one_regency_is_worth_nothing_in_another(
    browser: Client, batang: Regency, manggarai: Regency
) -> None:
    assert sign_in(browser, PASSWORD) == 302
    assert browser.get("/work/").status_code == 200
    for host in ("manggarai.localhost", "localhost"):
        path = "/console/" if host == "localhost" else "/work/"
        thief = Client(headers={"host": host})
        thief.cookies["session"] = browser.cookies["session"].value
        assert thief.get(path)["Location"].startswith(LOGIN)
    with in_regency(batang):
        assert Session.objects.count() == 1
    with in_regency(manggarai):
        assert Session.objects.count() == 0
    assert browser.get("/work/").status_code == 200


def test_a_cookie_names_no_domain(browser: Client) -> None:
    """So a browser sends it to the host that set it, and to no other regency."""
    sign_in(browser, PASSWORD)
    assert {morsel["domain"] for morsel in browser.cookies.values()} == {""}
    assert browser.cookies["session"]["httponly"]


def test_who_was_let_go_is_out_at_the_next_request(browser: Client, batang: Regency) -> None:
    assert sign_in(browser, PASSWORD) == 302
    with in_regency(batang):
        User.objects.update(is_active=False)
    assert browser.get("/work/")["Location"].startswith(LOGIN)
