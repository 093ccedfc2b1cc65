"""Files that show an answer: checked as all uploads are, kept with their assessment alone."""

from datetime import datetime
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from onboarding.assessment.actions.holding import hold_unit
from onboarding.assessment.actions.refusals import NoSuchPart, TooManyFiles
from onboarding.assessment.models import Answer, Evidence, Link, Sheet, Unit
from tenants.audit.actions import record
from tenants.files import actions as files
from tenants.files.uploads import MAX_BYTES, prepare

MOST_FILES = 6
"""For one answer."""
MOST_BYTES = 600_000_000
"""For one assessment."""
FOLDER = "assessments"


@transaction.atomic
def attach(*, sheet: Sheet, unit: Unit, question: str, upload: Any, by: Link, at: datetime) -> Evidence:
    """Check, clean and keep a file for an answer, also before the answer is given.

    Raises a `tenants.files` FileRefused, TooManyFiles, NoSuchPart or Closed. A verified answer stays verified.
    """
    asked = sheet.instrument.read.questions.get(question)
    if asked is None or asked.scope != unit.kind:
        raise NoSuchPart(_("Pertanyaan ini tidak ada pada bagian Anda."))
    if not by.opens(sheet, sheet.instrument.read.section_of[question].code, unit):
        raise NoSuchPart(_("Tautan Anda tidak membuka bagian ini."))
    prepared = prepare(upload, max_bytes=MAX_BYTES)
    assessment = hold_unit(unit.pk)
    _refuse_too_many(sheet, unit, question, int(prepared.size))
    row, folder = Evidence(sheet=sheet, unit=unit, question=question), f"{FOLDER}/{sheet.assessment_id}"
    found = files.keep(row, prepared, folder=folder, by=by.label, at=at)
    data = {"question": question, "unit": unit.pk, "size": found.size, "link": by.pk}
    record("assessment.evidence_stored", subject=assessment, by=None, at=at, data=data)
    return found


@transaction.atomic
def remove(*, evidence: Evidence, by: Link, at: datetime) -> None:
    """Delete a file that was sent by mistake; an answer verified by it must be verified again. Raises Closed."""
    sheet = evidence.sheet
    assessment = hold_unit(evidence.unit_id)
    Answer.objects.filter(
        sheet=sheet, unit_id=evidence.unit_id, question=evidence.question, verdict=Answer.Verdict.VERIFIED
    ).update(verdict="", verified_at=None, verified_by="", verdict_note="")
    data = {"question": evidence.question, "unit": evidence.unit_id, "sha256": evidence.sha256, "link": by.pk}
    record("assessment.evidence_deleted", subject=assessment, by=None, at=at, data=data)
    forget(evidence)


def forget(evidence: Evidence) -> None:
    """Delete the row, and the file once that is certain."""
    path = str(evidence.file.name)
    evidence.delete()
    transaction.on_commit(partial(default_storage.delete, path), robust=True)


def _refuse_too_many(sheet: Sheet, unit: Unit, question: str, size: int) -> None:
    if Evidence.objects.filter(sheet=sheet, unit=unit, question=question).count() >= MOST_FILES:
        raise TooManyFiles(_("Paling banyak %d berkas untuk satu jawaban. Hapus yang tidak perlu.") % MOST_FILES)
    kept = Evidence.objects.filter(sheet__assessment=sheet.assessment_id).aggregate(sum=Sum("size"))["sum"] or 0
    if kept + size > MOST_BYTES:
        raise TooManyFiles(_("Ruang berkas penilaian ini sudah penuh. Hapus berkas yang tidak perlu."))
