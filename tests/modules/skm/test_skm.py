"""The survey of satisfaction: the index as the regulation computes it, one answer for each case, reports by four eyes."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from modules.skm import actions, queries
from modules.skm.actions import AnsweredAlready, NotAsked, SurveyRefused
from modules.skm.models import Questionnaire, Report, Response, check_questions
from modules.skm.permissions import SkmPermission as P
from modules.skm.rules import Questions, outcome
from modules.switches import OFF, ON, switch
from tenants.models import Regency
from tests.modules.services import builders as services
from tests.modules.services.builders import MONDAY, person
from tests.modules.services.conftest import Visitor
from tests.modules.services.examples import opened, sealed
from tests.modules.skm.builders import DAY, LEVEL, answered, finished, report

QUESTIONS = Questions.model_validate_json(actions.SHIPPED.read_text(encoding="utf-8"))


def test_the_index_of_a_worked_example() -> None:
    """Nine means of 3.222... x 25 = 80.56: B (PermenPANRB 14/2017, Lampiran)."""
    found = outcome(QUESTIONS, 1, LEVEL)
    assert (found.index, found.grade and found.grade.letter) == (Decimal("80.56"), "B")
    assert [element.key for element in found.weakest(1)] == ["u8"]


@pytest.mark.parametrize(
    ("points", "letter"), [([4] * 9, "A"), ([3] * 9, "C"), ([1] * 9, "D"), ([2, *[3] * 8], "C"), ([4, *[3] * 8], "B")]
)
def test_grades_begin_where_the_regulation_says(points: list[int], letter: str) -> None:
    grade = outcome(QUESTIONS, 1, points).grade
    assert grade and grade.letter == letter


@given(st.lists(st.lists(st.integers(1, 4), min_size=9, max_size=9), min_size=1, max_size=40))
def test_the_index_is_the_mean_of_all_points_times_25(answers: list[list[int]]) -> None:
    """Whatever was answered: 25 to 100, and equal to exact arithmetic to the cent."""
    found = outcome(QUESTIONS, len(answers), [sum(column) for column in zip(*answers, strict=True)])
    exact = Fraction(sum(map(sum, answers)) * 25, len(answers) * 9)
    assert found.index is not None
    assert abs(Fraction(found.index) - exact) <= Fraction(1, 200)
    assert 25 <= found.index <= 100
    assert found.grade is not None


def test_nothing_answered_is_no_index() -> None:
    assert (outcome(QUESTIONS, 0, []).index, outcome(QUESTIONS, 0, []).grade) == (None, None)


@pytest.mark.parametrize("broken", [{}, {"elements": []}, {"grades": [{"letter": "A", "name": "x", "from": "9"}] * 2}])
def test_a_broken_questionnaire_is_refused_with_its_place(broken: dict[str, Any]) -> None:
    content = QUESTIONS.model_dump(mode="json", by_alias=True)
    check_questions(content)
    with pytest.raises(ValidationError, match="Perbaiki"):
        check_questions(content | broken if broken else {})


def test_one_case_is_answered_about_once(batang: Regency) -> None:
    answered()
    with pytest.raises(AnsweredAlready):
        actions.answer(case_pk=-1, service="surat_uji", unit=None, is_closed=True, points=LEVEL, at=MONDAY, day=DAY)
    assert Response.objects.count() == 1


def test_an_open_case_is_not_rated(batang: Regency) -> None:
    actions.ship_questionnaire(by=None, at=MONDAY)
    with pytest.raises(NotAsked):
        actions.answer(case_pk=7, service="x", unit=None, is_closed=False, points=LEVEL, at=MONDAY, day=DAY)


def test_points_outside_one_to_four_never_reach_the_database(batang: Regency) -> None:
    answered()
    for points in ([5] * 9, [0] * 9, []):
        with pytest.raises(IntegrityError), transaction.atomic():
            Response.objects.create(
                ticket="x", questionnaire=Questionnaire.objects.get(), service="x", answered_on=DAY, points=points
            )


def test_small_groups_are_not_shown(batang: Regency) -> None:
    answered(4)
    found = queries.by_service(Questionnaire.objects.get(), DAY, DAY)["surat_uji"]
    assert (found.count, found.is_shown) == (4, False)
    answered(1)
    assert queries.by_service(Questionnaire.objects.get(), DAY, DAY)["surat_uji"].is_shown


def test_days_and_services_are_told_apart(batang: Regency) -> None:
    answered(3, [4] * 9)
    answered(2, [1] * 9, service="lain")
    found = queries.by_service(Questionnaire.objects.get(), DAY, DAY)
    assert {key: (item.count, item.index) for key, item in found.items()} == {
        "surat_uji": (3, Decimal(100)), "lain": (2, Decimal(25)),
    }  # fmt: skip
    total = queries.together(Questionnaire.objects.get(), list(found.values()))
    assert (total.count, total.index) == (5, Decimal(70)), "every answer weighs alike"
    assert queries.by_service(Questionnaire.objects.get(), date(2026, 1, 1), date(2026, 11, 22)) == {}


def test_what_was_answered_and_validated_never_changes(batang: Regency) -> None:
    maker, judge = person("a", "pengolah"), person("b", "pengesah")
    made = report(maker)
    actions.plan_follow_up(report=made, text="Loket pengaduan dibuka.", by=maker, at=MONDAY)
    actions.validate(report=made, by=judge, at=MONDAY)
    for change in (
        lambda: Response.objects.update(points=[4] * 9),
        lambda: Questionnaire.objects.update(content={}),
        lambda: Report.objects.update(follow_up="Lain"),
        lambda: Report.objects.update(content={}),
        lambda: Report.objects.update(validated_at=None),
        lambda: Report.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(SurveyRefused, match="tidak berubah lagi"):
        actions.plan_follow_up(report=made, text="Lain", by=maker, at=MONDAY)


def test_who_computed_does_not_validate(batang: Regency) -> None:
    maker, judge = person("a", "pengolah"), person("b", "pengesah")
    made = report(maker)
    with pytest.raises(SurveyRefused, match="tindak lanjut"):
        actions.validate(report=made, by=judge, at=MONDAY)
    actions.plan_follow_up(report=made, text="Loket dibuka.", by=maker, at=MONDAY)
    with pytest.raises(SurveyRefused, match="orang lain"):
        actions.validate(report=made, by=maker, at=MONDAY)
    with pytest.raises(SurveyRefused, match="belum disahkan"):
        actions.publish(report=made, by=judge, at=MONDAY)
    actions.validate(report=made, by=judge, at=MONDAY)
    actions.publish(report=made, by=judge, at=MONDAY)
    with pytest.raises(SurveyRefused, match="sudah terbit"):
        actions.publish(report=made, by=judge, at=MONDAY)


def test_a_report_of_too_few_answers_is_refused(batang: Regency) -> None:
    with pytest.raises(SurveyRefused, match="Baru 4 jawaban"):
        report(person("a", "pengolah"), count=4)


def form(points: int = 4, **more: str) -> dict[str, str]:
    return {f"u{number}": str(points) for number in range(1, 10)} | more


def test_a_citizen_rates_a_finished_case_from_its_tracking_page(batang: Regency, visitor: Visitor) -> None:
    opened()
    actions.ship_questionnaire(by=None, at=MONDAY)
    switch(regency=batang, key="skm", state=ON, by=None, at=MONDAY)
    case = finished(person("siti", "operator_desa", of=services.village()))
    address = sealed("track", case.pk)
    assert f"/skm/{address}/" in visitor.get(f"/services/track/{address}/").text
    assert "Bagaimana layanan kami?" in visitor.get(f"/skm/{address}/").text
    missing = form()
    del missing["u3"]
    page = visitor.post(f"/skm/{address}/", missing)
    assert (page.status_code, "Pilih salah satu jawaban" in page.text) == (422, True)
    page = visitor.post(f"/skm/{address}/", form(age="26-40", suggestion="Bagus <b>"))
    assert "Penilaian Anda sudah kami terima" in page.text
    found = Response.objects.get()
    assert (found.points, found.age, found.service) == ([4] * 9, "26-40", "surat_uji")
    assert found.ticket != str(case.pk)
    again = visitor.post(f"/skm/{address}/", form())
    assert (again.status_code, "sudah Anda nilai" in again.text) == (409, True)
    assert f"/skm/{address}/" not in visitor.get(f"/services/track/{address}/").text
    assert visitor.get("/skm/tebakan/").status_code == 404


def test_switched_off_nobody_is_asked(batang: Regency, visitor: Visitor) -> None:
    opened()
    switch(regency=batang, key="skm", state=OFF, by=None, at=MONDAY)
    case = finished(person("siti", "operator_desa", of=services.village()))
    address = sealed("track", case.pk)
    assert "/skm/" not in visitor.get(f"/services/track/{address}/").text
    assert visitor.get(f"/skm/{address}/").status_code == 404


def test_staff_make_validate_and_publish_a_report(batang: Regency, visitor: Visitor) -> None:
    switch(regency=batang, key="skm", state=ON, by=None, at=MONDAY)
    answered(6)
    maker = Visitor(batang, person("a", "pengolah", P.VIEW, P.REPORT))
    judge = Visitor(batang, person("b", "pengesah", P.VIEW, P.VALIDATE))
    span = {"first": "2026-11-23", "last": "2026-11-23"}
    assert "80,56" in maker.get("/work/skm/", **span).text
    assert "Belum cukup jawaban" in maker.get("/work/skm/", first="2026-01-01", last="2026-01-02").text
    assert maker.get("/work/skm/results.xlsx", **span).status_code == 200
    assert maker.post("/work/skm/reports/", {"first": "2026-11-24", "last": "2026-11-23"}).status_code == 422
    address = maker.post("/work/skm/reports/", span)["Location"]
    assert judge.post(f"{address}validation/").status_code == 409
    assert judge.post(address, {"text": "x"}).status_code == 404
    assert maker.post(address, {"text": "Loket pengaduan dibuka tiap hari."}).status_code == 302
    assert maker.post(f"{address}validation/").status_code == 404
    assert judge.post(f"{address}validation/").status_code == 302
    assert "Belum ada hasil yang terbit" in visitor.get("/skm/").text
    assert judge.post(f"{address}publication/").status_code == 302
    page = visitor.get("/skm/").text
    assert "Loket pengaduan dibuka tiap hari." in page
    assert "80,56" in page
