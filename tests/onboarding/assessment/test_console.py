"""The central team: lists, verifies, returns, closes; uploads next year's instrument."""

import json
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onboarding.assessment import shipped
from onboarding.assessment.models import Answer, Assessment, Evidence, Instrument, Unit
from tenants.accounts.models import User
from tenants.permissions import ConsolePermission
from tests.onboarding.assessment.conftest import HOST, Case, Opened
from tests.onboarding.assessment.test_rules import raw
from tests.tenants.files import samples
from tests.tenants.test_console import operator

HX = {"hx-request": "true"}


@pytest.fixture
def ayu(public: None) -> User:
    return operator(*ConsolePermission)


@pytest.fixture
def console(ayu: User) -> Client:
    browser = Client(headers=HOST)
    browser.force_login(ayu)
    return browser


def pages(case: Case) -> list[str]:
    base = f"/console/assessments/{case.assessment.code}/"
    instrument = Instrument.objects.all()[0].pk
    return [
        "/console/assessments/", base, f"{base}answers/", f"{base}results/", f"{base}document/",
        "/console/instruments/", f"/console/instruments/{instrument}/", f"/console/instruments/{instrument}/file/",
    ]  # fmt: skip


def test_operators_alone(case: Case, console: Client, client: Client) -> None:
    for path in pages(case):
        assert console.get(path).status_code == 200, path
        assert client.get(path).status_code == 302, path


def test_an_observer_sees_results_and_not_the_evidence(case: Case, public: None) -> None:
    browser = Client(headers=HOST)
    browser.force_login(operator(ConsolePermission.VIEW))
    codes = [browser.get(path).status_code for path in pages(case)]
    assert codes == [200, 200, 404, 200, 200, 404, 404, 404]


def test_the_list_is_searched_filtered_and_bounded(case: Case, console: Client) -> None:
    for search in ("manggarai", "nusa tenggara", case.assessment.code.lower(), "53.10"):
        assert "Kabupaten Manggarai" in console.get("/console/assessments/", {"q": search}).content.decode()
    assert "Tidak ada yang cocok" in console.get("/console/assessments/?state=verified").content.decode()
    assert console.get("/console/assessments/?before=abc&state=x&q=%00").status_code == 200
    Assessment.objects.bulk_create(
        Assessment(code=f"AS-{n:08}", regency_code="33.25", created_at=timezone.now(), active_at=timezone.now())
        for n in range(40)
    )
    with CaptureQueriesContext(connection) as seen:
        first = console.get("/console/assessments/").content.decode()
    assert len(seen) <= 8
    assert "before=" in first


def test_an_answer_is_verified_with_a_note(case: Case, console: Client, client: Client) -> None:
    client.post(case.section_url("A"), {
        "A01-choice": "4", "A01-version": "0", "A01-files": samples.upload(samples.pdf(), "SK.pdf"),
        "A02-choice": "4", "A02-version": "0",
    })  # fmt: skip
    base = f"/console/assessments/{case.assessment.code}/answers/"
    text = console.get(base).content.decode()
    assert "SK.pdf" in text
    file = Evidence.objects.get()
    served = console.get(f"/console/assessments/{case.assessment.code}/evidence/{file.public_id}/")
    assert b"".join(served.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    with_file, without = Answer.objects.get(question="A01"), Answer.objects.get(question="A02")
    done = console.post(f"{base}{with_file.pk}/", {"verdict": "verified", "version": 1, "note": ""}, headers=HX)
    assert (done.status_code, "Terverifikasi" in done.content.decode()) == (200, True)
    refused = console.post(f"{base}{without.pk}/", {"verdict": "verified", "version": 1, "note": " "}, headers=HX)
    assert (refused.status_code, "Tulis catatan" in refused.content.decode()) == (422, True)
    console.post(f"{base}{without.pk}/", {"verdict": "refused", "version": 1, "note": "Naskah belum ada"})
    without.refresh_from_db()
    assert (without.verdict, without.verified_by) == ("refused", "Ayu Pertiwi")
    assert "Naskah belum ada" in client.get(case.section_url("A")).content.decode(), "the regency reads why"
    with_file.refresh_from_db()
    assert with_file.is_verified


def test_many_villages_are_verified_by_one_source(case: Case, console: Client, client: Client) -> None:
    villages = Unit.objects.filter(assessment=case.assessment, kind="desa")[:3]
    for village in villages:
        client.post(case.section_url("E", village), {"E05-choice": "4", "E05-version": "0"})
    base = f"/console/assessments/{case.assessment.code}/"
    assert "(3)" in console.get(f"{base}answers/").content.decode()
    sent = {"question": f"{case.sheet.pk}:E05", "note": ""}
    console.post(f"{base}verdicts/", sent)
    assert not Answer.objects.filter(verdict="verified").exists(), "without a note"
    console.post(f"{base}verdicts/", {**sent, "note": "Survei sinyal Kominfo, Oktober 2026"})
    assert Answer.objects.filter(verdict="verified", verified_by="Ayu Pertiwi").count() == 3
    assert console.post(f"{base}verdicts/", {"question": "0:E05", "note": "x"}).status_code == 404


def test_a_changed_answer_is_not_verified_unseen(case: Case, console: Client, client: Client) -> None:
    client.post(case.section_url("A"), {"A01-choice": "4", "A01-version": "0"})
    answer = Answer.objects.get()
    client.post(case.section_url("A"), {"A01-choice": "1", "A01-version": "1"})
    url = f"/console/assessments/{case.assessment.code}/answers/{answer.pk}/"
    response = console.post(url, {"verdict": "verified", "version": 1, "note": "ok"}, headers=HX)
    assert response.status_code == 409
    assert "diubah setelah" in response.content.decode()
    assert Answer.objects.get().verdict == ""


def test_submitted_returned_and_closed(case: Case, console: Client, client: Client) -> None:
    base = f"/console/assessments/{case.assessment.code}/"
    console.post(f"{base}verification/")
    assert Assessment.objects.get().state == "filling", "nothing was submitted"
    client.post(case.url("submission/"))
    assert Assessment.objects.get().state == "submitted"
    console.post(f"{base}return/", {"note": ""})
    assert Assessment.objects.get().state == "submitted", "without a word of what to do"
    console.post(f"{base}return/", {"note": "Lengkapi bagian E"})
    assert "Lengkapi bagian E" in client.get(case.url()).content.decode()
    client.post(case.url("submission/"))
    console.post(f"{base}verification/")
    found = Assessment.objects.get()
    assert (found.state, found.verified_by) == ("verified", "Ayu Pertiwi")


# -- Instruments


def upload(console: Client, content: Any, name: str = "baru.json") -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return console.post("/console/instruments/", {"file": samples.upload(body, name, "application/json")})


def test_next_years_edition_is_uploaded_seen_and_published(console: Client, case: Case, client: Client) -> None:
    content = raw("pemdi") | {"edition": "2027", "short_name": "Pemdi 2027"}
    response = upload(console, content)
    assert response.status_code == 302
    draft = Instrument.objects.get(edition="2027")
    preview = console.get(response["Location"]).content.decode()
    assert "Draf" in preview
    assert "Pelindungan Data Pribadi" in preview
    assert "Pemdi 2027" not in client.get("/assessment/").content.decode(), "a draft is not offered"
    console.post(f"/console/instruments/{draft.pk}/publication/")
    page = client.get("/assessment/").content.decode()
    assert "Pemdi 2027" in page
    assert "Pemdi 2026" not in page, "the newest edition is the one that is offered"
    assert upload(console, content).status_code == 409


def test_faults_are_listed_by_question_and_nothing_is_kept(console: Client) -> None:
    content = raw("readiness") | {"edition": "2027"}
    content["sections"][4]["questions"][0]["thresholds"][0]["score"] = 9
    del content["sections"][2]["questions"][1]["numerator"]
    response = upload(console, content)
    text = response.content.decode()
    assert response.status_code == 422
    assert "E01" in text
    assert "C02" in text
    assert not Instrument.objects.filter(edition="2027").exists()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"[" * 100_000, b'"x"', b"null", b"NaN"])
def test_a_file_that_is_no_instrument_is_refused(console: Client, body: bytes) -> None:
    assert upload(console, body).status_code == 422


def test_a_draft_can_be_replaced_and_thrown_away(console: Client) -> None:
    content = raw("pemdi") | {"edition": "2027"}
    upload(console, content)
    upload(console, content | {"short_name": "Pemdi dua"})
    draft = Instrument.objects.get(edition="2027")
    assert draft.short_name == "Pemdi dua"
    console.post(f"/console/instruments/{draft.pk}/removal/")
    assert not Instrument.objects.filter(edition="2027").exists()


def test_a_published_edition_never_changes(public: None, console: Client) -> None:
    published = Instrument.objects.get(code="pemdi")
    console.post(f"/console/instruments/{published.pk}/removal/")
    assert Instrument.objects.filter(pk=published.pk).exists()
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        Instrument.objects.filter(pk=published.pk).update(name="lain")
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        published.delete()


def test_loading_what_is_shipped_is_repeatable(public: None) -> None:
    assert shipped.load(at=timezone.now()) == 0
    assert Instrument.objects.filter(published_at__isnull=False).count() == 3


def test_a_section_is_that_of_its_own_instrument(opened: Opened, console: Client, client: Client) -> None:
    """Pemdi and SPBE number their questions alike."""
    case = opened(instruments=("pemdi", "spbe"), partner="")
    first, second = case.assessment.sheets.order_by("position")
    for sheet, name in ((first, "Punya Pemdi"), (second, "Punya SPBE")):
        sent = {"1-choice": "3", "1-version": "0", "1-note": name}
        client.post(case.url(f"sheets/{sheet.pk}/1/{case.unit().pk}/"), sent)
    text = console.get(f"/console/assessments/{case.assessment.code}/answers/?section={second.pk}:1").content.decode()
    assert "Punya SPBE" in text
    assert "Punya Pemdi" not in text


@pytest.mark.parametrize("text", ['{"edition": ' + "9" * 5_000 + "}", '{"sections": [NaN]}', '{"x": -Infinity}'])
def test_numbers_that_nothing_can_hold_are_refused(console: Client, text: str) -> None:
    upload = samples.upload(text.encode(), "x.json", "application/json")
    response = console.post("/console/instruments/", {"file": upload})
    assert (response.status_code, "angka yang tidak dapat disimpan" in response.content.decode()) == (422, True)
