"""Filling in: as a page without scripts and as fragments with them, by several people at once, with files."""

import io
import threading
from typing import Any

import pytest
import xlsxwriter
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onboarding.assessment.actions import answers, assessments
from onboarding.assessment.actions.answers import Entry
from onboarding.assessment.actions.refusals import Closed
from onboarding.assessment.models import Answer, Assessment, Evidence, Link, Unit
from tenants import regions
from tenants.audit.models import AuditEntry
from tests.onboarding.assessment.conftest import HOST, Case, Opened
from tests.tenants.files import samples

HX = {"hx-request": "true"}


def answer(case: Case, question: str, unit: Unit | None = None) -> Answer | None:
    return Answer.objects.filter(sheet=case.sheet, unit=unit or case.unit(), question=question).first()


def test_starting_asks_for_no_account_and_mails_the_link(
    public: None, client: Client, sent: list[tuple[int, str]], django_capture_on_commit_callbacks: Any
) -> None:
    page = client.get("/assessment/").content.decode()
    assert page.count('<option value="') >= 514
    assert len(page) < 50_000, "a list of 514 that a slow line can still load"
    assert "Kesiapan adopsi 2026" in page
    form = {
        "regency_code": "53.10", "instruments": _ids(page), "contact_name": "Yohanes",
        "contact_email": "Sekda@Manggarai.test", "partner_code": "33.25",
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/assessment/", form)
    assert response.status_code == 302
    [(link_id, token)] = sent
    assert response["Location"] == f"/assessment/{token}/"
    link = Link.objects.get(pk=link_id)
    assert link.is_lead
    assert token not in str(link.__dict__), "only a hash is kept"
    assert link.assessment.contact_email == "sekda@manggarai.test"
    kinds = [
        Unit.objects.filter(assessment=link.assessment, kind=kind).count()
        for kind in ("kabupaten", "kecamatan", "desa")
    ]
    assert kinds == [1, len(regions.districts("53.10")), len(regions.villages("53.10"))]
    board = client.get(f"/assessment/{token}/")
    assert board.status_code == 200
    assert board["Cache-Control"] == "private, no-store"
    assert "noindex" in board["X-Robots-Tag"]


def _ids(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="instruments" value="')[1:]][:1]


def test_a_bad_start_stays_on_the_form(public: None, client: Client) -> None:
    response = client.post("/assessment/", {"regency_code": "99.99", "contact_email": "bukan-surel"})
    assert response.status_code == 422
    assert "bukan-surel" in response.content.decode()
    assert not Assessment.objects.exists()


def test_starting_too_often_is_stopped(public: None, client: Client, sent: list[Any]) -> None:
    ids = _ids(client.get("/assessment/").content.decode())
    form = {"regency_code": "53.10", "instruments": ids, "contact_name": "A", "contact_email": "a@contoh.test"}
    codes = [client.post("/assessment/", form).status_code for _ in range(6)]
    assert codes == [302, 302, 302, 302, 429, 429]


def test_a_section_is_saved_without_scripts_and_leads_on(case: Case, client: Client) -> None:
    url = case.section_url("A")
    page = client.get(url).content.decode()
    assert "A06" not in page, "an office's question is not asked of the regency"
    response = client.post(url, {"A01-choice": "3", "A01-version": "0", "A05-choice": "ya", "A01-note": "SK 12/2026"})
    assert response.status_code == 302
    assert response["Location"] == case.section_url("B"), "the next section"
    found = answer(case, "A01")
    assert found is not None
    assert (found.value, found.note, found.answered_by, found.version) == ({"choice": 3}, "SK 12/2026", "Yohanes", 1)
    assert answer(case, "A02") is None, "what was left empty is no answer"
    assert AuditEntry.objects.filter(action="assessment.answers_saved").count() == 1
    later = client.post(url, {"A01-choice": "3", "A01-version": "1", "A01-note": "SK 12/2026", "later": "1"})
    assert later["Location"] == case.url("?stay=1")
    again = answer(case, "A01")
    assert again is not None
    assert again.version == 1, "nothing changed, nothing is written"


def test_a_fragment_saves_one_answer(case: Case, client: Client) -> None:
    url = case.section_url("E", office(case)) + "E01/"
    response = client.post(url, {"E01-number": "12,4", "E01-version": "0"}, headers=HX)
    text = response.content.decode()
    assert (response.status_code, "<html" in text) == (200, False)
    assert "Tersimpan" in text
    assert "diketik" in text
    assert 'name="E01-version" value="1"' in text
    found = answer(case, "E01", office(case))
    assert found is not None
    assert found.value == {"number": "12.4"}


def office(case: Case) -> Unit:
    names = ["Dinas Kesehatan", "Dinas Sosial"]
    assessments.add_offices(assessment=case.assessment, names=names, by=case.link, at=timezone.now())
    return case.unit("opd")


@pytest.mark.parametrize(
    ("question", "sent", "sentence"),
    [
        ("B01", {"B01-numerator": "9", "B01-denominator": "5"}, "lebih banyak"),
        ("B01", {"B01-numerator": "9"}, "kedua angkanya"),
        ("B01", {"B01-numerator": "0", "B01-denominator": "0"}, "lebih dari nol"),
        ("B01", {"B01-numerator": "banyak", "B01-denominator": "5"}, "bilangan"),
        ("B03", {"B03-choice": "9"}, "9"),
        ("B04", {"B04-number": "-1"}, "0"),
        ("B04", {"B04-number": "NaN"}, ""),
    ],
)
def test_wrong_input_is_told_beside_the_question(
    case: Case, client: Client, question: str, sent: dict[str, str], sentence: str
) -> None:
    place = office(case)
    good = "B04" if question != "B04" else "B03"
    more = {"B04-number": "1,5", "B04-version": "0"} if good == "B04" else {"B03-choice": "2", "B03-version": "0"}
    response = client.post(case.section_url("B", place), {**sent, f"{question}-version": "0", **more})
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert "invalid" in text
    assert answer(case, question, place) is None
    assert answer(case, good, place) is not None, "what was right is saved all the same"
    fragment = client.post(
        case.section_url("B", place) + f"{question}/", {**sent, f"{question}-version": "0"}, headers=HX
    )
    assert fragment.status_code == 422


def test_a_checklist_tells_nothing_from_not_answered(case: Case, client: Client) -> None:
    url = case.section_url("C") + "C05/"
    client.post(url, {"C05-items": ["none"], "C05-version": "0"}, headers=HX)
    assert answer(case, "C05").value == {"items": []}  # type: ignore[union-attr]
    both = client.post(url, {"C05-items": ["none", "1"], "C05-version": "1"}, headers=HX)
    assert both.status_code == 422
    client.post(url, {"C05-version": "1"}, headers=HX)
    assert answer(case, "C05").value == {}  # type: ignore[union-attr]


def test_two_people_on_one_answer_see_each_other(case: Case, client: Client) -> None:
    other = case.invite(label="Bu Sri")
    client.post(other.section_url("A"), {"A01-choice": "4", "A01-version": "0"})
    sent = {"A01-choice": "1", "A01-version": "0", "A02-choice": "2", "A02-version": "0"}
    response = client.post(case.section_url("A"), sent)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Bu Sri" in text
    assert "4: SK tim, target, dan masuk RKPD/PK kepala OPD" in text
    assert answer(case, "A01").value == {"choice": 4}  # type: ignore[union-attr]
    assert answer(case, "A02").value == {"choice": 2}, "the other question is saved"  # type: ignore[union-attr]
    assert 'name="A01-version" value="1"' in text, "seen now: saving again is meant"
    fragment = client.post(case.section_url("A") + "A01/", {"A01-choice": "1", "A01-version": "0"}, headers=HX)
    assert fragment.status_code == 409
    assert "Bu Sri" in fragment.content.decode()
    client.post(case.section_url("A"), {"A01-choice": "1", "A01-version": "1"})
    assert answer(case, "A01").value == {"choice": 1}  # type: ignore[union-attr]


def test_the_same_answer_twice_is_no_conflict(case: Case) -> None:
    entry = Entry("A01", {"choice": 3}, 0)
    for _ in range(2):
        saved = answers.save_answers(
            sheet=case.sheet, unit=case.unit(), entries=[entry], by=case.link, at=timezone.now()
        )
        assert not saved.conflicts


def test_many_at_once_lose_nothing(committed_case: Case) -> None:
    """Eight people answer the same question at the same moment: one wins, seven are told; nobody fails."""
    case = committed_case
    sheet, unit = case.sheet, case.unit()
    results: list[answers.Saved] = []
    gate = threading.Barrier(8)

    def one(number: int) -> None:
        try:
            gate.wait()
            entry = Entry("A01", {"choice": number % 5}, 0, note=f"oleh {number}")
            saved = answers.save_answers(sheet=sheet, unit=unit, entries=[entry], by=case.link, at=timezone.now())
            results.append(saved)
        finally:
            connection.close()

    people = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert sorted(len(found.answers) for found in results) == [0] * 7 + [1]
    assert sum(len(found.conflicts) for found in results) == 7
    assert Answer.objects.get(sheet=sheet, unit=unit, question="A01").version == 1


def test_evidence_is_checked_kept_and_served_to_its_own_people_alone(
    opened: Opened, case: Case, client: Client
) -> None:
    url = case.section_url("A")
    sent = {"A01-choice": "4", "A01-version": "0", "A01-files": samples.upload(samples.pdf(), "SK tim.pdf")}
    assert client.post(url, sent).status_code == 302
    kept = Evidence.objects.get()
    assert "SK tim.pdf" in client.get(url).content.decode()
    response = client.get(case.url(f"evidence/{kept.public_id}/"))
    assert b"".join(response.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert response["X-Content-Type-Options"] == "nosniff"
    other = opened("33.24", partner="")
    assert client.get(other.url(f"evidence/{kept.public_id}/")).status_code == 404, "another assessment's"
    village = case.invite(unit=case.unit("desa"))
    assert client.get(village.url(f"evidence/{kept.public_id}/")).status_code == 404, "another part's"
    client.post(url, {"A01-choice": "4", "A01-version": "1", "A01-remove": [str(kept.public_id)]})
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (samples.upload(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "gambar.pdf"), "SVG"),
        (samples.upload(b"", "kosong.pdf"), "kosong"),
        (samples.upload(samples.pdf() + b" " * 10_000_001, "besar.pdf"), "paling besar"),
        (samples.upload(samples.pdf(b"5 0 obj << /JavaScript (x) >> endobj"), "aktif.pdf"), "program"),
    ],
)
def test_a_refused_file_does_not_take_the_answer_with_it(
    case: Case, client: Client, upload: Any, sentence: str
) -> None:
    upload.seek(0)
    response = client.post(case.section_url("A"), {"A01-choice": "4", "A01-version": "0", "A01-files": upload})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Evidence.objects.exists()


def test_too_many_files_are_refused(case: Case, client: Client) -> None:
    for number in range(3):
        files = [samples.upload(samples.pdf(), f"{number}-{place}.pdf") for place in range(3)]
        response = client.post(case.section_url("A") + "A01/", {"A01-version": "0", "A01-files": files}, headers=HX)
    assert response.status_code == 422
    assert "Paling banyak 6" in response.content.decode()
    assert Evidence.objects.count() == 6


def test_after_submission_nothing_changes_and_the_reason_is_said(case: Case, client: Client) -> None:
    client.post(case.url("submission/"))
    response = client.post(case.section_url("A"), {"A01-choice": "4", "A01-version": "0"})
    assert response.status_code == 409
    assert "terkunci" in response.content.decode()
    assert answer(case, "A01") is None
    assert "disabled" in client.get(case.section_url("A")).content.decode()
    fragment = client.post(case.section_url("A") + "A01/", {"A01-choice": "4", "A01-version": "0"}, headers=HX)
    assert (fragment.status_code, "terkunci" in fragment.content.decode()) == (409, True)


def test_what_is_being_saved_is_saved_before_it_is_submitted(committed_case: Case) -> None:
    """A village saves while the Sekda submits: nothing is written after the submission that everybody was told of."""
    case = committed_case
    village = case.unit("desa")
    there: list[int] = []

    def submit() -> None:
        try:
            assessments.submit(assessment=case.assessment, by=case.link, at=timezone.now())
            there.append(Answer.objects.filter(unit=village).count())
        finally:
            connection.close()

    with transaction.atomic():
        entry = Entry("E05", {"choice": 3}, 0)
        answers.save_answers(sheet=case.sheet, unit=village, entries=[entry], by=case.link, at=timezone.now())
        sekda = threading.Thread(target=submit)
        sekda.start()
        sekda.join(timeout=0.3)
        assert sekda.is_alive(), "it waits for the village"
    sekda.join()
    assert there == [1]
    with pytest.raises(Closed):
        answers.save_answers(sheet=case.sheet, unit=village, entries=[entry], by=case.link, at=timezone.now())


def test_a_note_does_not_undo_a_verification(committed_case: Case) -> None:
    """The verifier is faster than the note that somebody is just writing."""
    case = committed_case
    sheet, unit = case.sheet, case.unit()
    first = Entry("A01", {"choice": 3}, 0)
    answers.save_answers(sheet=sheet, unit=unit, entries=[first], by=case.link, at=timezone.now())
    stored = Answer.objects.get(sheet=sheet)
    verified = threading.Event()

    def note() -> None:
        try:
            verified.wait()
            again = Entry("A01", {"choice": 3}, 1, note="SK 12/2026")
            answers.save_answers(sheet=sheet, unit=unit, entries=[again], by=case.link, at=timezone.now())
        finally:
            connection.close()

    writer = threading.Thread(target=note)
    writer.start()
    with transaction.atomic():
        answers.verify(answer=stored, verdict="verified", note="Dilihat", version=1, by=None, at=timezone.now())
        verified.set()
        writer.join(timeout=0.3)
        assert writer.is_alive(), "it waits for the verdict"
    writer.join()
    stored.refresh_from_db()
    assert (stored.verdict, stored.note) == ("verified", "SK 12/2026")


def test_offices_are_typed_or_uploaded_once(case: Case, client: Client) -> None:
    csv = samples.upload(b"Dinas Sosial;Jl. Contoh\nDinas Pertanian;\n", "opd.csv", "text/csv")
    client.post(case.url("offices/"), {"names": "Dinas Sosial\n\n  Dinas   Kesehatan \n", "file": csv})
    names = Unit.objects.filter(assessment=case.assessment, kind="opd").order_by("pk").values_list("name", flat=True)
    assert list(names) == ["Dinas Sosial", "Dinas Kesehatan", "Dinas Pertanian"]
    assert client.post(case.url("offices/"), {"names": " "}).status_code == 422
    assert client.post(case.url("offices/"), {"names": "\n".join(f"Dinas {n}" for n in range(200))}).status_code == 409
    first = case.unit("opd")
    client.post(case.url(f"offices/{first.pk}/removal/"))
    assert not Unit.objects.filter(pk=first.pk).exists()
    filled = case.unit("opd")
    client.post(case.section_url("B", filled), {"B03-choice": "2", "B03-version": "0"})
    client.post(case.url(f"offices/{filled.pk}/removal/"))
    assert Unit.objects.filter(pk=filled.pk).exists(), "it has answered"


@pytest.mark.parametrize("heads", [["No", "Nama"], []])
def test_offices_come_in_a_spreadsheet(case: Case, client: Client, heads: list[str]) -> None:
    rows = [["1", "Dinas Sosial"], ["2", ""], ["3", "Dinas Kesehatan"]] if heads else [["Dinas Sosial"]]
    sent = client.post(case.url("offices/"), {"file": table([heads, *rows] if heads else rows)})
    names = Unit.objects.filter(assessment=case.assessment, kind="opd").order_by("pk").values_list("name", flat=True)
    assert (sent.status_code, list(names)) == (302, ["Dinas Sosial", "Dinas Kesehatan"] if heads else ["Dinas Sosial"])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["Nama"], ["Dinas Sosial"], ["D" * 151]], "Baris 3: nama lebih dari 150 huruf."),
        ([[f"Dinas {number}"] for number in range(501)], "Terlalu banyak baris"),
    ],
)
def test_a_spreadsheet_says_which_row_is_wrong(case: Case, client: Client, rows: list[list[str]], said: str) -> None:
    response = client.post(case.url("offices/"), {"file": table(rows)})
    assert (response.status_code, said in response.content.decode()) == (422, True)
    assert not Unit.objects.filter(assessment=case.assessment, kind="opd").exists()


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"\xff\xfe\x00", b"\x00", b"x" * 2_000_001])
def test_what_is_no_table_is_refused(case: Case, client: Client, content: bytes) -> None:
    response = client.post(case.url("offices/"), {"file": samples.upload(content, "opd.xlsx", "application/x")})
    assert response.status_code == 422


def table(rows: list[list[str]]) -> Any:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return samples.upload(file.getvalue(), "opd.xlsx", "application/x")


def test_the_board_costs_few_queries(case: Case, client: Client) -> None:
    office(case)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(case.url()).status_code == 200
    assert len(seen) <= 8
    with CaptureQueriesContext(connection) as seen:
        assert client.get(case.section_url("A")).status_code == 200
    assert len(seen) <= 12


@pytest.mark.parametrize(
    "path", ["ping/", "download/", "download/?bytes=5000", "download/?bytes=x", "download/?bytes=99999999999"]
)
def test_what_is_measured_is_fresh_and_bounded(public: None, path: str) -> None:
    response = Client(headers=HOST).get(f"/assessment/measure/{path}")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert len(response.content) <= 4_000_000
