"""Pieces of statements, each written from one row of the catalogues."""

from __future__ import annotations

import re

from tenants.schemas.catalogue import Row
from tenants.schemas.names import literal

_WORD = r"'(?:[^']|'')*'::character varying"
_LIST = rf"ARRAY\[{_WORD}(?:, {_WORD})*\]"
_WIDENED = re.compile(rf"(= ANY|<> ALL) \((?:\(({_LIST})\)|({_LIST}))::text\[\]\)")


STORED = "rpm"
"""Kinds of relations with columns that are stored: tables, partitioned tables, materialized views."""


def reparsable(expression: str) -> str:
    """The text of an expression so that reading it gives the same expression again.

    `state IN ('a', 'b')` on a varchar column is printed as a comparison with `ARRAY['a'::varchar, …]::text[]`, which
    would be read back as an array of texts. Without the cast PostgreSQL adds the one it had.
    """
    return _WIDENED.sub(lambda found: f"{found[1]} ({found[2] or found[3]})", expression)


def on_schema(template: str) -> str:
    """A statement about the schema itself, whose name the script does not know."""
    return f"DO {literal(f'BEGIN EXECUTE format({literal(template)}, current_schema()); END')}"


def function_statement(function: Row) -> str:
    kinds = ("CREATE OR REPLACE FUNCTION ", "CREATE OR REPLACE PROCEDURE ")
    for start in kinds:
        if function.definition.startswith(start + function.qualified_name + "("):
            return unqualified(function, start).rstrip()
    raise AssertionError(f"unexpected text of function {function.name}")


def unqualified(row: Row, start: str) -> str:
    """PostgreSQL prints the schema of functions and statistics even when it is first in the search path."""
    head = start + row.qualified_name
    if not row.definition.startswith(head):
        raise AssertionError(f"unexpected definition of {row.name}")
    return start + row.name + row.definition[len(head) :]


def collation_statement(row: Row) -> str:
    options = ["provider = " + {"i": "icu", "c": "libc", "b": "builtin", "d": "default"}[row.provider]]
    if row.locale is not None:
        options.append(f"locale = {literal(row.locale)}")
    if row.lc_collate is not None:
        options += [f"lc_collate = {literal(row.lc_collate)}", f"lc_ctype = {literal(row.lc_ctype)}"]
    if not row.deterministic:
        options.append("deterministic = false")
    if row.rules is not None:
        options.append(f"rules = {literal(row.rules)}")
    return f"CREATE COLLATION {row.name} ({', '.join(options)})"


def sequence_options(sequence: Row) -> str:
    cycle = " CYCLE" if sequence.cycle else ""
    return (
        f"START {sequence.start} INCREMENT {sequence.increment} MINVALUE {sequence.minimum} "
        f"MAXVALUE {sequence.maximum} CACHE {sequence.cache}{cycle}"
    )


def collate(row: Row) -> str:
    return f"COLLATE {row.collation}" if row.collation else ""


def words(*words: str) -> str:
    return " ".join(word for word in words if word)


def column_settings(column: Row, kind: str) -> list[str]:
    """Clauses of ALTER TABLE for what a column definition does not say. `kind` is the relation's."""
    at = f"ALTER COLUMN {column.name}"
    if kind == "v" and column.expression is not None:
        return [f"{at} SET DEFAULT {column.expression}"]
    if kind not in STORED:
        return []
    found = []
    if column.storage:
        found.append(f"{at} SET STORAGE {column.storage}")
    if column.compression and kind == "m":
        found.append(f"{at} SET COMPRESSION {column.compression}")
    if column.statistics_target is not None:
        found.append(f"{at} SET STATISTICS {column.statistics_target}")
    if column.options:
        found.append(f"{at} SET ({', '.join(column.options)})")
    return found
