"""The administrator's page: asking and fetching want a second factor given anew; nobody else's package is there."""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test import Client
from django.utils import timezone

from tenants.accounts.models import Role, RoleGrant, User
from tenants.exports import tasks
from tenants.exports.models import ExitPackage
from tenants.models import Regency
from tenants.schemas.context import in_public, in_schema

PAGE = "/work/settings/export/"


@pytest.fixture
def siti(batang: Regency) -> User:
    user = User.objects.create_user("siti@batang.test", "Siti Aminah", "kata-sandi-panjang")
    role = Role.objects.create(key="admin-uji", name="Administrator", permissions=["exports.manage"])
    RoleGrant.objects.create(user=user, role=role)
    return user


@pytest.fixture
def browser(siti: User) -> Client:
    client = Client(headers={"host": "batang.localhost"})
    client.force_login(siti)
    return client


def give_code(browser: Client, user: User, ago: float = 0) -> None:
    """As allauth notes it when a code was right."""
    connection.set_schema("batang", include_public=False)
    TOTP.activate(user, generate_totp_secret())
    session = browser.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time() - ago, "type": "totp"}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def package(schema: str = "batang", **facts: Any) -> ExitPackage:
    with in_public():
        told = {"code": "33.25", "asked_at": timezone.now(), "state": "ready", "finished_at": timezone.now()}
        told |= {"expires_at": timezone.now() + timedelta(hours=1), "fingerprint": "a" * 64}
        return ExitPackage.objects.create(schema_name=schema, **{**told, **facts})


def test_the_page_explains_itself_and_shows_what_there_was(browser: Client) -> None:
    empty = browser.get(PAGE).content.decode()
    assert "Belum pernah diminta" in empty
    package()
    package(expires_at=timezone.now() - timedelta(hours=1))
    shown = browser.get(PAGE).content.decode()
    assert shown.count("Unduh</a>") == 1
    assert "Berakhir" in shown
    assert "a" * 64 in shown


def test_without_a_second_factor_one_is_to_be_set_up(browser: Client) -> None:
    answer = browser.post(PAGE)
    assert answer["Location"] == "/account/mfa/"
    assert not ExitPackage.objects.exists()


def test_a_code_given_long_ago_is_asked_for_again(browser: Client, siti: User) -> None:
    give_code(browser, siti, ago=901)
    for answer in (browser.post(PAGE), browser.get(f"{PAGE}{package().public_id}/file/")):
        assert answer["Location"] == "/account/mfa/reauthenticate/?next=%2Fwork%2Fsettings%2Fexport%2F"
    assert ExitPackage.objects.filter(state="queued").count() == 0


def test_a_password_given_anew_is_not_enough(browser: Client, siti: User) -> None:
    give_code(browser, siti)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    assert "/mfa/reauthenticate/" in browser.post(PAGE)["Location"]
    with in_schema("batang"):
        assert Authenticator.objects.filter(user=siti).exists()


def test_asking_hands_it_to_a_worker(
    browser: Client, siti: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[tuple[int, str]] = []
    monkeypatch.setattr(tasks.make_export, "delay", lambda pk: asked.append((pk, connection.schema_name)))
    give_code(browser, siti)
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(PAGE)["Location"] == PAGE
    made = ExitPackage.objects.get()
    assert asked == [(made.pk, "batang")]
    assert made.asked_by == "Siti Aminah"
    page = browser.get(PAGE).content.decode()
    assert "Sedang dibuat" in page
    assert "Minta paket data</button>" not in page
    part = browser.get(PAGE, headers={"hx-request": "true"}).content.decode()
    assert "hx-trigger" in part
    assert "<html" not in part


def test_an_expired_one_and_another_regencys_are_not_fetched(browser: Client, siti: User) -> None:
    give_code(browser, siti)
    old = package(expires_at=timezone.now() - timedelta(seconds=1))
    answer = browser.get(f"{PAGE}{old.public_id}/file/", follow=True)
    assert "Minta paket baru" in answer.content.decode()
    assert browser.get(f"{PAGE}{package('manggarai').public_id}/file/").status_code == 404


def test_without_the_permission_there_is_no_such_page(batang: Regency) -> None:
    client = Client(headers={"host": "batang.localhost"})
    client.force_login(User.objects.create_user("lain@batang.test", "Lain", "kata-sandi-panjang"))
    assert client.get(PAGE).status_code == 404
