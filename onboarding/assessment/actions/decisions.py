"""What people decide on top of what is computed: modules, and what the two regencies exchange."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.assessment.actions.refusals import AssessmentRefused, NoSuchPart
from onboarding.assessment.catalogue import modules
from onboarding.assessment.models import Assessment, Decision, ExchangeItem, Link
from tenants.audit.actions import record

MOST_ITEMS = 100


@transaction.atomic
def decide(
    *, assessment: Assessment, module: str, difference: str, decision: str, reason: str, by: Link, at: datetime
) -> Decision:
    """Record how a module differs here and, if people decided otherwise than suggested, what and why.

    Raises NoSuchPart for an unknown module, AssessmentRefused for a decision without a reason.
    """
    if module not in modules():
        raise NoSuchPart(_("Modul ini tidak ada dalam katalog."))
    if decision and not reason.strip():
        raise AssessmentRefused(_("Tulis alasan keputusan ini; rapat berikutnya akan bertanya."), "reason")
    found, _created = Decision.objects.update_or_create(
        assessment=assessment,
        module=module,
        defaults={
            "difference": difference,
            "decision": decision,
            "reason": reason.strip()[:500] if decision else "",
            "decided_at": at,
            "decided_by": by.label,
        },
    )
    data = {"module": module, "decision": decision, "difference": difference, "link": by.pk}
    record("assessment.module_decided", subject=assessment, by=None, at=at, data=data)
    return found


@transaction.atomic
def add_exchange(
    *,
    assessment: Assessment,
    subject: str,
    direction: str,
    form: str,
    expected: str = "",
    contacts: str = "",
    due_date: date | None = None,
    by: Link,
    at: datetime,
) -> ExchangeItem:
    """Add something that is given, received or built together. Raises AssessmentRefused when the list is full."""
    if assessment.exchange.count() >= MOST_ITEMS:
        raise AssessmentRefused(_("Daftar pertukaran sudah penuh. Hapus yang tidak dipakai."))
    item = ExchangeItem.objects.create(
        assessment=assessment,
        subject=subject,
        direction=direction,
        form=form,
        expected=expected,
        contacts=contacts,
        due_date=due_date,
        created_at=at,
        created_by=by.label,
    )
    data = {"direction": direction, "link": by.pk}
    record("assessment.exchange_added", subject=assessment, by=None, at=at, data=data)
    return item


@transaction.atomic
def remove_exchange(*, item: ExchangeItem, by: Link, at: datetime) -> None:
    record("assessment.exchange_removed", subject=item.assessment, by=None, at=at, data={"link": by.pk})
    item.delete()
