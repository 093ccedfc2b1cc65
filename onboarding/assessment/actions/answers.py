"""Answers: saved by several people at once without losing one, and verified by the central team."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.assessment.actions.holding import hold_unit
from onboarding.assessment.actions.refusals import AnswerChanged, AssessmentRefused, NoSuchPart
from onboarding.assessment.models import Answer, Assessment, Link, Sheet, Unit
from onboarding.assessment.rules.measuring import Measured, tries_of
from tenants.audit.actions import record


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody filled in for one question, and the version of the answer that they saw (0: none)."""

    question: str
    value: Mapping[str, Any]
    version: int
    note: str = ""
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """An entry that was not saved, because another person had saved `theirs` since it was read."""

    entry: Entry
    theirs: Answer


@dataclass(frozen=True, slots=True)
class Saved:
    answers: tuple[Answer, ...]
    conflicts: tuple[Conflict, ...]


@transaction.atomic
def save_answers(*, sheet: Sheet, unit: Unit, entries: Iterable[Entry], by: Link, at: datetime) -> Saved:
    """Save what changed. An entry that another person overtook is not saved but returned as a conflict.

    A changed value loses its verification. Raises NoSuchPart for what the link does not open, and Closed.
    """
    entries = list(entries)
    _refuse_foreign(sheet, unit, entries, by)
    assessment = hold_unit(unit.pk)
    asked = Answer.objects.filter(sheet=sheet, unit=unit, question__in=[entry.question for entry in entries])
    stored = {answer.question: answer for answer in asked.select_for_update()}
    answers, conflicts = [], []
    for entry in entries:
        before = stored.get(entry.question)
        if before is None and not entry.value and not entry.note:
            continue
        if before is not None and _is_same(before, entry):
            continue
        if before is not None and before.version != entry.version:
            conflicts.append(Conflict(entry, before))
            continue
        answers.append(_write(before, entry, sheet=sheet, unit=unit, by=by, at=at))
    if answers:
        data = {"questions": ", ".join(a.question for a in answers), "unit": unit.pk, "link": by.pk}
        record("assessment.answers_saved", subject=assessment, by=None, at=at, data=data)
    return Saved(tuple(answers), tuple(conflicts))


@transaction.atomic
def verify(*, answer: Answer, verdict: str, note: str, version: int, by: Any, at: datetime) -> Answer:
    """An operator accepts or refuses the evidence of an answer, with a note.

    Raises AnswerChanged when the answer is no longer the one that was looked at, AssessmentRefused without the note
    that a refusal, or a verification without a file, needs.
    """
    found = Answer.objects.select_for_update(of=("self",)).select_related("sheet__assessment").get(pk=answer.pk)
    if found.version != version:
        raise AnswerChanged(_("Jawaban ini diubah setelah Anda membukanya. Muat ulang, lalu periksa lagi."))
    if not found.value:
        raise AssessmentRefused(_("Belum ada jawaban untuk diperiksa."))
    has_file = found.sheet.evidence.filter(unit_id=found.unit_id, question=found.question).exists()
    if not note.strip() and (verdict == Answer.Verdict.REFUSED or not has_file):
        raise AssessmentRefused(
            _("Tulis catatan: apa yang kurang, atau dari mana Anda tahu bila tidak ada berkas bukti."), "note"
        )
    found.verdict, found.verdict_note = verdict, note.strip()[:500]
    found.verified_at, found.verified_by = at, getattr(by, "name", "")
    found.save(update_fields=["verdict", "verdict_note", "verified_at", "verified_by"])
    action = "answer_verified" if verdict == Answer.Verdict.VERIFIED else "answer_refused"
    data = {"question": found.question, "unit": found.unit_id}
    record(f"assessment.{action}", subject=found.sheet.assessment, by=by, at=at, data=data)
    return found


@transaction.atomic
def verify_all(*, assessment: Assessment, question: str, sheet: Sheet, note: str, by: Any, at: datetime) -> int:
    """Accept every answer to one question that nobody has looked at, with one note (a survey, a visit); how many.

    Raises AssessmentRefused without the note.
    """
    if not note.strip():
        raise AssessmentRefused(_("Tulis catatan: dari mana Anda tahu, misalnya survei atau kunjungan."), "note")
    rows = Answer.objects.select_for_update().filter(
        sheet=sheet, sheet__assessment=assessment, question=question, verdict=Answer.Verdict.NONE
    )
    count = rows.exclude(value={}).update(
        verdict=Answer.Verdict.VERIFIED,
        verdict_note=note.strip()[:500],
        verified_at=at,
        verified_by=getattr(by, "name", ""),
    )
    if count:
        data = {"question": question, "count": count}
        record("assessment.answers_verified", subject=assessment, by=by, at=at, data=data)
    return count


def _refuse_foreign(sheet: Sheet, unit: Unit, entries: list[Entry], by: Link) -> None:
    content = sheet.instrument.read
    for entry in entries:
        question = content.questions.get(entry.question)
        if question is None or question.scope != unit.kind:
            raise NoSuchPart(_("Pertanyaan ini tidak ada pada bagian Anda."))
        if not by.opens(sheet, content.section_of[question.id].code, unit):
            raise NoSuchPart(_("Tautan Anda tidak membuka bagian ini."))


def _is_same(answer: Answer, entry: Entry) -> bool:
    return answer.value == entry.value and answer.note == entry.note and not _is_measured_anew(answer, entry)


def _is_measured_anew(answer: Answer, entry: Entry) -> bool:
    """Whether the page sent other tries than are kept; it sends those that are kept too."""
    return entry.measured is not None and entry.measured.sent != tries_of(answer.measurement)


def _write(before: Answer | None, entry: Entry, *, sheet: Sheet, unit: Unit, by: Link, at: datetime) -> Answer:
    answer = before or Answer(sheet=sheet, unit=unit, question=entry.question, version=0)
    if answer.value != entry.value:
        answer.verdict, answer.verified_at, answer.verified_by, answer.verdict_note = "", None, "", ""
    if entry.measured is not None and _is_measured_anew(answer, entry):
        answer.measurement = {**entry.measured.sent, "browser": entry.measured.browser, "at": at.isoformat()}
        answer.is_measured = True
    elif answer.value != entry.value:
        answer.measurement, answer.is_measured = {}, False
    answer.value, answer.note = dict(entry.value), entry.note
    answer.version += 1
    answer.answered_at, answer.answered_by, answer.link = at, by.label, by
    answer.save()
    return answer
