"""The real apps: what a regency gets by replay is what the migrations make."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.audit.actions import record
from tenants.audit.models import AuditEntry
from tenants.models import Regency, TemplateScript
from tenants.schemas import release
from tenants.schemas.context import in_schema
from tenants.schemas.description import compare
from tenants.schemas.limits import SchemaNotReplayable
from tenants.schemas.names import TEMPLATE_SCHEMA
from tenants.schemas.release import (
    TemplateBehind,
    TemplateNotReproduced,
    current_release,
    current_script,
    migrate_template,
    publish,
)
from tenants.schemas.replay import replay as make
from tenants.schemas.script import SchemaScript
from tenants.schemas.template import read_template
from tests.tenants.schemas.conftest import in_threads, waiting


@pytest.fixture
def published(cursor: Any) -> str:
    """The current release, made of the template."""
    return publish()


def test_a_replayed_schema_is_the_template(cursor: Any, published: str) -> None:
    make(cursor, current_script(), "replayed")
    assert compare(cursor, TEMPLATE_SCHEMA, "replayed", data=True) == []


def test_a_replayed_schema_is_what_the_migrations_make(cursor: Any, published: str, manggarai: Regency) -> None:
    """Manggarai's schema was made by `migrate_schemas` itself; names of indexes and constraints included."""
    make(cursor, current_script(), "replayed")
    assert compare(cursor, manggarai.schema_name, "replayed") == []
    cursor.execute("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                   " WHERE c.relnamespace = 'replayed'::regnamespace")  # fmt: skip
    assert cursor.fetchone()[0] > 50


def test_no_migration_is_left_to_run(cursor: Any, published: str, manggarai: Regency) -> None:
    make(cursor, current_script(), "replayed")
    names = []
    for schema in (manggarai.schema_name, "replayed"):
        cursor.execute(f"SELECT app, name FROM {schema}.django_migrations ORDER BY 1, 2")
        names.append(cursor.fetchall())
    assert names[0] == names[1] != []


def test_the_replayed_schema_works(cursor: Any, published: str) -> None:
    make(cursor, current_script(), "replayed")
    with in_schema("replayed"):
        record("test.happened", subject=ContentType.objects.get_for_model(AuditEntry), by=None)
        assert AuditEntry.objects.get().hash
        assert ContentType.objects.create(app_label="x", model="y").pk > 1
    with in_schema(TEMPLATE_SCHEMA):
        assert not AuditEntry.objects.exists()


def test_a_template_is_made_where_there_is_none(cursor: Any, published: str) -> None:
    cursor.execute(f"DROP SCHEMA {TEMPLATE_SCHEMA} CASCADE")
    migrate_template()
    make(cursor, current_script(), "replayed")
    assert compare(cursor, TEMPLATE_SCHEMA, "replayed", data=True) == []


def test_the_same_template_is_the_same_release(published: str) -> None:
    assert current_release() == published == migrate_template() == current_script().fingerprint
    assert TemplateScript.objects.count() == 1


def test_what_the_seed_writes_reaches_every_regency(cursor: Any, published: str) -> None:
    def seed() -> None:
        ContentType.objects.get_or_create(app_label="seeded", model="row")

    seeded = migrate_template(seed)
    assert seeded != published
    assert seeded == migrate_template(seed) == current_release()
    make(cursor, current_script(), "replayed")
    with in_schema("replayed"):
        assert ContentType.objects.filter(app_label="seeded").count() == 1


def test_any_change_of_the_template_is_a_new_release(cursor: Any, published: str) -> None:
    cursor.execute(f"CREATE TABLE {TEMPLATE_SCHEMA}.extra (id int)")
    assert publish() == current_release() != published
    assert "CREATE TABLE extra" in current_script().ddl_before_data


def test_a_template_that_cannot_be_copied_keeps_the_release(cursor: Any, published: str) -> None:
    cursor.execute(f"CREATE VIEW {TEMPLATE_SCHEMA}.leak AS SELECT name FROM public.tenants_regency")
    with pytest.raises(SchemaNotReplayable, match="tenants_regency"):
        publish()
    assert current_release() == published


def test_a_script_that_makes_something_else_is_not_published(
    cursor: Any, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(cursor: Any, schema: str) -> SchemaScript:
        script = read_template(cursor, schema)
        return replace(script, ddl_after_data=script.ddl_after_data.replace("CREATE TRIGGER audit_chain", "-- "))

    monkeypatch.setattr(release, "read_template", forgetful)
    with pytest.raises(TemplateNotReproduced, match=r"trigger audit_auditentry\.audit_chain: only in"):
        publish()
    assert current_release() == published
    assert waiting() == set()


def test_two_processes_bring_the_template_up_to_date_one_after_the_other(committed: None) -> None:
    first, second = in_threads(lambda _: migrate_template(), 2)
    assert first == second == current_release()


def test_without_a_template_nothing_is_made(db: None) -> None:
    TemplateScript.objects.all().delete()
    with pytest.raises(TemplateBehind, match="no template yet"):
        current_release()


def test_code_newer_than_the_template_makes_nothing(published: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = release._migrations_of_regencies() | {("audit", "9999_new")}
    monkeypatch.setattr(release, "_migrations_of_regencies", lambda: ahead)
    with pytest.raises(TemplateBehind, match=r"audit\.9999_new") as refused:
        current_script()
    assert refused.value.missing == [("audit", "9999_new")]


def test_code_older_than_the_template_follows_it(published: str, monkeypatch: pytest.MonkeyPatch) -> None:
    behind = frozenset(list(release._migrations_of_regencies())[1:])
    monkeypatch.setattr(release, "_migrations_of_regencies", lambda: behind)
    assert current_release() == published


def test_the_script_is_loaded_once_per_release(published: str) -> None:
    first = current_script()
    with CaptureQueriesContext(connection) as asked:
        assert current_script() is first
    assert not [query for query in asked if '"script"' in query["sql"]]


def test_the_regency_at_work_stays_current(batang: Regency) -> None:
    migrate_template()
    current_script()
    assert (connection.schema_name, connection.include_public_schema) == ("batang", False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schemas(false)::text[]")
        assert "public" not in cursor.fetchone()[0]
