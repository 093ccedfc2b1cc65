"""From answers to a result: page, PDF, decisions of people, exchange, what applications may ask."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from modules.models import ModuleSwitch
from onboarding.assessment import public as face
from onboarding.assessment.actions import answers, assessments
from onboarding.assessment.actions.answers import Entry
from onboarding.assessment.models import Answer, Assessment, Decision, ExchangeItem, Unit
from onboarding.assessment.queries.document import pdf
from onboarding.assessment.queries.results import results
from tenants.letters import pdf as letters
from tenants.models import Regency
from tests.onboarding.assessment.conftest import Case, Opened
from tests.onboarding.assessment.test_rules import value_for


def fill(case: Case, score: int, verified: bool = True, leave: tuple[str, ...] = ()) -> None:
    """Every unit answers every question alike."""
    names = ["Dinas Kesehatan", "Dinas Sosial"]
    assessments.add_offices(assessment=case.assessment, names=names, by=case.link, at=timezone.now())
    sheet, at = case.sheet, timezone.now()
    content = sheet.instrument.read
    stamp = {"verdict": "verified", "verified_at": at, "verified_by": "Ayu"} if verified else {}
    Answer.objects.bulk_create(
        Answer(
            sheet=sheet, unit=unit, question=question.id, value=value_for(question, score),
            answered_at=at, answered_by="Yohanes", **stamp,
        )
        for unit in Unit.objects.filter(assessment=case.assessment)
        for question in content.asked_of(unit.kind)
        if question.id not in leave
    )  # fmt: skip


def test_an_empty_assessment_has_a_result_that_says_so(case: Case, client: Client) -> None:
    text = client.get(case.url("results/")).content.decode()
    assert "Belum ada jawaban" in text
    assert "Skor sementara" in text
    assert "15 pertanyaan kritis belum lolos" in text
    assert pdf(case.assessment, at=timezone.now()).startswith(b"%PDF")


def test_a_full_result_reads_from_score_to_cost(case: Case, client: Client) -> None:
    fill(case, 3, leave=("G03",))
    found = results(case.assessment)
    assert found.readiness is not None
    assert found.readiness.outcome.is_complete
    decided = {line.module.code: line for line in found.lines}
    assert decided["e-sakip"].suggestion.is_provisional
    assert decided["penatausahaan"].decision == "nasional"
    assert decided["e-planning"].module.wave == 1
    text = client.get(case.url("results/")).content.decode()
    assert "Matriks kesenjangan" in text
    assert "SIPD-RI" in text
    assert "Gelombang 1" in text
    assert 'class="counted"' in text, "the radar"
    assert "Rp " in text


def test_missing_answers_are_not_zero_but_marked(case: Case) -> None:
    fill(case, 4)
    villages = Unit.objects.filter(assessment=case.assessment, kind="desa")
    Answer.objects.filter(question="E05", unit__in=villages[30:]).delete()
    found = results(case.assessment).scored[0].outcome
    assert found.questions["E05"].score == 4
    assert found.questions["E05"].missing == villages.count() - 30
    assert not found.is_complete


def test_verification_lifts_the_cap(case: Case) -> None:
    fill(case, 4, verified=False)
    assert str(results(case.assessment).scored[0].outcome.total) == "50.00"
    answer = Answer.objects.get(question="A01")
    answers.verify(
        answer=answer, verdict="verified", note="Dilihat saat kunjungan", version=1, by=None, at=timezone.now()
    )
    assert results(case.assessment).scored[0].outcome.questions["A01"].score == 4
    entry = Entry("A01", {"choice": 3}, 1)
    answers.save_answers(sheet=case.sheet, unit=case.unit(), entries=[entry], by=case.link, at=timezone.now())
    assert Answer.objects.get(question="A01").verdict == "", "a changed answer must be looked at again"


def test_people_decide_and_say_why(case: Case, client: Client) -> None:
    fill(case, 4)
    url = case.url("modules/e-sakip/")
    assert client.post(url, {"decision": "tidak", "difference": ""}).status_code == 422
    assert client.post(url, {"difference": "none", "decision": ""}).status_code == 302
    by_code = {each.code: each for each in face.decided_modules(case.assessment.code)}
    assert (by_code["e-sakip"].decision, by_code["e-sakip"].by_people) == ("adopsi", False)
    client.post(url, {"difference": "none", "decision": "tidak", "reason": "Sudah punya sendiri"})
    by_code = {each.code: each for each in face.decided_modules(case.assessment.code)}
    assert (by_code["e-sakip"].decision, by_code["e-sakip"].by_people) == ("tidak", True)
    text = client.get(case.url("results/")).content.decode()
    assert "Sudah punya sendiri" in text
    assert Decision.objects.get().decided_by == "Yohanes"
    assert client.get(case.url("modules/tidak-ada/")).status_code == 404


def test_exchange_needs_the_other_sides_consent(opened: Opened, client: Client) -> None:
    giver, receiver = opened("33.25", partner="53.10"), opened("53.10", partner="33.25")
    fill(giver, 4)
    fill(receiver, 2)
    page = receiver.url("exchange/")
    assert "belum mempunyai penilaian yang boleh dibandingkan" in client.get(page).content.decode()
    client.post(giver.url("sharing/"), {"shared": "yes"})
    assert "skor mereka" not in client.get(page).content.decode(), "anybody may begin one: not before it is verified"
    assessments.submit(assessment=giver.assessment, by=giver.link, at=timezone.now())
    assessments.close_verification(assessment=giver.assessment, by=None, at=timezone.now())
    text = client.get(page).content.decode()
    assert "skor mereka 100" in text
    found = {each.subject: each.direction for each in results(receiver.assessment).exchanged}
    assert found["Perangkat keras"] == "diterima"
    assert found["e-Presensi ASN"] == "diberikan", "Manggarai runs it, Batang is not known to"
    client.post(giver.url("sharing/"), {"shared": "no"})
    assert "skor mereka" not in client.get(page).content.decode()


def test_switched_on_modules_are_what_a_regency_runs(case: Case) -> None:
    regency = Regency.objects.get(code="53.10")
    ModuleSwitch.objects.update_or_create(
        regency=regency, module_key="lapor_bupati", defaults={"state": "on", "changed_at": timezone.now()}
    )
    assert "lapor-bupati" in {*results_running("53.10")}
    assert "e-sakip" not in results_running("11.01")


def results_running(code: str) -> set[str]:
    from onboarding.assessment.queries.results import running

    return running(code)


def test_the_exchange_list_is_kept_by_people(case: Case, client: Client) -> None:
    form = {"subject": "Uji mode luring", "direction": "diberikan", "form": "Pendampingan", "due_date": "2027-01-31"}
    assert client.post(case.url("exchange/"), form).status_code == 302
    assert "Uji mode luring" in client.get(case.url("results/")).content.decode()
    item = ExchangeItem.objects.get()
    assert client.post(case.url("exchange/"), {"direction": "ke mana-mana"}).status_code == 422
    held = case.invite(label="Semua")
    assert client.post(held.url(f"exchange/{item.pk}/removal/")).status_code == 404
    client.post(case.url(f"exchange/{item.pk}/removal/"))
    assert not ExchangeItem.objects.exists()
    client.post(case.url("partner/"), {"partner_code": "53.10"})
    case.assessment.refresh_from_db()
    assert case.assessment.partner_code == "33.25", "not oneself"


def test_the_pdf_is_a_document_of_its_own(case: Case, client: Client) -> None:
    fill(case, 2)
    response = client.get(case.url("results/document/"))
    assert response["Content-Type"] == "application/pdf"
    assert case.assessment.code.lower() in response["Content-Disposition"]
    assert response.content.startswith(b"%PDF")


def test_a_result_costs_the_same_few_queries_however_many_answer(case: Case, client: Client) -> None:
    fill(case, 3)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(case.url("results/")).status_code == 200
    assert len(seen) <= 14


def test_index_instruments_stand_beside_it(opened: Opened, client: Client) -> None:
    case = opened(instruments=("pemdi", "spbe"), partner="")
    text = client.get(case.url()).content.decode()
    assert "Pemdi 2026" in text
    assert "Kecamatan" not in text, "nobody else is asked"
    client.post(case.section_url("7"), {"19-choice": "5", "19-version": "0", "20-choice": "4", "20-version": "0"})
    [first, second] = results(case.assessment).scored
    assert first.outcome.instrument.code == "pemdi"
    assert str(first.outcome.by_section["7"].score) == "4.40"
    assert second.outcome.total is None
    assert results(case.assessment).lines == ()
    assert client.get(case.url("results/")).status_code == 200
    assert client.get(case.url("results/document/")).status_code == 200


def test_what_applications_may_ask(case: Case) -> None:
    fill(case, 4)
    [result] = face.results_of(case.assessment.code)
    assert (result.instrument, str(result.total), result.band, result.is_complete) == (
        "kesiapan-adopsi 2026", "100.00", "Siap", True,
    )  # fmt: skip
    assert len(face.decided_modules(case.assessment.code)) == 145
    assert [each.code for each in face.assessments_of("53.10")] == [case.assessment.code]
    assert face.results_of("AS-TIDAKADA") == []
    assert {each.code for each in face.current_instruments()} == {"kesiapan-adopsi", "pemdi", "spbe"}


def test_an_unpublished_instrument_opens_nothing(case: Case) -> None:
    draft = case.sheet.instrument
    draft.published_at = None
    with pytest.raises(face.AssessmentRefused):
        face.open_assessment(
            regency_code="53.10",
            instruments=[draft],
            contact_email="a@contoh.test",
            contact_name="A",
            at=timezone.now(),
        )
    assert Assessment.objects.count() == 1


def test_the_pdf_is_indonesian_on_the_regencys_day_whoever_asks(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[dict[str, Any]] = []
    monkeypatch.setattr(letters, "render", lambda template, data, at: printed.append({**data, "at": at}) or b"%PDF")
    evening = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)  # half past midnight in Ruteng
    with translation.override("en"):
        pdf(case.assessment, at=evening)
    facts = dict(printed[0]["facts"])
    assert facts["Dicetak"] == "26 November 2026"
    assert facts["Keadaan"] == "Sedang diisi"
    assert str(printed[0]["at"]) == "2026-11-26 00:00:00+08:00"
