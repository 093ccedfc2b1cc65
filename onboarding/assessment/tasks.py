from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from onboarding.assessment.models import Link
from tenants.addresses import current_site_url
from tenants.schemas.context import in_public


@shared_task(name="onboarding.assessment.send_link", autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_link(link_id: int, token: str) -> None:
    """Mail a link to whom it is for; nothing when it was revoked or renewed meanwhile."""
    with in_public():
        links = Link.objects.of(token).open(timezone.now()).select_related("assessment", "unit")
        link = links.filter(pk=link_id).first()
        if link is None or not link.email:
            return
        with translation.override(settings.LANGUAGE_CODE), link.assessment.on_its_clock():
            body = render_to_string(
                "assessment/mail/link.txt",
                {"link": link, "assessment": link.assessment, "url": link_url(token), "site": current_site_url()},
            )
            subject = _("Tautan penilaian %s") % link.assessment.regency.title
            send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [link.email])


@shared_task(name="onboarding.assessment.anonymise")
def anonymise_abandoned() -> int:
    """Nightly: abandoned assessments lose their people, and the disk what no row names. Returns how many."""
    from onboarding.assessment.actions import retention  # actions enqueue the task above

    at = timezone.now()
    with in_public():
        found = retention.abandoned(before=at - timedelta(days=settings.ASSESSMENT_RETENTION_DAYS))
        for assessment in found:
            retention.anonymise(assessment=assessment, at=at)
        retention.sweep(before=at - retention.GRACE)
    return len(found)


def link_url(token: str) -> str:
    """The absolute address that opens an assessment, on the public site."""
    return current_site_url() + reverse("assessment:board", args=[token], urlconf=settings.PUBLIC_SCHEMA_URLCONF)
