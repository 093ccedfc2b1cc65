"""A claim as a page reads it: facts, documents, letters."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from modules.santunan_kematian.documents import document_name
from modules.santunan_kematian.models import Claim, Decree, DecreeRevocation, Handover, Payment, PaymentList
from tenants.letters.models import Letter


def documents(claim: Claim) -> list[tuple[str, Any]]:
    """Names and files, in the order in which they came."""
    rows = claim.case.documents.select_related("attachment").order_by("pk")
    old = claim.replaced_documents.select_related("attachment")
    return [(_name(row.key), row.attachment) for row in rows] + [
        (_("%(name)s (diganti)") % {"name": _name(row.key)}, row.attachment) for row in old
    ]


def letters_of(claim: Claim) -> list[Letter]:
    """The letters about this claim that a member of staff may open, oldest first."""
    payment = getattr(claim, "payment", None)
    handover = getattr(payment, "handover", None) if payment else None
    decision = claim.decisions.filter(revoked_at=None).select_related("decree").first()
    subjects = [claim, decision.decree if decision else None, payment, handover]
    return [letter for subject in subjects if subject is not None for letter in Letter.objects.of(subject)]


_SUBJECTS = [model._meta.label_lower for model in (Claim, Decree, DecreeRevocation, Payment, PaymentList, Handover)]


def own_letters() -> Any:
    """Letters whose subject belongs to this module."""
    return Letter.objects.filter(subject_type__in=[*_SUBJECTS, "santunan_kematian.programme"])


def claim_of_letter(letter: Letter) -> Claim | None:
    """The claim that a letter is about; None for one about many people (SK, payment list, death list)."""
    paths = {Claim: "pk", Payment: "payment__pk", Handover: "payment__handover__pk"}
    for model, path in paths.items():
        if letter.subject_type == model._meta.label_lower:
            return Claim.objects.select_related("case").filter(**{path: int(letter.subject_id)}).first()
    return None


def letters_about(subjects: Iterable[Any]) -> dict[int, Letter]:
    """The latest letter of each object of one model, by its key. One query."""
    rows = list(subjects)
    if not rows:
        return {}
    found = Letter.objects.filter(
        subject_type=rows[0]._meta.label_lower, subject_id__in=[str(row.pk) for row in rows]
    ).order_by("pk")
    return {int(letter.subject_id): letter for letter in found}


def _name(key: str) -> str:
    try:
        return document_name(key)
    except ValueError:
        return key
