from celery import shared_task
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone, translation


@shared_task(autoretry_for=(OperationalError, OSError), max_retries=5, retry_backoff=True)
def move_cases(move_id: int) -> None:
    """Move open cases to a newer version, portion by portion; goes on where a killed worker stopped."""
    from modules.services import moving  # it enqueues this task

    with translation.override(settings.LANGUAGE_CODE):  # the sentence in the history of a case
        while moving.continue_move(move_id=move_id, at=timezone.now()):
            pass


@shared_task
def resume_moves() -> None:
    """Every ten minutes, in each regency: hand out again what a lost worker left."""
    from modules.services import moving

    for move_id in moving.unfinished():
        move_cases.delay(move_id)
