from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail as deliver
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from onboarding.applications import links, papers
from onboarding.applications.models import Agreement, Application
from tenants.schemas.context import in_public

SUBJECTS = {
    "verify": gettext_lazy("Buktikan surel Anda untuk pendaftaran %s"),
    "key": gettext_lazy("Tautan pengajuan %s"),
    "join_asked": gettext_lazy("Seorang rekan ingin bergabung dalam pengajuan %s"),
    "join_answered": gettext_lazy("Jawaban atas permintaan bergabung, %s"),
    "contested": gettext_lazy("Ada keberatan atas pengajuan %s"),
    "returned": gettext_lazy("Pengajuan %s dikembalikan untuk dilengkapi"),
    "refused": gettext_lazy("Pengajuan %s ditolak"),
    "approved": gettext_lazy("Pengajuan %s disetujui"),
    "agreement_returned": gettext_lazy("Naskah kerja sama %s perlu diperbaiki"),
    "agreement_ends": gettext_lazy("Kerja sama %s akan berakhir"),
}


@shared_task(name="onboarding.applications.send_mail", autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_mail(application_id: int, kind: str) -> None:
    """Tell the officer what has happened, with the link to go on; nothing when the application is gone."""
    with in_public(), translation.override(settings.LANGUAGE_CODE):
        application = Application.objects.filter(pk=application_id).first()
        if application is None or application.anonymised_at:
            return
        if kind == "verify" and application.state != Application.State.DRAFT:
            return
        url = links.verification_url(application) if kind == "verify" else links.key_url(application)
        _send(kind, application.email, application.name, {"application": application, "url": url})


@shared_task(
    name="onboarding.applications.send_agreement_mail", autoretry_for=(OSError,), retry_backoff=True, max_retries=8
)
def send_agreement_mail(agreement_id: int, kind: str) -> None:
    """Tell the contact person of an agreement that it ends, or that the copy will not do."""
    with in_public(), translation.override(settings.LANGUAGE_CODE):
        agreement = Agreement.objects.filter(pk=agreement_id).first()
        if agreement is not None:
            subject = f"{agreement.get_kind_display()} {agreement.number}"
            _send(kind, agreement.contact_email, subject, {"agreement": agreement, "days": _days_left(agreement)})


@shared_task(name="onboarding.applications.expire_overdue")
def expire_overdue() -> int:
    """Every hour: end what was left half way, forget its people, free its code. Returns how many."""
    from onboarding.applications import actions  # actions enqueue these tasks

    with in_public():
        return actions.expire_overdue(at=timezone.now())


@shared_task(name="onboarding.applications.anonymise")
def anonymise_refused() -> int:
    """Nightly: what was refused long ago loses its people. Returns how many."""
    from onboarding.applications import actions

    at = timezone.now()
    with in_public():
        return actions.forget_refused(before=at - timedelta(days=settings.APPLICATION_RETENTION_DAYS), at=at)


@shared_task(name="onboarding.applications.remind")
def remind() -> int:
    """Every morning: tell of agreements that end soon, and sweep files of transactions that failed."""
    from onboarding.applications import actions

    with in_public():
        papers.sweep(before=timezone.now())
        return actions.remind(on=timezone.localdate(), at=timezone.now())


def _days_left(agreement: Agreement) -> int:
    return (agreement.ends_on - timezone.localdate()).days


def _send(kind: str, to: str, about: str, context: dict[str, Any]) -> None:
    body = render_to_string(f"applications/mail/{kind}.txt", context)
    deliver(str(SUBJECTS[kind]) % about, body, settings.DEFAULT_FROM_EMAIL, [to])
