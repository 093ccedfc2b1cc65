from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from tenants.files import actions


@shared_task
def sweep_files() -> None:
    """Nightly, in each regency: remove replaced documents, and what failed transactions left on the disk."""
    now = timezone.now()
    actions.sweep_released(before=now - timedelta(days=1), at=now)
    actions.sweep(before=now - timedelta(days=1))
