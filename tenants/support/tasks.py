from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tenants.accounts.models import User
from tenants.accounts.permissions import StaffPermission
from tenants.addresses import current_site_url
from tenants.support.models import Access


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_request(access_id: int) -> None:
    """Tell everybody who may consent that an operator asks to be let in; nothing when it was answered meanwhile."""
    access = Access.objects.waiting().filter(pk=access_id).first()
    if access is None:
        return
    held = User.objects.members().filter(
        is_active=True, grants__role__permissions__contains=[str(StaffPermission.CONSENT_SUPPORT)]
    )
    url = current_site_url() + reverse("support:accesses", urlconf=settings.ROOT_URLCONF)
    with translation.override(settings.LANGUAGE_CODE):
        body = render_to_string("support/mail/request.txt", {"access": access, "url": url})
        for email in held.distinct().values_list("email", flat=True):
            send_mail(_("Permintaan akses dukungan"), body, settings.DEFAULT_FROM_EMAIL, [email])


@shared_task
def end_overdue() -> None:
    """Hourly, in each regency: close on record what the clock has closed."""
    from tenants.support import actions  # actions enqueue the task above

    actions.end_overdue(at=timezone.now())
