from datetime import timedelta

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from tenants.letters import actions


@shared_task(autoretry_for=(OperationalError, OSError), max_retries=5, retry_backoff=True, acks_late=True)
def make_letter(letter_id: int) -> None:
    """Make the PDF of one letter; repeats without harm after a killed worker."""
    actions.make_letter(letter_id=letter_id, at=timezone.now())


@shared_task
def resume_letters() -> None:
    """Every ten minutes, in each regency: queue again the letters whose task was lost."""
    actions.resume(before=timezone.now() - timedelta(minutes=10))
