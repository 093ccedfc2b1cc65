from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone, translation


@shared_task(autoretry_for=(OperationalError,), max_retries=5, retry_backoff=True)
def write_units(import_id: int) -> None:
    """Write a table of units; a killed worker leaves nothing of it, and the next begins anew."""
    from tenants.organisation.actions import queued  # the actions enqueue this task

    with translation.override(settings.LANGUAGE_CODE):  # a refusal is kept as a sentence
        queued.write_units(import_id=import_id, at=timezone.now())


@shared_task
def resume_units() -> None:
    """Every ten minutes, in each regency: hand out again the tables whose task was lost."""
    from tenants.organisation.actions import queued

    queued.resume(before=timezone.now() - timedelta(minutes=10))
