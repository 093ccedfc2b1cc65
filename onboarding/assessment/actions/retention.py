"""What is left of an assessment that its people abandoned: figures, no persons."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from onboarding.assessment.actions import evidence
from onboarding.assessment.actions.holding import hold_whole
from onboarding.assessment.models import Answer, Assessment, Evidence, ExchangeItem, Link
from tenants.audit.actions import record
from tenants.files import actions as files

GRACE = timedelta(days=1)
"""A file younger than this may belong to a transaction that still runs."""


@transaction.atomic
def anonymise(*, assessment: Assessment, at: datetime) -> None:
    """Remove contact, labels, addresses, notes and files; scores and decisions stay for comparison."""
    found = hold_whole(assessment.pk)
    if found.anonymised_at:
        return
    for file in Evidence.objects.filter(sheet__assessment=found):
        evidence.forget(file)
    Answer.objects.filter(sheet__assessment=found).update(answered_by="", note="", verified_by="", verdict_note="")
    found.decisions.update(decided_by="")
    ExchangeItem.objects.filter(assessment=found).update(contacts="", created_by="")
    Link.objects.filter(assessment=found).update(label="-", email="", revoked_at=at)
    found.contact_email = found.contact_name = found.submitted_by = found.returned_note = ""
    found.anonymised_at = at
    found.save(update_fields=["contact_email", "contact_name", "submitted_by", "returned_note", "anonymised_at"])
    record("assessment.assessment_anonymised", subject=found, by=None, at=at)


def abandoned(*, before: datetime) -> list[Assessment]:
    """Assessments still being filled in that nobody has touched since."""
    mine = Q(state=Assessment.State.FILLING, anonymised_at=None, active_at__lt=before)
    return list(Assessment.objects.filter(mine).order_by("pk")[:500])


def sweep(*, before: datetime) -> int:
    """Delete stored files that no row names, left by transactions that failed; how many."""
    known = set(Evidence.objects.values_list("file", flat=True))
    return files.sweep_folder(evidence.FOLDER, known=known, before=before)
