"""Speed and latency are the browser's word: its tries are kept with the answer, and who verifies reads them."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from onboarding.assessment.actions import assessments
from onboarding.assessment.models import Answer, Unit
from onboarding.assessment.rules import measuring
from tenants.accounts.models import User
from tenants.permissions import ConsolePermission
from tests.onboarding.assessment.conftest import HOST, Case
from tests.tenants.test_console import operator

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.6668.70 Mobile"
    " Safari/537.36"
)
DOWNLOAD = {
    "ping_ms": 35.5,
    "tries": [{"bytes": 900_000, "ms": 755.5}, {"bytes": 900_000, "ms": 635.5}, {"bytes": 900_000, "ms": 935.5}],
}
"""Net 720, 600 and 900 ms: 10, 12 and 8 megabits a second."""
HX = {"hx-request": "true", "user-agent": PHONE}


def post(client: Client, case: Case, office: Unit, number: str, sent: Any, version: int = 0) -> int:
    text = sent if isinstance(sent, str) else json.dumps(sent)
    form = {"E01-number": number, "E01-version": str(version), "E01-measured": text}
    return client.post(case.section_url("E", office) + "E01/", form, headers=HX).status_code


@pytest.fixture
def office(case: Case) -> Unit:
    names = ["Dinas Kesehatan"]
    assessments.add_offices(assessment=case.assessment, names=names, by=case.link, at=timezone.now())
    return case.unit("opd")


def test_the_tries_are_kept_without_telling_the_device(case: Case, client: Client, office: Unit) -> None:
    assert post(client, case, office, "10", DOWNLOAD) == 200
    found = Answer.objects.get()
    at = found.measurement.pop("at")
    assert datetime.fromisoformat(at) == found.answered_at
    assert found.measurement == {**DOWNLOAD, "browser": "Chrome, Android"}
    assert (found.value, found.is_measured) == ({"number": "10"}, True)


def test_the_verifier_reads_them(case: Case, client: Client, office: Unit) -> None:
    post(client, case, office, "10", DOWNLOAD)
    Answer.objects.update(measurement={**DOWNLOAD, "browser": "Chrome, Android", "at": "2026-11-25T00:05:00+00:00"})
    client.post(case.section_url("E", office), {"E02-number": "40", "E02-version": "0"})
    console = Client(headers=HOST)
    console.force_login(operator(*ConsolePermission))
    text = console.get(f"/console/assessments/{case.assessment.code}/answers/").content.decode()
    assert "25 November 2026 pukul 08.05 WITA" in text
    assert "900 KB dalam 755,5 ms, 900 KB dalam 635,5 ms, 900 KB dalam 935,5 ms; tanpa isi 35,5 ms" in text
    assert "(Chrome, Android)" in text
    assert text.count("Diketik, tidak diukur peramban") == 1, "the latency was typed"


@pytest.mark.parametrize(
    "sent",
    [
        "", "1", "[]", "{", "[" * 1_500, json.dumps({"tries": []}),
        json.dumps({**DOWNLOAD, "who": "Yohanes"}),
        json.dumps({**DOWNLOAD, "tries": DOWNLOAD["tries"][:2]}),  # type: ignore[index]
        json.dumps({**DOWNLOAD, "ping_ms": -1}),
        json.dumps({**DOWNLOAD, "tries": [{"bytes": 900_000, "ms": 0}] * 3}),
    ],
)  # fmt: skip
def test_what_are_no_tries_is_a_typed_figure(case: Case, client: Client, office: Unit, sent: str) -> None:
    assert post(client, case, office, "10", sent) == 200
    found = Answer.objects.get()
    assert (found.is_measured, found.measurement) == (False, {})


def test_a_figure_that_does_not_follow_from_the_tries_was_typed(case: Case, client: Client, office: Unit) -> None:
    post(client, case, office, "100", DOWNLOAD)
    assert not Answer.objects.get().is_measured


def test_typing_over_it_ends_it_and_a_note_does_not(case: Case, client: Client, office: Unit) -> None:
    post(client, case, office, "10", DOWNLOAD)
    kept = Answer.objects.get().measurement
    page = client.get(case.section_url("E", office)).content.decode()
    assert "&quot;ping_ms&quot;:35.5" in page, "the page sends back what is kept"
    form = {"E01-number": "10", "E01-version": "1", "E01-measured": json.dumps(DOWNLOAD), "E01-note": "Pagi hari"}
    client.post(case.section_url("E", office), form)
    assert Answer.objects.get().measurement == kept
    post(client, case, office, "50", "", version=2)
    found = Answer.objects.get()
    assert (found.value, found.is_measured, found.measurement) == ({"number": "50"}, False, {})


def test_the_same_figure_measured_again_is_new(case: Case, client: Client, office: Unit) -> None:
    post(client, case, office, "10", DOWNLOAD)
    again = {**DOWNLOAD, "tries": DOWNLOAD["tries"][::-1]}  # type: ignore[index]
    post(client, case, office, "10", again, version=1)
    found = Answer.objects.get()
    assert (found.version, found.measurement["tries"]) == (2, again["tries"])


def test_latency_is_the_median_in_milliseconds() -> None:
    tries = {"ping_ms": 0, "tries": [{"bytes": 1, "ms": ms} for ms in (40.2, 38.5, 180, 39, 41)]}
    found = measuring.read(json.dumps(tries), "latency", Decimal(40), PHONE)
    assert found is not None
    assert found.sent == tries
    assert measuring.read(json.dumps(tries), "latency", Decimal(90), PHONE) is None


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        (PHONE, "Chrome, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iOS",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0", "Edge, Windows"),
        ("Yohanes Ndapa 081234567890", ""),
        ("", ""),
    ],
)
def test_a_browser_is_told_by_its_family_alone(agent: str, family: str) -> None:
    assert measuring.family(agent) == family


def test_observers_do_not_see_answers(case: Case, office: Unit, public: None) -> None:
    browser = Client(headers=HOST)
    watcher: User = operator(ConsolePermission.VIEW)
    browser.force_login(watcher)
    assert browser.get(f"/console/assessments/{case.assessment.code}/answers/").status_code == 404
