"""Work inside one schema, and afterwards be exactly where one was."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

from django.db import connection as _connection
from django.db import transaction
from django_tenants.utils import get_public_schema_name

connection = cast(Any, _connection)
"""Django's connection, with what django-tenants adds to it and the type checker does not see."""


class WrongSchema(RuntimeError):
    """Work for one schema was done on another: it must never be answered with. A 500, and an event in Sentry."""

    tells_no_person = True

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"work for {expected} was done on {found}")


def assert_schema(expected: str) -> None:
    """Tripwire after a request and around a task. Raises WrongSchema."""
    if connection.schema_name != expected:
        raise WrongSchema(expected, connection.schema_name)


@contextmanager
def in_schema(name: str) -> Iterator[None]:
    """Make `name` the current schema, without public behind it.

    django-tenants' own `schema_context` leaves public in the search path, inside and afterwards.
    """
    with _back_afterwards():
        connection.set_schema(name, include_public=False)
        yield


@contextmanager
def in_regency(regency: Any) -> Iterator[None]:
    """Make the schema of a regency the current one, and itself `connection.tenant`, as in a request of its own."""
    with _back_afterwards():
        connection.set_tenant(regency, include_public=False)
        yield


@contextmanager
def _back_afterwards() -> Iterator[None]:
    tenant, include_public = connection.tenant, connection.include_public_schema
    try:
        yield
    finally:
        connection.set_tenant(tenant, include_public=include_public)


def in_public() -> AbstractContextManager[None]:
    """Make the public schema the current one."""
    return in_schema(get_public_schema_name())


def after_commit(work: Callable[[], Any], *, robust: bool = False) -> None:
    """Do `work` once the transaction commits, in the schema that is current now; `robust`, a failure is logged only.

    The transaction may have begun in another one (a step of provisioning begins in public): a plain `on_commit`
    would then enqueue the task for it.
    """
    tenant, include_public = connection.tenant, connection.include_public_schema

    def there() -> None:
        with _back_afterwards():
            connection.set_tenant(tenant, include_public=include_public)
            work()

    transaction.on_commit(there, robust=robust)
