from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from tenants.schemas.context import in_public

PATIENCE = timedelta(minutes=2)
"""How long a mail may wait before it is handed out again."""


@shared_task(name="billing.push")
def push(call_id: int) -> bool:
    """Tell the provider one thing that it does not know yet. A second delivery finds it told."""
    from tenants.billing import actions  # actions enqueue this task

    return actions.push(call_id=call_id, at=timezone.now())


@shared_task(name="billing.follow_events")
def follow_events() -> int:
    """Follow the provider's events that are stored; every minute, and when one has come. Returns how many."""
    from tenants.billing import actions

    return actions.follow_events(at=timezone.now())


@shared_task(name="billing.remind", autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def remind(measure_id: int) -> bool:
    """Mail a reminder to the office that is billed. A second delivery finds it sent."""
    from tenants.billing import mail

    return mail.send_reminder(measure_id=measure_id, at=timezone.now())


@shared_task(name="billing.resume")
def resume() -> int:
    """Hand out again what was lost or could not be done before. Returns how much."""
    from tenants.billing import actions
    from tenants.billing.models import Measure

    now = timezone.now()
    with in_public():
        calls = actions.due_calls(now)
        mails = list(
            Measure.objects.filter(
                kind=Measure.Kind.REMINDER, sent_at=None, at__lt=now - PATIENCE, at__gt=now - timedelta(days=7)
            ).values_list("pk", flat=True)
        )
        for pk in calls:
            push.delay(pk)
        for pk in mails:
            remind.delay(pk)
    return len(calls) + len(mails)


@shared_task(name="billing.reconcile")
def reconcile() -> int:
    """Compare the provider's books with ours. Returns how many differences there are."""
    from tenants.billing import actions

    return actions.reconcile(by=None, at=timezone.now())


@shared_task(name="billing.sweep_scans")
def sweep_scans() -> int:
    """Nightly: remove the files of uploads that failed half way. Returns how many."""
    from tenants.billing import actions

    with in_public():
        return actions.sweep_scans(before=timezone.now())
