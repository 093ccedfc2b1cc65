"""Looking into another schema for a moment, and back.

`tenant_context` and `schema_context` of django-tenants leave with `include_public=True`: what was a regency's schema
alone when they began reads public too when they end. These two restore what they found.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def in_public() -> Iterator[None]:
    """The public schema is current: which regencies exist, what is switched on, what can be cloned."""
    before, with_public = connection.tenant, connection.include_public_schema
    connection.set_schema_to_public()
    try:
        yield
    finally:
        connection.set_tenant(before, include_public=with_public)


@contextmanager
def in_regency(regency: Any) -> Iterator[None]:
    """A regency's schema is current, alone, as in a request of its own."""
    before, with_public = connection.tenant, connection.include_public_schema
    connection.set_tenant(regency, include_public=False)
    try:
        yield
    finally:
        connection.set_tenant(before, include_public=with_public)
