"""A cursor in a transaction that is rolled back, the nasty schema, and a small release for the pool."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from tenants.models import StandbySchema, TemplateScript
from tenants.schemas import release
from tenants.schemas.names import STANDBY_PREFIX, TRASH_PREFIX
from tenants.schemas.replay import replay
from tenants.schemas.script import SchemaScript, SeedTable
from tenants.schemas.template import read_template
from tests.tenants.schemas.nasty import DDL, ROWS

SMALL = SchemaScript(
    "CREATE TABLE thing (id integer PRIMARY KEY, name text);\n", (SeedTable("thing", ("id", "name"), b"1\tsatu\n"),), ""
)


@pytest.fixture
def cursor(db: None) -> Iterator[Any]:
    with connection.cursor() as cursor:
        yield cursor


@pytest.fixture(scope="session")
def _nasty_pair(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, str]]:
    """A schema with one of everything and its replay, committed once; the tests' own changes are rolled back."""
    source, copy = "nasty_source", "nasty_copy"
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        make_nasty(cursor, source)
        replay(cursor, read_template(cursor, source), copy)
    yield source, copy
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {source} CASCADE; DROP SCHEMA {copy} CASCADE")


@pytest.fixture
def nasty(_nasty_pair: tuple[str, str], cursor: Any) -> str:
    """The name of a schema with one of everything."""
    return _nasty_pair[0]


@pytest.fixture
def drifting(_nasty_pair: tuple[str, str], cursor: Any) -> str:
    """The name of its replay, current in the search path; for changes that leave sequences alone."""
    cursor.execute(f"SET LOCAL search_path = {_nasty_pair[1]}")
    return _nasty_pair[1]


@pytest.fixture
def copy(nasty: str, cursor: Any) -> str:
    """The name of a replay of its own, current in the search path."""
    replay(cursor, read_template(cursor, nasty), "own_copy")
    cursor.execute("SET LOCAL search_path = own_copy")
    return "own_copy"


def make_nasty(cursor: Any, name: str) -> str:
    cursor.execute(f"CREATE SCHEMA {name}; SET LOCAL search_path = {name}, extensions")
    cursor.execute(DDL)
    cursor.execute(ROWS)
    cursor.execute(f"GRANT USAGE ON SCHEMA {name} TO PUBLIC; COMMENT ON SCHEMA {name} IS '100 % of \\ it''s {{}}'")
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL search_path = public")
    return name


def publish_script(script: SchemaScript) -> str:
    """Make `script` the current release, as if the template consisted of it."""
    TemplateScript.objects.all().delete()
    TemplateScript.objects.create(
        release=script.fingerprint,
        script=script.dump(),
        migrations=sorted(release._migrations_of_regencies()),
        created_at=timezone.now(),
    )
    return script.fingerprint


@pytest.fixture
def small_release(db: None) -> str:
    return publish_script(SMALL)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Work that commits, for tests with several connections; what they leave behind is removed."""
    with django_db_blocker.unblock():
        real = TemplateScript.objects.get()
        publish_script(SMALL)
        before = schemas()
        yield
        connection.set_schema_to_public()
        with connection.cursor() as cursor:
            for name in schemas() - before:
                cursor.execute(f'DROP SCHEMA "{name}" CASCADE')
        StandbySchema.objects.all().delete()
        TemplateScript.objects.all().delete()
        real.save(force_insert=True)  # what other tests make their regencies of
        connection.close()


def schemas(prefixes: tuple[str, ...] = ("",)) -> set[str]:
    """Schemas of the database whose names start with one of `prefixes`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE NOT starts_with(nspname, 'pg_')")
        return {name for (name,) in cursor.fetchall() if name.startswith(prefixes)}


def waiting() -> set[str]:
    """Standby schemas that exist, and trash."""
    return schemas((STANDBY_PREFIX, TRASH_PREFIX))


def in_threads(work: Callable[[int], object], number: int) -> list[object]:
    """Run `work(0)`, `work(1)`, … at the same time, each on a connection of its own; exceptions are results."""
    start = threading.Barrier(number)

    def run(position: int) -> object:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return work(position)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))
