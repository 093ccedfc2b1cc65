from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from tenants.files import actions


@shared_task
def sweep_files() -> None:
    """Nightly, in each regency: remove what failed transactions left on the disk."""
    actions.sweep(before=timezone.now() - timedelta(days=1))
