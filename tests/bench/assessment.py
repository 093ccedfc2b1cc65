"""The result of a whole assessment, page and PDF, for Batang: 248 villages, 15 districts, 40 offices, all instruments."""

import random
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.test import Client
from django.utils import timezone

from onboarding.assessment import shipped
from onboarding.assessment.actions import answers, assessments
from onboarding.assessment.actions.answers import Entry
from onboarding.assessment.models import Assessment, Instrument, Link, Unit
from onboarding.assessment.schema import Instrument as Content
from onboarding.assessment.schema import Question
from tenants.schemas.context import in_public
from tests.bench.row import Row, median_ms

OFFICES = 40
LIMIT_MS = 1_000


def rows() -> list[Row]:
    """Every round changes an answer, so that neither Typst nor anybody else remembers the last one."""
    with in_public():
        at = timezone.now()
        shipped.load(at=at)
        assessment, token = _filled(at)
        client = Client(headers={"host": settings.BASE_DOMAIN})
        try:
            return [
                _row("assessment: result page", lambda: _ask(client, assessment, f"/assessment/{token}/results/")),
                _row("assessment: PDF", lambda: _ask(client, assessment, f"/assessment/{token}/results/document/")),
                _row("assessment: board", lambda: _ask(client, assessment, f"/assessment/{token}/")),
            ]
        finally:
            assessment.delete()


def _row(measure: str, run: object) -> Row:
    taken = median_ms(run, times=7, warm=1)  # type: ignore[arg-type]
    return Row(measure, f"{taken:.0f} ms", "-", "-", "-", f"under {LIMIT_MS:,} ms", taken < LIMIT_MS)


def _ask(client: Client, assessment: Assessment, path: str) -> None:
    """One answer is other than the last time; the page is 200."""
    sheet = assessment.sheets.order_by("position")[0]
    unit = Unit.objects.get(assessment=assessment, kind="kabupaten")
    found = sheet.answers.get(unit=unit, question="F02")
    found.value = {"number": str(Decimal(found.value["number"]) + 1)}
    found.save(update_fields=["value"])
    response = client.get(path, secure=settings.HTTPS)
    if response.status_code != 200:
        raise RuntimeError(f"{path}: {response.status_code}")


def _filled(at: datetime) -> tuple[Assessment, str]:
    chosen = sorted(Instrument.objects.filter(uploaded_by=""), key=lambda found: found.code)
    assessment, token = assessments.open_assessment(
        regency_code="33.25",
        instruments=chosen,
        contact_email="",
        contact_name="Bench",
        partner_code="53.10",
        at=at,
    )
    link = Link.objects.of(token).get()
    names = [f"Dinas {number}" for number in range(OFFICES)]
    assessments.add_offices(assessment=assessment, names=names, by=link, at=at)
    rolls = random.Random(7)
    for sheet in assessment.sheets.select_related("instrument"):
        content = sheet.instrument.read
        for unit in Unit.objects.filter(assessment=assessment):
            asked = content.asked_of(unit.kind)
            entries = [Entry(question.id, _value(content, question, rolls), 0) for question in asked]
            answers.save_answers(sheet=sheet, unit=unit, entries=entries, by=link, at=at)
    return assessment, token


def _value(content: Content, question: Question, rolls: random.Random) -> dict[str, object]:
    if question.type == "bool":
        return {"choice": rolls.choice(["ya", "tidak"])}
    if question.type == "multi":
        return {"items": rolls.sample(range(len(question.items)), 5)}
    if question.type == "ratio":
        return {"numerator": str(rolls.randint(0, 40)), "denominator": "40"}
    if question.type == "number":
        return {"number": str(rolls.randint(1, 20))}
    return {"choice": rolls.choice(content.options(question)).score}
