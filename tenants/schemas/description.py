"""Describes a schema so that two of them can be compared: the parity test and the detector of drift.

Deliberately another way than `read_template`: nothing is read under a search path of the schema, names are printed in
full and the schema's own is cut out, and columns come from information_schema. A mistake there does not hide here.
"""

from __future__ import annotations

import re
from typing import Any

from tenants.schemas.atomic import atomic
from tenants.schemas.names import quoted

Description = dict[str, dict[str, dict[str, Any]]]
"""kind of object -> its name -> its properties."""


def describe(cursor: Any, schema: str, *, data: bool = False) -> Description:
    """Everything that makes up `schema`, without its own name; with `data` also rows (as a digest) and sequence values.

    Leave `data` out to compare living regencies: their rows and sequences differ by nature.
    """
    with atomic(cursor):
        cursor.execute("SELECT current_setting('search_path'), quote_ident(%s)", [schema])
        search_path, own = cursor.fetchone()
        cursor.execute("SET LOCAL search_path = ''")
        described = {kind: _named(cursor, query, schema, own) for kind, query in QUERIES.items()}
        if data:
            described["rows"] = _rows(cursor, schema)
            described["sequence value"] = _sequence_values(cursor, schema)
        cursor.execute("SELECT set_config('search_path', %s, true)", [search_path])
    return described


def compare(cursor: Any, a: str, b: str, *, data: bool = False) -> list[str]:
    """How schema `b` differs from schema `a`, one sentence for each difference; empty when they are alike."""
    return differences(describe(cursor, a, data=data), describe(cursor, b, data=data), a, b)


def differences(first: Description, second: Description, a: str, b: str) -> list[str]:
    """The differences between two descriptions of schemas named `a` and `b`."""
    found = []
    for kind in sorted(first.keys() | second.keys()):
        ours, theirs = first.get(kind, {}), second.get(kind, {})
        found += [f"{kind} {name}: only in {a}" for name in sorted(ours.keys() - theirs.keys())]
        found += [f"{kind} {name}: only in {b}" for name in sorted(theirs.keys() - ours.keys())]
        for name in sorted(ours.keys() & theirs.keys()):
            found += [
                f"{kind} {name}: {key} is {ours[name].get(key)!r} in {a}, {theirs[name].get(key)!r} in {b}"
                for key in sorted(ours[name].keys() | theirs[name].keys())
                if ours[name].get(key) != theirs[name].get(key)
            ]
    return found


def _named(cursor: Any, query: str, schema: str, own: str) -> dict[str, dict[str, Any]]:
    cursor.execute(query, {"schema": schema})
    columns = [column[0] for column in cursor.description]
    return {
        _without(row[0], own): {key: _without(value, own) for key, value in zip(columns[1:], row[1:], strict=True)}
        for row in cursor.fetchall()
    }


def _without(value: Any, own: str) -> Any:
    """Cut the schema's name (as the server quotes it) where it qualifies another name."""
    if isinstance(value, list):
        return [_without(item, own) for item in value]
    return re.sub(rf"(?<![\w.\"]){re.escape(own)}\.", "", value) if isinstance(value, str) else value


def _rows(cursor: Any, schema: str) -> dict[str, dict[str, Any]]:
    cursor.execute(
        "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = %s"
        " AND table_type = 'BASE TABLE' ORDER BY table_name",
        [schema],
    )
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(
            f"SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {quoted(schema)}.{table} t"
        )
        count, digest = cursor.fetchone()
        found[table] = {"count": count, "digest": digest}
    return found


def _sequence_values(cursor: Any, schema: str) -> dict[str, dict[str, Any]]:
    cursor.execute("SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = %s", [schema])
    found = {}
    for (sequence,) in cursor.fetchall():
        cursor.execute(f"SELECT last_value, is_called FROM {quoted(schema)}.{sequence}")
        last_value, is_called = cursor.fetchone()
        found[sequence] = {"last_value": last_value, "is_called": is_called}
    return found


QUERIES = {
    "table": """
SELECT c.relname::text, c.relkind::text AS kind, c.relpersistence::text AS persistence, c.reloptions AS options,
       pg_get_userbyid(c.relowner)::text AS owner, c.relacl::text[] AS privileges, c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security, c.relreplident::text AS replica_identity,
       c.relispopulated AS populated, a.amname::text AS method, obj_description(c.oid, 'pg_class') AS comment,
       p.relname::text AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       (SELECT t.reloptions FROM pg_class t WHERE t.oid = c.reltoastrelid) AS toast_options,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid, false) END AS definition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am a ON a.oid = c.relam
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
 WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')""",
    "column": """
SELECT c.table_name || '.' || c.column_name,
       rank() OVER (PARTITION BY c.table_name ORDER BY c.ordinal_position) AS position,
       c.data_type::text, quote_ident(c.udt_schema) || '.' || c.udt_name AS udt,
       c.character_maximum_length::int,
       c.numeric_precision::int, c.numeric_scale::int, c.datetime_precision::int, c.is_nullable::text,
       c.column_default::text, c.is_identity::text, c.identity_generation::text, c.identity_start::text,
       c.identity_increment::text, c.identity_maximum::text, c.identity_minimum::text, c.identity_cycle::text,
       c.is_generated::text, c.generation_expression::text,
       quote_ident(c.collation_schema) || '.' || c.collation_name AS collation,
       quote_ident(c.domain_schema) || '.' || c.domain_name AS domain,
       (SELECT e.data_type || ' ' || quote_ident(e.udt_schema) || '.' || e.udt_name
          FROM information_schema.element_types e
         WHERE e.object_schema = c.table_schema AND e.object_name = c.table_name AND e.object_type = 'TABLE'
           AND e.collection_type_identifier = c.dtd_identifier) AS element
  FROM information_schema.columns c WHERE c.table_schema = %(schema)s""",
    "column storage": """
SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attstorage::text AS storage,
       a.attcompression::text AS compression, a.attstattarget AS statistics, a.attoptions AS options,
       a.attgenerated::text AS generated, a.attidentity::text AS identity, a.attislocal AS is_local,
       a.attinhcount AS inherited, a.attacl::text[] AS privileges, col_description(a.attrelid, a.attnum) AS comment
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
   AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraint": """
SELECT coalesce(c.relname, t.typname) || '.' || k.conname, k.contype::text AS type, k.condeferrable AS deferrable,
       k.condeferred AS deferred, k.convalidated AS validated,
       k.contype = 'c' AND k.connoinherit AS no_inherit, k.conislocal AS is_local,
       k.coninhcount AS inherited, k.confupdtype::text AS on_update, k.confdeltype::text AS on_delete,
       k.confmatchtype::text AS match, r.relname::text AS referenced, i.relname::text AS index_name,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, pos)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.pos) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, pos)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.pos) AS foreign_columns,
       p.conname::text AS parent, pg_get_constraintdef(k.oid) AS definition,
       obj_description(k.oid, 'pg_constraint') AS comment
  FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace LEFT JOIN pg_class c ON c.oid = k.conrelid
  LEFT JOIN pg_type t ON t.oid = k.contypid LEFT JOIN pg_class r ON r.oid = k.confrelid
  LEFT JOIN pg_class i ON i.oid = k.conindid LEFT JOIN pg_constraint p ON p.oid = k.conparentid
 WHERE n.nspname = %(schema)s""",
    "index": """
SELECT c.relname::text, t.relname::text AS table_name, i.indisunique AS is_unique, i.indisprimary AS is_primary,
       i.indisexclusion AS is_exclusion, i.indimmediate AS is_immediate, i.indisvalid AS is_valid,
       i.indnullsnotdistinct AS nulls_not_distinct, i.indisclustered AS clustered, i.indisreplident AS replica_identity,
       i.indnkeyatts AS keys, i.indoption::text AS ordering, c.reloptions AS options, p.relname::text AS parent,
       ARRAY(SELECT o.opcname::text FROM unnest(i.indclass) WITH ORDINALITY u(class, pos)
               JOIN pg_opclass o ON o.oid = u.class ORDER BY u.pos) AS operator_classes,
       ARRAY(SELECT a.attstattarget FROM pg_attribute a WHERE a.attrelid = c.oid ORDER BY a.attnum) AS statistics,
       pg_get_indexdef(c.oid) AS definition, obj_description(c.oid, 'pg_class') AS comment
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_inherits h ON h.inhrelid = c.oid
  LEFT JOIN pg_class p ON p.oid = h.inhparent
 WHERE n.nspname = %(schema)s""",
    "trigger": """
SELECT c.relname || '.' || t.tgname, t.tgenabled::text AS enabled, t.tgtype AS type, t.tgdeferrable AS deferrable,
       t.tginitdeferred AS deferred, p.proname::text AS function, t.tgnargs AS arguments,
       pg_get_triggerdef(t.oid) AS definition, obj_description(t.oid, 'pg_trigger') AS comment
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE n.nspname = %(schema)s AND NOT t.tgisinternal""",
    "constraint triggers": """
SELECT c.relname || ' ' || p.proname || ' ' || t.tgtype || t.tgenabled::text, count(*) AS number
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE n.nspname = %(schema)s AND t.tgisinternal GROUP BY 1""",
    "function": """
SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', l.lanname::text AS language,
       p.prokind::text AS kind, p.prosrc AS body, p.provolatile::text AS volatility, p.proparallel::text AS parallel,
       p.proisstrict AS strict, p.prosecdef AS security_definer, p.proleakproof AS leakproof, p.procost AS cost,
       p.prorows AS rows, p.proretset AS returns_set, p.proconfig AS settings,
       pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result,
       pg_get_function_sqlbody(p.oid) AS sql_body, pg_get_userbyid(p.proowner)::text AS owner,
       p.proacl::text[] AS privileges, obj_description(p.oid, 'pg_proc') AS comment
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
 WHERE n.nspname = %(schema)s""",
    "sequence": """
SELECT s.sequencename::text, s.data_type::text, s.start_value, s.min_value, s.max_value, s.increment_by, s.cycle,
       s.cache_size, s.sequenceowner::text AS owner, c.relpersistence::text AS persistence,
       d.deptype::text AS ownership, d.refobjid::regclass::text || '.' || a.attname AS owned_by,
       c.relacl::text[] AS privileges, obj_description(c.oid, 'pg_class') AS comment
  FROM pg_sequences s JOIN pg_namespace n ON n.nspname = s.schemaname
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.sequencename
  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
 WHERE s.schemaname = %(schema)s""",
    "type": """
SELECT t.typname::text, t.typtype::text AS type, format_type(t.typbasetype, t.typtypmod) AS base,
       t.typnotnull AS not_null, t.typdefault AS default_value, c.collname::text AS collation,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
       t.typacl::text[] AS privileges, obj_description(t.oid, 'pg_type') AS comment
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_collation c ON c.oid = t.typcollation
 WHERE n.nspname = %(schema)s AND t.typelem = 0 OR n.nspname = %(schema)s AND t.typtype <> 'b'""",
    "collation": """
SELECT c.collname::text, c.collprovider::text AS provider, c.collisdeterministic AS deterministic,
       to_jsonb(c) - ARRAY['oid', 'collnamespace', 'collowner', 'collname', 'collversion'] AS properties
  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE n.nspname = %(schema)s""",
    "statistics": """
SELECT s.stxname::text, c.relname::text AS table_name, s.stxkind::text[] AS kinds, s.stxstattarget AS target,
       pg_get_statisticsobjdef(s.oid) AS definition, obj_description(s.oid, 'pg_statistic_ext') AS comment
  FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace n ON n.oid = s.stxnamespace
 WHERE n.nspname = %(schema)s""",
    "policy": """
SELECT p.tablename || '.' || p.policyname, p.permissive, p.roles::text[], p.cmd, p.qual, p.with_check,
       (SELECT obj_description(o.oid, 'pg_policy') FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = p.schemaname AND c.relname = p.tablename AND o.polname = p.policyname) AS comment
  FROM pg_policies p WHERE p.schemaname = %(schema)s""",
    "rule": """
SELECT r.tablename || '.' || r.rulename, r.definition FROM pg_rules r WHERE r.schemaname = %(schema)s""",
    "schema": """
SELECT 'itself', n.nspacl::text[] AS privileges, obj_description(n.oid, 'pg_namespace') AS comment
  FROM pg_namespace n WHERE n.nspname = %(schema)s""",
}
