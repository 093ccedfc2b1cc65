from celery import shared_task
from django.utils import timezone

from tenants.exports.models import ExitPackage
from tenants.schemas.context import connection, in_public


@shared_task(even_closed=True)
def make_export(package_id: int) -> None:
    """Make the package that was asked for, also of a regency that is closed."""
    from tenants.exports import actions  # actions enqueue this task

    schema = connection.schema_name
    with in_public():
        package = ExitPackage.objects.get(pk=package_id, schema_name=schema)
    actions.make_export(package=package, at=timezone.now())


@shared_task(even_closed=True)
def expire() -> None:
    """In each regency, also a closed one: packages whose time is over are removed."""
    from tenants.exports import actions

    actions.expire(schema_name=connection.schema_name, at=timezone.now())
