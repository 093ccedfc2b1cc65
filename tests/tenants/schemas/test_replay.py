"""A replayed schema is the same schema: by description, by behaviour, and without a thread back to its source."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tenants.schemas.description import compare
from tenants.schemas.replay import SchemaTaken, replay
from tenants.schemas.script import SchemaScript
from tenants.schemas.template import SchemaMissing, read_template
from tests.tenants.schemas.conftest import make_nasty, schemas


def test_nothing_differs(cursor: Any, nasty: str, copy: str) -> None:
    assert compare(cursor, nasty, copy, data=True) == []


NEWER = {
    160000: "CREATE TABLE t (big text STORAGE EXTERNAL, UNIQUE NULLS NOT DISTINCT (big))",
    180000: "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL, CONSTRAINT mine NOT NULL a NO INHERIT);"
    "CREATE TABLE u (a int); INSERT INTO u VALUES (NULL); ALTER TABLE u ADD CONSTRAINT n NOT NULL a NOT VALID;"
    "CREATE TABLE v (a int CHECK (a > 0) NOT ENFORCED, during daterange, id int4range,"
    " PRIMARY KEY (id, during WITHOUT OVERLAPS))",
}


@pytest.mark.parametrize(("version", "statements"), NEWER.items())
def test_what_newer_servers_know_is_kept(cursor: Any, version: int, statements: str) -> None:
    if connection.pg_version < version:
        pytest.skip(f"the server is older than {version // 10000}")
    cursor.execute("CREATE SCHEMA newer_source; SET LOCAL search_path = newer_source")
    cursor.execute(statements)
    replay(cursor, read_template(cursor, "newer_source"), "newer_copy")
    assert compare(cursor, "newer_source", "newer_copy", data=True) == []


def test_a_copy_of_the_copy_is_made_by_the_same_script(cursor: Any, nasty: str, copy: str) -> None:
    assert read_template(cursor, copy) == read_template(cursor, nasty)


@pytest.mark.parametrize("name", ["order", "user", "a1"])
def test_any_allowed_name_will_do(cursor: Any, nasty: str, name: str) -> None:
    replay(cursor, read_template(cursor, nasty), name)
    assert compare(cursor, nasty, name, data=True) == []


def test_the_copy_lives_on_without_its_source(cursor: Any, nasty: str, copy: str) -> None:
    cursor.execute(f"DROP SCHEMA {nasty} CASCADE")
    cursor.execute('SELECT sum(total) FROM "View"')
    assert cursor.fetchone() == (3,)
    cursor.execute(
        """INSERT INTO "select" ("Mixed Case") VALUES ('Kabupaten Batang') RETURNING id, slug, ticket_number"""
    )
    assert cursor.fetchone()[:2] == (100, "kabupaten-batang")
    cursor.execute("CALL sweep(1)")
    cursor.execute("SELECT sql_body('sad'), tidy('a', 'b')")
    assert cursor.fetchone() == (2, "a;\nb")


def test_sequences_go_on_where_the_source_stood_and_apart_from_it(cursor: Any, nasty: str, copy: str) -> None:
    cursor.execute("SELECT nextval('chicken_id_seq'), nextval('untouched')")
    assert cursor.fetchone() == (3, 1)
    cursor.execute(f"SELECT last_value FROM {nasty}.chicken_id_seq")
    assert cursor.fetchone() == (2,)


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("""UPDATE "select" SET "Mixed Case" = 'x' WHERE id = 1""", "append only: UPDATE of select"),
        ("""INSERT INTO "select" (price) VALUES (-1)""", "select check"),
        ("""INSERT INTO "select" (price) VALUES (1.5)""", "whole"),
        ("""INSERT INTO "select" (identity_number) VALUES ('123')""", "nik_check"),
        ("""INSERT INTO "select" (room, tags) VALUES (1, '{}')""", "one_home"),
        ("""INSERT INTO "select" (room) VALUES (5000)""", "later"),
        ("""INSERT INTO "select" ("Mixed Case", room) VALUES ('y', 11), ('y', 12)""", "select_slug"),
        ("""INSERT INTO "select" (during) VALUES ('[2,3)')""", "no_overlap"),
        ("INSERT INTO chicken (egg_id) VALUES (99)", "chicken_egg"),
        ("INSERT INTO chicken (egg_id, code_id) VALUES (1, 99)", "chicken_code"),
        ("INSERT INTO aaa_child (select_id) VALUES (99)", "aaa_child_select_id_fkey"),
        ("INSERT INTO events (year) VALUES (1999)", "no partition of relation"),
        ("INSERT INTO events_2024 (id, year) OVERRIDING SYSTEM VALUE VALUES (-1, 2024)", "own"),
        ("INSERT INTO event_note VALUES (2024, 99)", "note_event"),
        ("INSERT INTO events (id, year) VALUES (1, 2024)", "cannot insert a non-DEFAULT value"),
    ],
)
def test_the_copy_refuses_what_the_source_refuses(cursor: Any, copy: str, statement: str, refusal: str) -> None:
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic():
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_deferred_constraints_wait_for_the_end(cursor: Any, copy: str) -> None:
    cursor.execute("SET CONSTRAINTS chicken_egg, egg_chicken DEFERRED")
    cursor.execute("INSERT INTO chicken (id, egg_id) VALUES (50, 50)")
    cursor.execute("INSERT INTO egg (id, chicken_id) OVERRIDING SYSTEM VALUE VALUES (50, 50)")
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("INSERT INTO chicken (egg_id) VALUES (51)")
        cursor.execute("SET CONSTRAINTS chicken_egg IMMEDIATE")


def test_rows_find_their_partition(cursor: Any, copy: str) -> None:
    cursor.execute("INSERT INTO events (year, kind) VALUES (2031, 'sad') RETURNING id, tableoid::regclass::text")
    assert cursor.fetchone() == (4, "events_rest_sad")


def test_the_callers_settings_are_as_they_were(cursor: Any, nasty: str) -> None:
    cursor.execute(
        "SET LOCAL search_path = public; SET LOCAL timezone = 'Asia/Jayapura'; SET LOCAL datestyle = 'German'"
    )
    replay(cursor, read_template(cursor, nasty), "other_copy")
    for setting, value in {
        "search_path": "public", "timezone": "Asia/Jayapura", "datestyle": "German, DMY", "check_function_bodies": "on"
    }.items():  # fmt: skip
        cursor.execute(f"SHOW {setting}")
        assert cursor.fetchone() == (value,)
    assert compare(cursor, nasty, "other_copy", data=True) == []


def test_a_failure_leaves_nothing_and_the_transaction_goes_on(cursor: Any) -> None:
    broken = SchemaScript("CREATE TABLE t ();\n", (), "SELECT 1 / 0;\n")
    with pytest.raises(DatabaseError, match="division by zero"):
        replay(cursor, broken, "half_made")
    assert "half_made" not in schemas()
    cursor.execute("SELECT 1")
    assert cursor.fetchone() == (1,)


def test_a_taken_name_is_a_named_error(cursor: Any) -> None:
    replay(cursor, SchemaScript("", (), ""), "taken")
    with pytest.raises(SchemaTaken, match="'taken' exists already"):
        replay(cursor, SchemaScript("", (), ""), "taken")


def test_a_missing_template_is_a_named_error(cursor: Any) -> None:
    with pytest.raises(SchemaMissing):
        read_template(cursor, "nowhere")


@pytest.fixture
def plain(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection of its own, without Django and without a transaction."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as plain:
        yield plain
        for name in ("plain_source", "plain_copy"):
            plain.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def test_it_works_without_django(plain: psycopg.Connection) -> None:
    cursor = plain.cursor()
    with plain.transaction():
        make_nasty(cursor, "plain_source")
    script = read_template(cursor, "plain_source")
    replay(cursor, script, "plain_copy")
    assert compare(cursor, "plain_source", "plain_copy", data=True) == []
    with pytest.raises(SchemaTaken):
        replay(cursor, script, "plain_copy")
    assert plain.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_the_callers_transaction_decides(plain: psycopg.Connection) -> None:
    plain.autocommit = False
    replay(plain.cursor(), SchemaScript("CREATE TABLE t ();\n", (), ""), "plain_copy")  # its first statement
    plain.rollback()
    with pytest.raises(SchemaMissing):
        read_template(plain.cursor(), "plain_copy")
    plain.rollback()
    plain.autocommit = True


def test_djangos_transaction_decides(committed: None) -> None:
    connection.cursor().close()  # the search path is set: replaying is the transaction's first statement
    with pytest.raises(ZeroDivisionError), transaction.atomic(), connection.cursor() as cursor:
        replay(cursor, SchemaScript("CREATE TABLE t ();\n", (), ""), "undone")
        raise ZeroDivisionError
    assert "undone" not in schemas()
