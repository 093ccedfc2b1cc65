"""The last answer: what it says, and with which status."""

import os
import subprocess
import sys

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from config.errors import server_error, without_personal_data


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


def test_a_request_that_is_too_large_is_refused_in_words(batang: object, settings: Settings) -> None:
    """413 with what to do, whether its length says so or only its reading shows it; programs are told in JSON."""
    form = {"number": "x" * 1_000}
    browser = Client(headers={"host": "batang.localhost"})
    settings.MAX_REQUEST_BYTES = 500
    for host in ("batang.localhost", "localhost"):
        page = browser.post("/services/track/", form, headers={"host": host})
        assert page.status_code == 413
        assert "Berkas terlalu besar" in page.content.decode()
        assert "Kecilkan berkasnya" in page.content.decode()
    told = browser.post("/api/v1/services/tracking/", form)
    assert (told.status_code, list(told.json())) == (413, ["detail"])
    settings.MAX_REQUEST_BYTES = 5_000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 500
    assert browser.post("/services/track/", form).status_code == 413
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000, 2
    assert browser.post("/services/track/", {"a": "1", "b": "2", "c": "3"}).status_code == 413


def test_the_proxy_takes_as_much_as_the_web_process(settings: Settings) -> None:
    proxy = (settings.BASE_DIR / "docs" / "deploy" / "Caddyfile").read_text()
    assert f"max_size {settings.MAX_REQUEST_BYTES // 1_000_000}MB" in proxy


def test_a_mail_address_of_no_known_kind_is_refused() -> None:
    """Django would send by SMTP without TLS, password included."""
    told = {**os.environ, "EMAIL_URL": "smtp+tls://user:password@mail.example:587"}
    started = subprocess.run([sys.executable, "-c", "import config.settings"], env=told, capture_output=True, text=True)
    assert started.returncode
    assert "EMAIL_URL must begin with submission://" in started.stderr


def test_sentry_gets_no_searched_number_and_no_row() -> None:
    event = {
        "request": {"url": "https://batang.test/work/?q=3325011210510001", "query_string": "q=3325011210510001"},
        "exception": {"values": [{"value": "violates check\nDETAIL:  Failing row contains (3325011210510001)."}]},
    }
    sent = without_personal_data(event, {})
    assert "3325011210510001" not in str(sent)
    assert sent["exception"]["values"][0]["value"] == "violates check"
