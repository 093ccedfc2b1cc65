"""Answering, making a report of answers, validating and publishing it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from modules.skm import queries
from modules.skm.models import Questionnaire, Report, Response
from modules.skm.rules import Outcome
from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.current import is_trial
from tenants.organisation.models import Unit
from tenants.people.keys import keyed_hash

SHIPPED = Path(__file__).with_name("questionnaire.json")


class SurveyRefused(Exception):
    """Nothing was written; the text says why and what to do."""


class AnsweredAlready(SurveyRefused):
    """One finished case is answered about once (PermenPANRB 14/2017)."""


class NotAsked(SurveyRefused):
    """There is nothing to answer about: the case is open, or no questionnaire is in force."""


@dataclass(frozen=True)
class Person:
    """Who answered, as far as they told."""

    age: str = ""
    sex: str = ""
    education: str = ""
    occupation: str = ""


@transaction.atomic
def ship_questionnaire(*, by: User | None, at: datetime) -> Questionnaire:
    """The questionnaire of the regulation, where the regency has none yet."""
    existing = Questionnaire.objects.order_by("valid_from").first()
    if existing:
        return existing
    content = json.loads(SHIPPED.read_text(encoding="utf-8"))
    made = Questionnaire.objects.create(
        edition="permenpanrb-14-2017",
        title="Survei Kepuasan Masyarakat",
        content=content,
        valid_from=date(2017, 1, 1),
    )
    record("skm.questionnaire_shipped", subject=made, by=by, at=at)
    return made


def ticket_of(case_pk: int) -> str:
    """What shows that a case was answered about, and not which."""
    return keyed_hash("skm", str(case_pk))


@transaction.atomic
def answer(
    *,
    case_pk: int,
    service: str,
    unit: Unit | None,
    is_closed: bool,
    points: Sequence[int],
    at: datetime,
    day: date,
    suggestion: str = "",
    person: Person = Person(),
    by: None = None,
) -> Response:
    """Keep one answer about a finished case. Raises NotAsked, AnsweredAlready; `points` are 1 to 4 by element."""
    questionnaire = queries.current_questionnaire(day)
    if questionnaire is None or not is_closed:
        raise NotAsked(_("Layanan ini dapat dinilai setelah selesai."))
    if len(points) != len(questionnaire.questions.elements):
        raise SurveyRefused(_("Jawab semua pertanyaan."))
    try:
        with transaction.atomic():
            made = Response.objects.create(
                ticket=ticket_of(case_pk),
                questionnaire=questionnaire,
                service=service,
                unit=unit,
                answered_on=day,
                points=list(points),
                suggestion=suggestion.strip(),
                age=person.age,
                sex=person.sex,
                education=person.education,
                occupation=person.occupation.strip(),
                is_rehearsal=is_trial(),
            )
    except IntegrityError as problem:
        raise AnsweredAlready(_("Layanan ini sudah Anda nilai. Terima kasih.")) from problem
    record("skm.answered", subject=made, by=by, at=at, data={"service": service})
    return made


@transaction.atomic
def make_report(*, questionnaire: Questionnaire, first: date, last: date, by: User, at: datetime) -> Report:
    """Compute the results of a span of days and keep them as they are now. Raises SurveyRefused."""
    if last < first:
        raise SurveyRefused(_("Tanggal akhir harus sesudah tanggal awal."))
    outcomes = queries.by_service(questionnaire, first, last)
    total = queries.together(questionnaire, list(outcomes.values()))
    if not total.is_shown:
        raise SurveyRefused(
            _("Baru %(count)s jawaban dalam masa ini; laporan dibuat mulai dari %(least)s jawaban.")
            % {"count": total.count, "least": questionnaire.questions.smallest_group}
        )
    report = Report.objects.create(
        questionnaire=questionnaire,
        first=first,
        last=last,
        content={"total": total.as_json(), "services": [_row(*row) for row in queries.named(outcomes)]},
        computed_at=at,
        computed_by=by,
        is_rehearsal=is_trial(),
    )
    record("skm.report_computed", subject=report, by=by, at=at, data={"answers": total.count})
    return report


def _row(name: str, item: Outcome) -> Mapping[str, Any]:
    return {"name": name, **item.as_json()}


@transaction.atomic
def plan_follow_up(*, report: Report, text: str, by: User, at: datetime) -> Report:
    """Write what will be done about the results. Raises SurveyRefused once the report is validated."""
    report = _open(report, validated=False)
    report.follow_up = text.strip()
    report.save(update_fields=["follow_up"])
    record("skm.follow_up_planned", subject=report, by=by, at=at)
    return report


@transaction.atomic
def validate(*, report: Report, by: User, at: datetime) -> Report:
    """Validate a report: by somebody else than who computed it, with what follows from it. Raises SurveyRefused."""
    report = _open(report, validated=False)
    if report.computed_by_id == by.pk:
        raise SurveyRefused(_("Laporan disahkan oleh orang lain, bukan oleh yang mengolahnya."))
    if not report.follow_up:
        raise SurveyRefused(_("Tulis dahulu rencana tindak lanjutnya."))
    report.validated_at, report.validated_by = at, by
    report.save(update_fields=["validated_at", "validated_by"])
    record("skm.report_validated", subject=report, by=by, at=at)
    return report


@transaction.atomic
def publish(*, report: Report, by: User, at: datetime) -> Report:
    """Show a validated report to everybody. Raises SurveyRefused."""
    report = _open(report, validated=True)
    if report.published_at is not None:
        raise SurveyRefused(_("Laporan ini sudah terbit."))
    report.published_at, report.published_by = at, by
    report.save(update_fields=["published_at", "published_by"])
    record("skm.report_published", subject=report, by=by, at=at)
    return report


def _open(report: Report, *, validated: bool) -> Report:
    """The report, locked, if it is (not) validated as the step needs."""
    report = Report.objects.select_for_update().get(pk=report.pk)
    if (report.validated_at is not None) == validated:
        return report
    if validated:
        raise SurveyRefused(_("Laporan ini belum disahkan."))
    raise SurveyRefused(_("Laporan ini sudah disahkan dan tidak berubah lagi. Buat laporan baru bila perlu."))
