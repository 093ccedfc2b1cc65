"""Makes a schema from a script, in one transaction and few round trips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import Error as DjangoDatabaseError

from tenants.schemas.atomic import atomic
from tenants.schemas.names import EXTENSIONS_SCHEMA, quoted, search_path
from tenants.schemas.script import SchemaScript
from tenants.schemas.template import DATA_SETTINGS, change_settings

TAKEN = {"42P06", "23505"}
"""duplicate_schema, and the unique violation that two simultaneous creations of one name end in."""


class SchemaTaken(Exception):
    """A schema of this name exists already."""


Rows = Iterable[tuple[str, Iterable[bytes]]]
"""A table with its columns, as COPY wants them, and its rows in COPY's text format, in blocks of any size."""


def replay(
    cursor: Any,
    script: SchemaScript,
    schema: str,
    extra: tuple[str, ...] = (EXTENSIONS_SCHEMA,),
    *,
    fill: Callable[[Any], None] | None = None,
) -> None:
    """Create `schema` with everything in `script`; nothing of it exists if an error is raised.

    `fill` puts the rows in, instead of the script's own; triggers and foreign keys come after it. Works on a psycopg
    cursor and on Django's, inside a transaction (as a savepoint) or outside one. The caller has validated the name.
    The search path is afterwards what it was. Raises SchemaTaken.
    """
    with atomic(cursor):
        create_schema(cursor, schema)
        wanted = {**DATA_SETTINGS, "check_function_bodies": "off", "search_path": search_path(schema, extra)}
        before = change_settings(cursor, wanted)
        cursor.execute(script.ddl_before_data or "SELECT")
        if fill is None:
            copy_rows(cursor, ((seed.target, (seed.rows,)) for seed in script.seeds))
        else:
            fill(cursor)
        cursor.execute(script.ddl_after_data or "SELECT")
        change_settings(cursor, before)


def copy_rows(cursor: Any, rows: Rows) -> None:
    """Write rows into tables of the current search path; only one block is in memory at a time."""
    for target, blocks in rows:
        with cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)


def create_schema(cursor: Any, schema: str) -> None:
    """Create an empty schema. Raises SchemaTaken."""
    with taken_as_named_error(schema):
        cursor.execute(f"CREATE SCHEMA {quoted(schema)}")


@contextmanager
def taken_as_named_error(schema: str) -> Iterator[None]:
    """Turn the server's "exists already" into SchemaTaken, whether psycopg or Django raises it."""
    try:
        yield
    except (psycopg.Error, DjangoDatabaseError) as error:
        cause = error.__cause__ if isinstance(error, DjangoDatabaseError) else error
        if getattr(cause, "sqlstate", None) in TAKEN:
            raise SchemaTaken(f"schema {schema!r} exists already") from error
        raise
