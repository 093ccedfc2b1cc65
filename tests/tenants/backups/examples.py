"""Side schemas: one that was asked for, from a backup that is no longer there, and one of Batang that stands."""

from typing import Any

from django.utils import timezone

from modules.services.models import Service
from tenants.accounts.models import User
from tenants.backups.models import Backup, RestoredSchema
from tenants.schemas.context import connection, in_public
from tenants.schemas.names import new_restored_name, quoted
from tests.examples import parameter, task

PK = 987_654_321


@task("tenants.backups.tasks.lay_out_beside")
def restored(user: User) -> dict[str, Any]:
    schema, now = connection.schema_name, timezone.now()
    with in_public():
        backup = Backup.objects.create(
            code="00.00", schema_name=schema, taken_at=now, finished_at=now, state="complete", name=f"{schema}/gone.rjk"
        )
        row = RestoredSchema.objects.create(
            schema_name=new_restored_name(schema), of_schema=schema, backup=backup, restored_at=now
        )
        return {"restored_id": row.pk}


@task("tenants.backups.tasks.back_up")
def asked(user: User) -> dict[str, Any]:
    return {"operator_id": None}


def standing(user: User) -> int:
    """A schema beside Batang with the table of one kind of object, empty as if all were made since."""
    now, table = timezone.now(), quoted(Service._meta.db_table)
    backup, _there = Backup.objects.get_or_create(
        name="batang/walk.rjk",
        defaults={"code": "33.25", "schema_name": "batang", "taken_at": now, "finished_at": now, "state": "complete"},
    )
    made = {"schema_name": new_restored_name("batang"), "of_schema": "batang", "restored_at": now, "state": "ready"}
    row, created = RestoredSchema.objects.get_or_create(pk=PK, defaults={**made, "backup": backup})
    if created:
        side = quoted(row.schema_name)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {side}")
            cursor.execute(f"CREATE TABLE {side}.{table} (LIKE {quoted('batang')}.{table})")
    return row.pk


for name in ("console:restored", "console:restored_objects"):
    parameter(name, "pk")(standing)


@parameter("console:restored_objects", "model", shared=True)
def model(user: User) -> str:
    return Service._meta.label_lower
