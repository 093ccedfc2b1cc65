"""Turns a schema into a script that makes the same schema under another name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tenants.schemas import catalogue
from tenants.schemas.atomic import atomic
from tenants.schemas.catalogue import Row, rows
from tenants.schemas.limits import SchemaNotReplayable, refuse_unknown
from tenants.schemas.names import EXTENSIONS_SCHEMA, search_path
from tenants.schemas.order import creation_order
from tenants.schemas.script import SchemaScript, SeedTable
from tenants.schemas.statements import Statements

DATA_SETTINGS = {
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "timezone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "3",
}
"""How rows are written as text and read back, whatever the server's defaults are."""


class SchemaMissing(LookupError):
    """There is no schema of this name."""


def read_template(cursor: Any, schema: str, extra: tuple[str, ...] = (EXTENSIONS_SCHEMA,)) -> SchemaScript:
    """Read `schema` from the catalogues and return the script that makes it again.

    Every row of its tables and every sequence's value is part of the script. `extra` are the schemas of the search
    path after it. Raises SchemaMissing, and SchemaNotReplayable for anything that the script could not carry.
    """
    with reading(cursor, schema, extra):
        oid = _schema_oid(cursor, schema)
        refuse_unknown(cursor, schema, oid, extra)
        statements = _statements(cursor, oid)
        seeds = tuple(_seeds(cursor, statements))
        ordered = _ordered(cursor, oid, statements)
        before, after = statements.script(ordered, {seed.table for seed in seeds}, _moved_sequences(cursor, statements))
    script = SchemaScript(before, seeds, after)
    _refuse_own_name(script, schema)
    return script


def read_structure(cursor: Any, schema: str, extra: tuple[str, ...] = (EXTENSIONS_SCHEMA,)) -> SchemaScript:
    """Like `read_template`, but every table stands there without its rows, ready for `replay(..., rows=)`."""
    with reading(cursor, schema, extra):
        oid = _schema_oid(cursor, schema)
        refuse_unknown(cursor, schema, oid, extra)
        statements = _statements(cursor, oid)
        seeds = tuple(_empty(table, statements) for table in statements.relations if table.kind == "r")
        ordered = _ordered(cursor, oid, statements)
        before, after = statements.script(ordered, {seed.table for seed in seeds}, _moved_sequences(cursor, statements))
    script = SchemaScript(before, seeds, after)
    _refuse_own_name(script, schema)
    return script


@contextmanager
def reading(cursor: Any, schema: str, extra: tuple[str, ...]) -> Iterator[None]:
    """Read everything in one transaction whose search path and formats end with it."""
    with atomic(cursor):
        wanted = {**DATA_SETTINGS, "search_path": search_path(schema, extra)}
        before = change_settings(cursor, wanted)
        yield
        change_settings(cursor, before)


def change_settings(cursor: Any, wanted: dict[str, str]) -> dict[str, str]:
    """Set parameters until the end of the transaction and return what they were."""
    names = list(wanted)
    cursor.execute("SELECT " + ", ".join(["current_setting(%s)"] * len(names)), names)
    before = dict(zip(names, cursor.fetchone(), strict=True))
    pairs = [value for pair in wanted.items() for value in pair]
    cursor.execute("SELECT " + ", ".join(["set_config(%s, %s, true)"] * len(names)), pairs)
    return before


def _schema_oid(cursor: Any, schema: str) -> int:
    cursor.execute("SELECT oid::bigint FROM pg_namespace WHERE nspname = %s", [schema])
    found = cursor.fetchone()
    if found is None:
        raise SchemaMissing(f"no schema {schema!r}")
    return found[0]


def _statements(cursor: Any, oid: int) -> Statements:
    def read(query: str) -> list[Row]:
        return rows(cursor, query, {"schema": oid})

    return Statements(
        relations=read(catalogue.RELATIONS),
        columns=read(catalogue.COLUMNS),
        sequences=read(catalogue.SEQUENCES),
        constraints=read(catalogue.CONSTRAINTS),
        indexes=read(catalogue.INDEXES),
        triggers=read(catalogue.TRIGGERS),
        functions=read(catalogue.FUNCTIONS),
        types=read(catalogue.TYPES),
        collations=read(catalogue.COLLATIONS),
        statistics=read(catalogue.STATISTICS),
        policies=read(catalogue.POLICIES),
        comments=read(catalogue.COMMENTS),
        grants=read(catalogue.GRANTS),
        schema_comment=read(catalogue.SCHEMA_COMMENT)[0].text,
    )


def _seeds(cursor: Any, statements: Statements) -> Iterator[SeedTable]:
    tables = [relation for relation in statements.relations if relation.kind == "r"]
    if not tables:
        return
    questions = [f"SELECT {number} WHERE EXISTS (SELECT FROM ONLY {table.name})" for number, table in enumerate(tables)]
    cursor.execute(" UNION ALL ".join(questions))
    for (number,) in sorted(cursor.fetchall()):
        empty = _empty(tables[number], statements)
        with cursor.copy(f"COPY {empty.target} TO STDOUT") as copy:
            yield replace(empty, rows=b"".join(bytes(block) for block in copy))


def _empty(table: Row, statements: Statements) -> SeedTable:
    return SeedTable(table.name, tuple(c.name for c in statements.columns_of[table.oid] if not c.generated), b"")


def _ordered(cursor: Any, oid: int, statements: Statements) -> list[tuple[str, int]]:
    needs = [((row.kind, row.oid), (row.needed_kind, row.needed)) for row in rows(cursor, NEEDS, {"schema": oid})]
    prefers = [(("class", k.relation), ("class", k.referenced)) for k in statements.constraints if k.type == "f"]
    prefers += [(("class", r.oid), ("class", r.parent)) for r in statements.relations if r.parent]
    return creation_order(statements.nodes(), needs, prefers)


def _moved_sequences(cursor: Any, statements: Statements) -> dict[str, tuple[int, bool]]:
    """Sequences that no longer stand at their start: name -> (last value, was it handed out)."""
    sequences = statements.sequences
    if not sequences:
        return {}
    parts = [f"SELECT {number}, last_value, is_called FROM {s.name}" for number, s in enumerate(sequences)]
    cursor.execute(" UNION ALL ".join(parts))
    values: dict[str, tuple[int, bool]] = {}
    for number, last_value, is_called in sorted(cursor.fetchall()):
        if is_called or last_value != sequences[number].start:
            values[sequences[number].name] = (last_value, is_called)
    return values


def _refuse_own_name(script: SchemaScript, schema: str) -> None:
    """A function body or a setting that names its own schema would reach back into the template after a replay."""
    pattern = re.compile(rf"\b{re.escape(schema)}\b")
    statements = (script.ddl_before_data + script.ddl_after_data).split(";\n")
    places = [statement.strip()[:120] for statement in statements if pattern.search(statement)]
    if places:
        raise SchemaNotReplayable(schema, [f"names its own schema: {place}" for place in places])


NEEDS = """
WITH objects AS (
SELECT 'pg_class'::regclass::oid AS classid, oid AS objid, 'class' AS kind, oid AS node
  FROM pg_class WHERE relnamespace = %(schema)s AND relkind IN ('r', 'p', 'v', 'm', 'S', 'c')
UNION ALL SELECT 'pg_class'::regclass, k.conindid, 'class', k.conrelid
  FROM pg_constraint k WHERE k.connamespace = %(schema)s AND k.contype IN ('p', 'u', 'x')
UNION ALL SELECT 'pg_type'::regclass, t.oid, CASE WHEN b.typrelid <> 0 THEN 'class' ELSE 'type' END,
       CASE WHEN b.typrelid <> 0 THEN b.typrelid ELSE b.oid END
  FROM pg_type t JOIN pg_type b ON b.oid = t.oid OR b.typarray = t.oid
 WHERE t.typnamespace = %(schema)s AND NOT EXISTS (SELECT FROM pg_type e WHERE b.oid = t.oid AND e.typarray = t.oid)
UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, 'class', d.adrelid
  FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.relnamespace = %(schema)s
UNION ALL SELECT 'pg_constraint'::regclass, k.oid, CASE WHEN k.conrelid <> 0 THEN 'class' ELSE 'type' END,
       CASE WHEN k.conrelid <> 0 THEN k.conrelid ELSE k.contypid END
  FROM pg_constraint k WHERE k.connamespace = %(schema)s AND k.contype NOT IN ('f', 't')
UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, 'class', r.ev_class
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = %(schema)s
UNION ALL SELECT 'pg_proc'::regclass, oid, 'proc', oid FROM pg_proc WHERE pronamespace = %(schema)s
UNION ALL SELECT 'pg_collation'::regclass, oid, 'collation', oid FROM pg_collation WHERE collnamespace = %(schema)s)
SELECT DISTINCT o.kind, o.node::bigint AS oid, n.kind AS needed_kind, n.node::bigint AS needed
  FROM pg_depend d
  JOIN objects o ON o.classid = d.classid AND o.objid = d.objid
  JOIN objects n ON n.classid = d.refclassid AND n.objid = d.refobjid
 WHERE d.deptype = 'n' AND (o.kind, o.node) <> (n.kind, n.node)
"""
