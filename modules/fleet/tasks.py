from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from modules.fleet import measuring
from modules.fleet.models import BulkAction, Digest, Subscription
from modules.fleet.queries import grouped
from tenants.addresses import site_url
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_public


@shared_task
def measure() -> None:
    """Hourly, in each regency: push its counts to the central team."""
    measuring.measure(timezone.now())


@shared_task
def check_audit() -> None:
    """Nightly, in each regency: compute the chain of its audit again."""
    measuring.check_audit(timezone.now())


@shared_task(name="fleet.bulk")
def bulk(action_id: int) -> None:
    """Foresee or do a bulk action, or go on where a killed worker stopped."""
    from modules.fleet import actions  # actions enqueue this task

    actions.work(action_id)


@shared_task(name="fleet.resume_bulk")
def resume_bulk() -> int:
    """Hand out again the bulk actions whose worker disappeared or whose message was lost. Returns how many."""
    from modules.fleet import actions

    with in_public():
        moving = BulkAction.objects.filter(state__in=[BulkAction.State.FORESEEING, BulkAction.State.RUNNING])
        found = [action for action in moving if not actions.is_worked_on(action)]
    for action in found:
        bulk.delay(action.pk)
    return len(found)


@shared_task(name="fleet.digest")
def digest() -> int:
    """Every morning: what is wrong, kept for the page and mailed to who wants it. Returns how many problems."""
    from modules.fleet import actions

    return len(actions.collect_digest(timezone.now()).problems)


@shared_task(name="fleet.send_digest", autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_digest(subscription_id: int) -> None:
    """Mail the newest digest to one operator, once a day; nothing to who may no longer see the console."""
    with in_public():
        wanted = Subscription.objects.select_related("user").filter(pk=subscription_id).first()
        newest = Digest.objects.order_by("-day").first()
        if wanted is None or newest is None or wanted.sent_on == newest.day:
            return
        if not wanted.user.has(ConsolePermission.VIEW):
            return
        base = site_url(settings.BASE_DOMAIN)
        with translation.override(settings.LANGUAGE_CODE):
            subject = _("Ringkasan %(day)s: %(count)s hal perlu dilihat") % {
                "day": f"{newest.day:%d-%m-%Y}",
                "count": len(newest.problems),
            }
            body = render_to_string(
                "fleet/mail/digest.txt", {"digest": newest, "groups": grouped(newest), "base": base}
            )
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [wanted.user.email])
        Subscription.objects.filter(pk=wanted.pk).update(sent_on=newest.day)
