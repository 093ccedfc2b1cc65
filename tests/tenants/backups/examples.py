"""A side schema that was asked for, from a backup that is no longer there."""

from typing import Any

from django.utils import timezone

from tenants.accounts.models import User
from tenants.backups.models import Backup, RestoredSchema
from tenants.schemas.context import connection, in_public
from tenants.schemas.names import new_restored_name
from tests.examples import task


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
