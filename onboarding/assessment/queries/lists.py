"""Assessments and answers as the console lists them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from onboarding.assessment.models import Answer, Assessment, Evidence
from onboarding.assessment.queries.wording import answer as worded
from onboarding.assessment.queries.wording import tries as worded_tries
from onboarding.assessment.rules.values import score_of
from onboarding.assessment.schema import Question
from tenants import regions

TONES = {"filling": "info", "submitted": "warn", "verified": "ok"}


@dataclass(frozen=True, slots=True)
class Check:
    """An answer with its question in words and its files."""

    answer: Answer
    question: Question
    section: str
    words: str
    score: str
    measured: str
    """The tries behind a figure that a browser measured."""
    measured_at: datetime | None
    files: tuple[Evidence, ...]


def assessments(state: str = "", search: str = "") -> QuerySet[Assessment]:
    """Newest first, with how many answers there are and how many are verified."""
    found = Assessment.objects.order_by("-pk").annotate(
        answered=Count("sheets__answers", filter=~Q(sheets__answers__value={})),
        verified=Count("sheets__answers", filter=Q(sheets__answers__verdict="verified")),
    )
    if state:
        found = found.filter(state=state)
    if words := search.strip().casefold():
        codes = [info.code for info in regions.regencies() if words in f"{info.title} {info.province}".casefold()]
        found = found.filter(Q(code__iexact=words) | Q(regency_code=words) | Q(regency_code__in=codes))
    return found


def checks(assessment: Assessment, verdict: str, section: str, after: int | None, size: int) -> list[Check]:
    """A page of answers of an assessment, by key; `verdict` is open, verified, refused or empty for all."""
    rows = Answer.objects.filter(sheet__assessment=assessment).exclude(value={}).order_by("pk")
    if verdict:
        rows = rows.filter(verdict="" if verdict == "open" else verdict)
    if section:
        rows = rows.filter(_in_section(assessment, section))
    if after:
        rows = rows.filter(pk__gt=after)
    answers = list(rows.select_related("sheet__instrument", "unit")[:size])
    files = _files(answers)
    return [_check(answer, files) for answer in answers]


def check(answer: Answer) -> Check:
    return _check(answer, _files([answer]))


def verdicts(assessment: Assessment) -> Counter[str]:
    """How many answers stand at each verdict; `open` for those nobody has looked at."""
    rows = Answer.objects.filter(sheet__assessment=assessment).exclude(value={}).values_list("verdict", flat=True)
    return Counter(verdict or "open" for verdict in rows)


def sections(assessment: Assessment) -> list[tuple[str, str]]:
    """`sheet:section` and its name, for the filter."""
    return [
        (f"{sheet.pk}:{section.code}", f"{sheet.instrument.short_name}, {section.code} {section.name}")
        for sheet in assessment.sheets.select_related("instrument")
        for section in sheet.instrument.read.sections
    ]


def several(assessment: Assessment) -> list[tuple[str, str, int]]:
    """`sheet:question`, its text, and how many units wait: questions with at least two open answers."""
    rows = Answer.objects.filter(sheet__assessment=assessment, verdict="").exclude(value={})
    waiting = rows.values_list("sheet_id", "question").annotate(count=Count("pk")).filter(count__gt=1)
    texts = {
        (sheet.pk, question.id): question.text
        for sheet in assessment.sheets.select_related("instrument")
        for question in sheet.instrument.read.questions.values()
    }
    return [
        (f"{sheet}:{question}", f"{question} {texts[sheet, question]}", count)
        for sheet, question, count in waiting.order_by("sheet_id", "question")
    ]


def _in_section(assessment: Assessment, section: str) -> Q:
    """Of `sheet:section`; two instruments may use the same numbers."""
    pk, _colon, code = section.partition(":")
    for sheet in assessment.sheets.select_related("instrument"):
        if str(sheet.pk) == pk:
            parts = [part for part in sheet.instrument.read.sections if part.code == code]
            return Q(sheet=sheet, question__in=[question.id for part in parts for question in part.questions])
    return Q(pk__in=[])


def _files(answers: Sequence[Answer]) -> dict[tuple[int, int, str], list[Evidence]]:
    found: dict[tuple[int, int, str], list[Evidence]] = {}
    units = {answer.unit_id for answer in answers}
    for file in Evidence.objects.filter(unit__in=units):
        found.setdefault((file.sheet_id, file.unit_id, file.question), []).append(file)
    return found


def _check(answer: Answer, files: dict[tuple[int, int, str], list[Evidence]]) -> Check:
    content = answer.sheet.instrument.read
    question = content.questions[answer.question]
    score = score_of(content, question, answer.value)
    at = answer.measurement.get("at")
    return Check(
        answer=answer,
        question=question,
        section=content.section_of[question.id].code,
        words=worded(question, content, answer.value),
        score="" if score is None else f"{score.normalize():f}",
        measured=worded_tries(answer.measurement),
        measured_at=datetime.fromisoformat(at) if at else None,
        files=tuple(files.get((answer.sheet_id, answer.unit_id, answer.question), ())),
    )
