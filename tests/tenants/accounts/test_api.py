"""Signing in to the API."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import connection
from django.test import Client
from knox.models import AuthToken

from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.models import Regency

HOST = {"host": "batang.localhost"}


@pytest.fixture
def rina(batang: Regency) -> User:
    return User.objects.create_user("rina@batang.test", "Rina Wulandari", "rahasia-sekali")


def sign_in(**given: str):  # type: ignore[no-untyped-def]
    data = {"email": "rina@batang.test", "password": "rahasia-sekali", **given}
    return Client().post("/api/v1/token/", data, content_type="application/json", headers=HOST)


def test_token_opens_and_closes(rina: User, batang: Regency) -> None:
    made = sign_in()
    assert made.status_code == 201
    bearer = {**HOST, "authorization": f"Token {made.json()['token']}"}
    connection.set_tenant(batang, include_public=False)
    assert AuthToken.objects.get().expiry is not None
    assert made.json()["token"] not in str(AuthToken.objects.values())
    ended = Client().delete("/api/v1/token/", headers=bearer)
    assert ended.status_code == 204
    assert Client().delete("/api/v1/token/", headers=bearer).status_code == 401
    connection.set_tenant(batang, include_public=False)
    assert list(AuditEntry.objects.values_list("action", flat=True)) == [
        "accounts.token_created",
        "accounts.token_ended",
    ]


@pytest.mark.parametrize("given", [{"password": "salah"}, {"email": "siapa@batang.test"}])
def test_wrong_is_401_whatever_is_wrong(rina: User, given: dict[str, str]) -> None:
    refused = sign_in(**given)
    assert refused.status_code == 401
    assert "salah" in refused.json()["detail"]


def test_bad_shape_is_400(rina: User) -> None:
    assert sign_in(email="bukan surel").status_code == 400


def test_inactive_gets_nothing(rina: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in().status_code == 401


def test_second_factor_is_asked(rina: User) -> None:
    codes = RecoveryCodes.activate(rina)
    assert sign_in().status_code == 401
    assert sign_in(code="000000").status_code == 401
    assert sign_in(code=codes.get_unused_codes()[0]).status_code == 201


def test_tries_are_counted(rina: User) -> None:
    rina.email = "sering@batang.test"
    rina.save()
    tries = [sign_in(email="sering@batang.test", password="salah").status_code for _ in range(6)]
    assert tries == [401] * 5 + [429]


def test_token_of_one_regency_is_worth_nothing_in_another(rina: User) -> None:
    token = sign_in(email="rina@batang.test").json()["token"]
    elsewhere = {"host": "manggarai.localhost", "authorization": f"Token {token}"}
    assert Client().delete("/api/v1/token/", headers=elsewhere).status_code == 401
