"""What stays of an application that came to nothing: its number, its regency and its states; no person."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from onboarding.applications import papers
from onboarding.applications.models import Agreement, Application
from tenants.audit.actions import record

State = Application.State


@transaction.atomic
def forget(*, application: Application, at: datetime) -> Application:
    """Remove everything about people but the domain of the mailbox: also papers, reasons, copies nobody verified.

    At once for what was given up or left alone, because nobody decided about it; after a while for what was refused.
    """
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.anonymised_at:
        return application
    application.email = f"dihapus-{application.pk}@{application.email.rpartition('@')[2]}"
    application.officer_name, application.position, application.reason = _("(dihapus)"), "", ""
    application.nip = application.phone = None
    application.administrators, application.terms = [], {}
    application.key_hash = application.verification_hash = None
    application.anonymised_at = at
    application.save()
    application.events.update(reason="")
    Agreement.objects.filter(paper__application=application).exclude(state=Agreement.State.VERIFIED).delete()
    papers.delete_all(application=application)
    record("applications.application_anonymised", subject=application, by=None, at=at)
    return application


def forget_refused(*, before: datetime, at: datetime) -> int:
    """Forget the people of what was refused before a day, and of colleagues who had joined what has ended since.

    Returns how many.
    """
    over = Q(state=State.REFUSED) | Q(state=State.JOINED, joined_to__state__in=Application.ENDED)
    found = Application.objects.filter(over, anonymised_at=None)
    found = found.annotate(ended_at=Max("events__at"), other_at=Max("joined_to__events__at"))
    due = found.filter(Q(other_at=None) | Q(other_at__lt=before), ended_at__lt=before)
    applications = list(due.order_by("pk")[:500])
    for application in applications:
        forget(application=application, at=at)
    return len(applications)
