from collections.abc import Iterator

import pytest
from django.db import connection

from tenants.schemas.release import migrate_template


@pytest.fixture
def template(django_db_setup: None, django_db_blocker: pytest.FixtureLookupError) -> None:
    """The template schema of this release, committed."""
    with django_db_blocker.unblock():
        migrate_template()


@pytest.fixture
def public(template: None, db: None) -> Iterator[None]:
    """The public schema is current and regencies can be made."""
    connection.set_schema_to_public()
    yield


def settle() -> None:
    """What a commit would do: a test's one transaction has checks of foreign keys waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
