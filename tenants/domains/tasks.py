from celery import shared_task
from django.utils import timezone

from tenants.domains import actions


@shared_task(name="fleet.check_hosts")
def check_hosts() -> int:
    """Every night: ask each host until when it is served. Returns how many were asked."""
    return actions.check_hosts(at=timezone.now())
