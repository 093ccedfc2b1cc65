from celery import shared_task
from django.utils import timezone

from tenants.accounts.models import User
from tenants.backups.models import RestoredSchema
from tenants.current import current_regency
from tenants.schemas.context import connection, in_public


@shared_task(even_closed=True)
def back_up(operator_id: int | None = None) -> None:
    """Nightly in each regency, or when an operator asks: a backup, then what no rule keeps goes."""
    from tenants.backups import actions  # actions enqueue these tasks

    regency = current_regency()
    with in_public():
        operator = User.objects.filter(pk=operator_id).first() if operator_id else None
    try:
        actions.back_up(regency=regency, by=operator, at=timezone.now())
    except actions.BackupRefused:  # another process is at it, and does the same
        return
    actions.thin_out(schema_name=regency.schema_name, at=timezone.now())


@shared_task(even_closed=True)
def lay_out_beside(restored_id: int) -> None:
    """The side schema that an operator asked for. A second delivery finds nothing to do."""
    from tenants.backups import actions

    schema = connection.schema_name
    with in_public():
        restored = RestoredSchema.objects.get(pk=restored_id, of_schema=schema)
    actions.lay_out_beside(restored=restored)
