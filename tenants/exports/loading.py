"""Rows of a package into the tables of a new schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tenants.exports.tables import Table
from tenants.people import keys
from tenants.people.keys import keyed_hash
from tenants.schemas.names import quoted

AT_A_TIME = 500
LONGEST_LINE = 64 * 1024 * 1024


def load_rows(cursor: Any, table: Table, blocks: Iterable[bytes], schema: str) -> int:
    """Insert JSON Lines into a table of the current search path, personal data sealed for `schema`; how many."""
    columns = ", ".join(quoted(column.name) for column in table.columns)
    values = ", ".join(column.inserted for column in table.columns)
    name = quoted(table.name)
    statement = (
        f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE"
        f" SELECT {values} FROM json_populate_recordset(NULL::{name}, %s::json)"
    )
    loaded = 0
    for batch in _batches(_lines(blocks)):
        rows = [_sealed(table, line, schema) for line in batch] if table.encrypted else batch
        cursor.execute(statement, [f"[{','.join(rows)}]"])
        loaded += len(batch)
    return loaded


def set_sequences(cursor: Any, schema: str) -> None:
    """Let every sequence go on after the highest number that its column holds."""
    cursor.execute(
        "SELECT t.relname, a.attname, s.relname FROM pg_class s"
        " JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')"
        " JOIN pg_class t ON t.oid = d.refobjid"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid"
        " JOIN pg_namespace n ON n.oid = s.relnamespace WHERE s.relkind = 'S' AND n.nspname = %s",
        [schema],
    )
    for table, column, sequence in cursor.fetchall():
        where = f"{quoted(schema)}.{quoted(table)}"
        cursor.execute(
            f"SELECT setval(%s::regclass, coalesce(max({quoted(column)}), 1), max({quoted(column)}) IS NOT NULL)"
            f" FROM {where}",
            [f"{quoted(schema)}.{quoted(sequence)}"],
        )


def _sealed(table: Table, line: str, schema: str) -> str:
    row = json.loads(line)
    for name, field in table.encrypted.items():
        if (text := row[name]) is not None:
            prefix = bytes.fromhex(keyed_hash(field.kind, text, schema=schema)) if field.kind else b""
            row[name] = "\\x" + (prefix + keys.encrypt(text)).hex()
    return json.dumps(row)


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise ValueError("a line of the package is too long")
        yield from (line.decode() for line in whole)
    if rest:
        yield rest.decode()


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) >= AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch
