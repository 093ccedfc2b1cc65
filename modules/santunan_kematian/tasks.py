from celery import shared_task
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone, translation


@shared_task(autoretry_for=(OperationalError, OSError), max_retries=5, retry_backoff=True)
def read_register(batch_id: int) -> None:
    """Read an uploaded register; goes on where a killed worker stopped."""
    from modules.santunan_kematian.actions import register  # the actions enqueue this task

    with translation.override(settings.LANGUAGE_CODE):  # what is wrong with a row is kept as a sentence
        register.read_register(batch_id=batch_id, at=timezone.now())


@shared_task(autoretry_for=(OperationalError, OSError), max_retries=5, retry_backoff=True)
def apply_register(batch_id: int) -> None:
    """Put the rows of a register into force; goes on where a killed worker stopped."""
    from modules.santunan_kematian.actions import register

    register.apply_register(batch_id=batch_id, at=timezone.now())


@shared_task
def resume_registers() -> None:
    """Every ten minutes, in each regency: hand out again what a lost worker left."""
    from modules.santunan_kematian.actions import register

    register.resume(at=timezone.now())
