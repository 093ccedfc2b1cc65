"""Drops schemas without running out of locks.

PostgreSQL takes a lock for every table, index and sequence that a transaction drops, from a table of fixed size that
all sessions share. So a schema is first renamed to `trash_…`, which is quick and all-or-nothing, and what has become
trash is dropped a few tables at a time. If the process dies in between, the next `empty_trash` goes on.
"""

from django.db import ProgrammingError, connection, transaction

from tenants.schemas.locks import advisory_lock
from tenants.schemas.names import TRASH_PREFIX, new_trash_name, quoted

TABLES_AT_A_TIME = 50
SCHEMA_MISSING = "3F000"


def to_trash(schema: str) -> str | None:
    """Rename `schema` out of everybody's way. Returns its name as trash, None if there is no such schema."""
    trash = new_trash_name()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"ALTER SCHEMA {quoted(schema)} RENAME TO {quoted(trash)}")
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) == SCHEMA_MISSING:
            return None
        raise
    return trash


def empty_trash() -> int:
    """Drop every schema that is trash and that no other process is dropping. Returns how many are gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s) ORDER BY 1", [TRASH_PREFIX])
        names = [name for (name,) in cursor.fetchall()]
    return sum(drop_in_parts(name) for name in names)


def drop_in_parts(schema: str) -> bool:
    """Drop `schema`, some tables in each transaction. False if another process is at it."""
    with advisory_lock(schema, wait=False) as held:
        if not held:
            return False
        while tables := _some_tables(schema):
            _execute(f"DROP TABLE IF EXISTS {', '.join(tables)} CASCADE")
        _execute(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
        return True


def _some_tables(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relkind IN ('r', 'p') ORDER BY c.relispartition DESC, c.oid LIMIT %s",
            [schema, TABLES_AT_A_TIME],
        )
        return [f"{quoted(schema)}.{quoted(name)}" for (name,) in cursor.fetchall()]


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
