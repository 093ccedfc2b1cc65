from collections.abc import Iterator

import pytest
from django.db import connection

from tenants.models import Regency


@pytest.fixture
def public(db: None) -> Iterator[None]:
    """The public schema is current, as for the console."""
    connection.set_schema_to_public()
    yield


@pytest.fixture
def here(public: None) -> Regency:
    """Manggarai, seen from the central team."""
    return Regency.objects.get(schema_name="manggarai")
