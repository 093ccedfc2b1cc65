"""The last answer: what it says, and with which status."""

import os
import subprocess
import sys

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.errors import server_error, told
from tenants.models import Regency


def answer(error: Exception, path: str = "/work/") -> HttpResponse:
    try:
        raise error
    except Exception:
        return server_error(RequestFactory().get(path))


@pytest.mark.parametrize("error", [OperationalError("the connection is lost"), InterfaceError("already closed")])
def test_while_postgres_is_away_people_are_asked_to_wait(error: Exception) -> None:
    page = answer(error)
    assert page.status_code == 503
    assert page["Retry-After"] == "10"
    assert "Sistem sedang dipulihkan" in page.content.decode()


@pytest.mark.parametrize("error", [ZeroDivisionError(), IntegrityError("duplicate key")])
def test_all_else_is_an_error_of_ours(error: Exception) -> None:
    page = answer(error)
    assert page.status_code == 500
    assert "Retry-After" not in page
    assert "Terjadi kesalahan pada sistem" in page.content.decode()


def test_programs_are_answered_in_json() -> None:
    assert answer(OperationalError(), "/api/v1/cases/").headers["Content-Type"] == "application/json"
    assert b"dipulihkan" in answer(OperationalError(), "/api/v1/cases/").content


@pytest.mark.parametrize("host", ["localhost", "batang.localhost"])
def test_both_sites_answer_so(host: str, batang: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("the connection is lost")

    name = "onboarding.views.render" if host == "localhost" else "modules.services.portal.render"
    monkeypatch.setattr(name, away)
    browser = Client(raise_request_exception=False, headers={"host": host})
    assert browser.get("/").status_code == 503


def test_a_mail_address_of_no_known_kind_is_refused() -> None:
    """Django would send by SMTP without TLS, password included."""
    told = {**os.environ, "EMAIL_URL": "smtp+tls://user:password@mail.example:587"}
    started = subprocess.run([sys.executable, "-c", "import config.settings"], env=told, capture_output=True, text=True)
    assert started.returncode
    assert "EMAIL_URL must begin with submission://" in started.stderr


class _Vouched(Exception):
    tells_no_person = True


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("NIK 3325014405910003 salah"), ""),
        (KeyError("Sulastri"), ""),
        (AttributeError("'NoneType' object has no attribute 'unit'"), "'NoneType' object has no attribute 'unit'"),
        (_Vouched("work for batang was done on manggarai"), "work for batang was done on manggarai"),
    ],
)
def test_an_exception_is_told_without_what_it_quotes(error: Exception, says: str) -> None:
    assert told(error) == says


@pytest.mark.django_db
def test_the_database_is_told_by_kind_and_constraint() -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Regency.objects.create(schema_name="1Sulastri", code="33.99", kind="kabupaten")
    assert told(caught.value) == "23514 tenants_regency regency_schema_name"
