from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from tenants.schemas.context import in_public

PATIENCE = timedelta(minutes=2)
"""How long an event or a mail may wait before it is handed out again."""


@shared_task(name="billing.push")
def push(call_id: int) -> bool:
    """Tell the provider one thing that it does not know yet. A second delivery finds it told."""
    from tenants.billing import actions  # actions enqueue this task

    return actions.push(call_id=call_id, at=timezone.now())


@shared_task(name="billing.process_event")
def process_event(event_id: int) -> str:
    """Look at what an event is about and follow it. A second delivery finds it processed."""
    from tenants.billing import actions

    return actions.process_event(event_id=event_id, at=timezone.now())


@shared_task(name="billing.remind", autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def remind(measure_id: int) -> bool:
    """Mail a reminder to the office that is billed. A second delivery finds it sent."""
    from tenants.billing import mail

    return mail.send_reminder(measure_id=measure_id, at=timezone.now())


@shared_task(name="billing.resume")
def resume() -> int:
    """Hand out again what was lost or could not be done before. Returns how much."""
    from tenants.billing import actions
    from tenants.billing.models import Measure, WebhookEvent

    now = timezone.now()
    with in_public():
        calls = actions.due_calls(now)
        events = list(
            WebhookEvent.objects.filter(state=WebhookEvent.State.STORED, received_at__lt=now - PATIENCE)
            .order_by("pk")
            .values_list("pk", flat=True)[:500]
        )
        mails = list(
            Measure.objects.filter(
                kind=Measure.Kind.REMINDER, sent_at=None, at__lt=now - PATIENCE, at__gt=now - timedelta(days=7)
            ).values_list("pk", flat=True)
        )
        for pk in calls:
            push.delay(pk)
        for pk in events:
            process_event.delay(pk)
        for pk in mails:
            remind.delay(pk)
    return len(calls) + len(events) + len(mails)


@shared_task(name="billing.reconcile")
def reconcile() -> int:
    """Compare the provider's books with ours. Returns how many differences there are."""
    from tenants.billing import actions

    return actions.reconcile(by=None, at=timezone.now())
