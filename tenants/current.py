"""The regency that is being worked for."""

from tenants.models import Regency
from tenants.schemas.context import connection, in_public


def current_regency() -> Regency:
    """The regency whose schema is current; one query where only the schema was entered (`in_schema`).

    Raises Regency.DoesNotExist on the public schema.
    """
    current = connection.tenant
    if isinstance(current, Regency):
        return current
    with in_public():
        return Regency.objects.get(schema_name=current.schema_name)
