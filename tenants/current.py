"""The regency that is being worked for."""

from django_tenants.utils import get_public_schema_name

from tenants.models import Regency
from tenants.schemas.context import connection, in_public


def is_trial() -> bool:
    """Whether the current schema belongs to a regency that has not gone live, asked from the database itself.

    A request remembers its regency for a second; a mail, a case or a letter of that second must not be taken for
    rehearsal when it is not. False on the public schema.
    """
    schema = connection.schema_name
    if schema == get_public_schema_name():
        return False
    with in_public():
        return Regency.objects.filter(schema_name=schema, live_at=None).exists()


def current_regency() -> Regency:
    """The regency whose schema is current; one query where only the schema was entered (`in_schema`).

    Raises Regency.DoesNotExist on the public schema.
    """
    current = connection.tenant
    if isinstance(current, Regency):
        return current
    with in_public():
        return Regency.objects.get(schema_name=current.schema_name)
