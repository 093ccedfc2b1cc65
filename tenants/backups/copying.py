"""A schema's rows in streams, as they were at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.files.storage import Storage, default_storage
from django.db import connection

from tenants.schemas.script import SeedTable


@contextmanager
def snapshot() -> Iterator[Any]:
    """A cursor that sees the whole database as it is now, however long it reads, and can change nothing.

    On a connection of its own: what is written meanwhile, progress for one, is another transaction.
    """
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    own = psycopg.connect(**parameters)
    try:
        own.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        own.read_only = True
        with own.cursor() as cursor:
            yield cursor
    finally:
        own.close()


def rows_of(cursor: Any, table: SeedTable) -> Iterator[bytes]:
    """A table's rows in COPY's text format; the cursor reads in the schema (`schemas.template.reading`)."""
    with cursor.copy(f"COPY {table.target} TO STDOUT") as copy:
        for block in copy:
            yield bytes(block)


def member(table: str) -> str:
    """The name of a table's rows in an archive."""
    return f"rows/{table.strip(chr(34))}.copy"


def files_of(storage: Storage = default_storage, folder: str = "") -> Iterator[str]:
    """Names of all files that the current regency has stored, folder by folder."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield f"{folder}/{name}" if folder else name
    for inner in sorted(folders):
        yield from files_of(storage, f"{folder}/{inner}" if folder else inner)
