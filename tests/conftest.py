"""Two regencies, Batang and Manggarai, made once per run; every test rolls back."""

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from modules.switches import switches
from tenants.models import Domain, Regency
from tenants.routing import hosts
from tenants.schemas.context import in_public
from tenants.schemas.release import migrate_template
from tenants.schemas.standby import make_schema

NewRegency = Callable[[str], Regency]
REGENCIES = {
    "batang": ("33.25", "Batang", "Jawa Tengah", "Asia/Jakarta"),
    "manggarai": ("53.10", "Manggarai", "Nusa Tenggara Timur", "Asia/Makassar"),
    # Made only by tests that commit.
    "kendal": ("33.24", "Kendal", "Jawa Tengah", "Asia/Jakarta"),
    "sikka": ("53.07", "Sikka", "Nusa Tenggara Timur", "Asia/Makassar"),
}


def pytest_configure() -> None:
    """Processes that run side by side share Redis, not what they keep in it."""
    for cache in settings.CACHES.values():
        cache["KEY_PREFIX"] = f"{cache.get('KEY_PREFIX', '')}{os.environ.get('PYTEST_XDIST_WORKER', '')}"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: pytest.FixtureLookupError
) -> Iterator[None]:
    with django_db_blocker.unblock():
        created = setup_databases(verbosity=0, interactive=False)
        migrate_template()
        make_regency("batang")
        # One by the migrations themselves: what the replay is compared with.
        make_regency("manggarai", make=lambda name: call_command("migrate_schemas", schema_name=name, verbosity=0))
    yield
    with django_db_blocker.unblock():
        teardown_databases(created, verbosity=0)


def make_regency(schema: str, make: Callable[[str], object] = make_schema) -> Regency:
    """A regency with a host and a schema, fresh from the template unless `make` says otherwise."""
    code, name, province, zone = REGENCIES[schema]
    regency = Regency(
        schema_name=schema,
        code=code,
        name=name,
        province=province,
        time_zone=zone,
        kind="kabupaten",
        state="active",
        live_at=timezone.now(),
    )
    regency.save()
    Domain.objects.create(tenant=regency, domain=f"{schema}.localhost", is_primary=True)
    if make is make_schema:
        with transaction.atomic():
            make(schema)
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA "{schema}"')
        make(schema)
    return regency


def drop_regency(regency: Regency) -> None:
    """What `make_regency` made is gone again."""
    connection.set_schema_to_public()
    with connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA "{regency.schema_name}" CASCADE')
    Regency.objects.filter(pk=regency.pk).delete()


def _find(schema: str) -> Regency:
    with in_public():
        return Regency.objects.get(schema_name=schema)


@pytest.fixture
def batang(db: None) -> Iterator[Regency]:
    """Batang, with its schema current and public out of reach, as in a request."""
    regency = _find("batang")
    connection.set_tenant(regency, include_public=False)
    yield regency
    connection.set_schema_to_public()


@pytest.fixture
def manggarai(db: None) -> Regency:
    """Manggarai; the current schema stays as it is."""
    return _find("manggarai")


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: pytest.FixtureLookupError) -> Iterator[NewRegency]:
    """Makes regencies whose rows are really committed (for threads, workers, browsers) and drops them afterwards."""
    made: list[Regency] = []

    def make(schema: str) -> Regency:
        made.append(make_regency(schema))
        return made[-1]

    with django_db_blocker.unblock():
        yield make
        for regency in made:
            drop_regency(regency)


def forget_cached() -> None:
    """Empty the cache of this process. Not `cache.clear()`: that empties Redis for the tests beside this one too."""
    caches["default"].key_prefix = f"{os.environ.get('PYTEST_XDIST_WORKER', '')}{uuid.uuid4().hex}"


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    """Each test starts with empty caches and ends on the public schema."""
    hosts.forget()
    switches.forget()
    forget_cached()
    yield
    connection.set_schema_to_public()
