"""A package of the regency that was asked for."""

from typing import Any

from django.utils import timezone

from tenants.accounts.models import User
from tenants.exports.models import ExitPackage
from tenants.schemas.context import connection, in_public
from tests.examples import parameter, task

PK = 987_654_322


def _package() -> ExitPackage:
    schema = connection.schema_name
    with in_public():
        return ExitPackage.objects.create(pk=PK, code="00.00", schema_name=schema, asked_at=timezone.now())


@parameter("exports", "package_uuid")
def package_uuid(user: User) -> Any:
    return _package().public_id


@task("tenants.exports.tasks.make_export")
def package(user: User) -> dict[str, Any]:
    return {"package_id": _package().pk}
