"""Reads of PostgreSQL's catalogues: one query for each kind of object in a schema.

The queries run with the schema itself (then the extensions) as search path, so that PostgreSQL's own printing
functions (`pg_get_constraintdef` and its kin) leave the schema's name out. Written for PostgreSQL 15 to 18; columns
that only newer versions have are read through `to_jsonb`.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

RELATIONS = """
SELECT c.oid::bigint AS oid, quote_ident(c.relname) AS name, c.relkind::text AS kind,
       c.relpersistence = 'u' AS unlogged, c.relispartition AS is_partition, c.relispopulated AS populated,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS partition_bound,
       (SELECT i.inhparent::bigint FROM pg_inherits i WHERE i.inhrelid = c.oid) AS parent,
       CASE WHEN c.relkind IN ('r', 'm') AND a.amname <> 'heap' THEN quote_ident(a.amname) END AS access_method,
       ARRAY(SELECT quote_ident(o.option_name) || '=' || quote_literal(o.option_value)
               FROM pg_options_to_table(c.reloptions) o)
       || ARRAY(SELECT 'toast.' || quote_ident(o.option_name) || '=' || quote_literal(o.option_value)
               FROM pg_class t, pg_options_to_table(t.reloptions) o WHERE t.oid = c.reltoastrelid) AS options,
       c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security,
       c.relreplident::text AS replica_identity,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition
  FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam
 WHERE c.relnamespace = %(schema)s AND c.relkind IN ('r', 'p', 'v', 'm', 'c')
 ORDER BY c.relname
"""

COLUMNS = """
SELECT a.attrelid::bigint AS relation, quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS type,
       CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0
            THEN (SELECT CASE WHEN pg_collation_is_visible(l.oid) THEN quote_ident(l.collname)
                              ELSE quote_ident(ln.nspname) || '.' || quote_ident(l.collname) END
                    FROM pg_collation l JOIN pg_namespace ln ON ln.oid = l.collnamespace
                   WHERE l.oid = a.attcollation) END AS collation,
       a.attnotnull AS not_null, a.attidentity::text AS identity, a.attgenerated::text AS generated,
       pg_get_expr(d.adbin, d.adrelid) AS expression,
       CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
            WHEN 'm' THEN 'MAIN' WHEN 'x' THEN 'EXTENDED' END END AS storage,
       CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
       nullif(a.attstattarget, -1) AS statistics_target,
       ARRAY(SELECT quote_ident(o.option_name) || '=' || quote_literal(o.option_value)
               FROM pg_options_to_table(a.attoptions) o) AS options,
       s.seqrelid::bigint AS identity_sequence
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_depend p ON a.attidentity <> '' AND p.refclassid = 'pg_class'::regclass AND p.refobjid = a.attrelid
        AND p.refobjsubid = a.attnum AND p.deptype = 'i' AND p.classid = 'pg_class'::regclass
  LEFT JOIN pg_sequence s ON s.seqrelid = p.objid
 WHERE c.relnamespace = %(schema)s AND c.relkind IN ('r', 'p', 'v', 'm', 'c') AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY c.relname, a.attnum
"""

SEQUENCES = """
SELECT s.seqrelid::bigint AS oid, quote_ident(c.relname) AS name, c.relpersistence = 'u' AS unlogged,
       format_type(s.seqtypid, NULL) AS type, s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS minimum,
       s.seqmax AS maximum, s.seqcache AS cache, s.seqcycle AS cycle,
       p.deptype::text = 'i' AS is_identity,
       CASE WHEN p.deptype = 'a' THEN quote_ident(o.relname) || '.' || quote_ident(a.attname) END AS owned_by
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
  LEFT JOIN pg_depend p ON p.classid = 'pg_class'::regclass AND p.objid = s.seqrelid AND p.deptype IN ('a', 'i')
        AND p.refclassid = 'pg_class'::regclass
  LEFT JOIN pg_class o ON o.oid = p.refobjid
  LEFT JOIN pg_attribute a ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
 WHERE c.relnamespace = %(schema)s
 ORDER BY c.relname
"""

CONSTRAINTS = """
SELECT k.oid::bigint AS oid, quote_ident(k.conname) AS name, k.contype::text AS type, k.conrelid::bigint AS relation,
       k.contypid::bigint AS domain, k.confrelid::bigint AS referenced, k.conparentid::bigint AS parent,
       k.convalidated AS validated, k.conislocal AS is_local, pg_get_constraintdef(k.oid) AS definition,
       (SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1])
           AS first_column,
       k.contype = 'f' AND NOT EXISTS (SELECT FROM pg_constraint u WHERE u.conindid = k.conindid
                                          AND u.contype IN ('p', 'u')) AS needs_index
  FROM pg_constraint k
 WHERE k.connamespace = %(schema)s AND k.contype <> 't'
 ORDER BY k.contype = 'p' DESC, k.contype = 'u' DESC, k.contype, k.conname
"""

INDEXES = """
SELECT c.oid::bigint AS oid, quote_ident(c.relname) AS name, quote_ident(t.relname) AS table_name,
       i.indrelid::bigint AS relation, pg_get_indexdef(i.indexrelid, 0, true) AS definition,
       EXISTS (SELECT FROM pg_constraint k
                WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) AS is_constraint,
       i.indisclustered AS clustered, i.indisreplident AS replica_identity,
       ARRAY(SELECT quote_ident(o.option_name) || '=' || quote_literal(o.option_value)
               FROM pg_options_to_table(c.reloptions) o) AS options,
       ARRAY(SELECT a.attnum || ' SET STATISTICS ' || a.attstattarget FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attstattarget >= 0 ORDER BY a.attnum) AS statistics
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
 WHERE c.relnamespace = %(schema)s
 ORDER BY t.relname, c.relname
"""

TRIGGERS = """
SELECT quote_ident(t.tgname) AS name, quote_ident(c.relname) AS table_name, t.tgenabled::text AS enabled,
       pg_get_triggerdef(t.oid, true) AS definition
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace = %(schema)s AND NOT t.tgisinternal AND t.tgparentid = 0
 ORDER BY c.relname, t.tgname
"""

FUNCTIONS = """
SELECT p.oid::bigint AS oid, quote_ident(p.proname) AS name,
       quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS qualified_name,
       pg_get_functiondef(p.oid) AS definition
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.pronamespace = %(schema)s AND p.prokind IN ('f', 'p', 'w')
 ORDER BY p.proname, pg_get_function_identity_arguments(p.oid)
"""

TYPES = """
SELECT t.oid::bigint AS oid, quote_ident(t.typname) AS name, t.typtype::text AS type,
       ARRAY(SELECT quote_literal(e.enumlabel) FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)
           AS labels,
       format_type(t.typbasetype, t.typtypmod) AS base, t.typnotnull AS not_null, t.typdefault AS default_value,
       CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation
            THEN (SELECT CASE WHEN pg_collation_is_visible(l.oid) THEN quote_ident(l.collname)
                              ELSE quote_ident(n.nspname) || '.' || quote_ident(l.collname) END
                    FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                   WHERE l.oid = t.typcollation) END AS collation
  FROM pg_type t LEFT JOIN pg_type b ON b.oid = t.typbasetype
 WHERE t.typnamespace = %(schema)s AND t.typtype IN ('e', 'd')
 ORDER BY t.typname
"""

COLLATIONS = """
SELECT c.oid::bigint AS oid, quote_ident(c.collname) AS name, c.collprovider::text AS provider,
       c.collisdeterministic AS deterministic, c.collcollate AS lc_collate, c.collctype AS lc_ctype,
       coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale') AS locale,
       to_jsonb(c) ->> 'collicurules' AS rules
  FROM pg_collation c
 WHERE c.collnamespace = %(schema)s
 ORDER BY c.collname
"""

STATISTICS = """
SELECT quote_ident(s.stxname) AS name, quote_ident(n.nspname) || '.' || quote_ident(s.stxname) AS qualified_name,
       pg_get_statisticsobjdef(s.oid) AS definition, nullif(s.stxstattarget, -1) AS target
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
 WHERE s.stxnamespace = %(schema)s
 ORDER BY s.stxname
"""

POLICIES = """
SELECT quote_ident(p.polname) AS name, quote_ident(c.relname) AS table_name, p.polpermissive AS permissive,
       CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
            ELSE 'ALL' END AS command,
       ARRAY(SELECT CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END FROM unnest(p.polroles) r)
           AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS using_expression,
       pg_get_expr(p.polwithcheck, p.polrelid) AS check_expression
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
 WHERE c.relnamespace = %(schema)s
 ORDER BY c.relname, p.polname
"""

COMMENTS = """
WITH addressed AS (
SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid,
       CASE c.relkind WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW ' WHEN 'S' THEN 'SEQUENCE '
            WHEN 'i' THEN 'INDEX ' WHEN 'I' THEN 'INDEX ' WHEN 'c' THEN 'TYPE ' ELSE 'TABLE ' END
       || quote_ident(c.relname) AS address, quote_ident(c.relname) AS name
  FROM pg_class c WHERE c.relnamespace = %(schema)s
UNION ALL
SELECT 'pg_type'::regclass, t.oid,
       CASE t.typtype WHEN 'd' THEN 'DOMAIN ' ELSE 'TYPE ' END || quote_ident(t.typname), NULL
  FROM pg_type t WHERE t.typnamespace = %(schema)s
UNION ALL
SELECT 'pg_proc'::regclass, p.oid,
       'ROUTINE ' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', NULL
  FROM pg_proc p WHERE p.pronamespace = %(schema)s
UNION ALL
SELECT 'pg_constraint'::regclass, k.oid, 'CONSTRAINT ' || quote_ident(k.conname) || ' ON '
       || CASE WHEN k.conrelid <> 0 THEN quote_ident(c.relname) ELSE 'DOMAIN ' || quote_ident(t.typname) END, NULL
  FROM pg_constraint k LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_type t ON t.oid = k.contypid
 WHERE k.connamespace = %(schema)s
UNION ALL
SELECT 'pg_trigger'::regclass, t.oid, 'TRIGGER ' || quote_ident(t.tgname) || ' ON ' || quote_ident(c.relname), NULL
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = %(schema)s
UNION ALL
SELECT 'pg_policy'::regclass, p.oid, 'POLICY ' || quote_ident(p.polname) || ' ON ' || quote_ident(c.relname), NULL
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = %(schema)s
UNION ALL
SELECT 'pg_statistic_ext'::regclass, s.oid, 'STATISTICS ' || quote_ident(s.stxname), NULL
  FROM pg_statistic_ext s WHERE s.stxnamespace = %(schema)s
UNION ALL
SELECT 'pg_collation'::regclass, c.oid, 'COLLATION ' || quote_ident(c.collname), NULL
  FROM pg_collation c WHERE c.collnamespace = %(schema)s
)
SELECT CASE WHEN d.objsubid = 0 THEN o.address ELSE 'COLUMN ' || o.name || '.' || quote_ident(a.attname) END AS address,
       d.description AS text
  FROM addressed o
  JOIN pg_description d ON d.classoid = o.classid AND d.objoid = o.objid
  LEFT JOIN pg_attribute a ON d.objsubid <> 0 AND a.attrelid = d.objoid AND a.attnum = d.objsubid
 ORDER BY 1
"""

GRANTS = """
WITH owned AS (
SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || quote_ident(c.relname) AS address, c.relacl AS acl,
       acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner) AS usual
  FROM pg_class c WHERE c.relnamespace = %(schema)s AND c.relacl IS NOT NULL
UNION ALL
SELECT 'ROUTINE ' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proacl,
       acldefault('f', p.proowner)
  FROM pg_proc p WHERE p.pronamespace = %(schema)s AND p.proacl IS NOT NULL
UNION ALL
SELECT 'TYPE ' || quote_ident(t.typname), t.typacl, acldefault('T', t.typowner)
  FROM pg_type t WHERE t.typnamespace = %(schema)s AND t.typacl IS NOT NULL
UNION ALL
SELECT 'SCHEMA', n.nspacl, acldefault('n', n.nspowner)
  FROM pg_namespace n WHERE n.oid = %(schema)s AND n.nspacl IS NOT NULL
), wanted AS (SELECT address, x.grantee, x.privilege_type, x.is_grantable FROM owned, aclexplode(acl) x),
usual AS (SELECT address, x.grantee, x.privilege_type, x.is_grantable FROM owned, aclexplode(usual) x),
changes AS (
SELECT true AS granted, w.* FROM (TABLE wanted EXCEPT TABLE usual) w
UNION ALL
SELECT false, u.* FROM (TABLE usual EXCEPT TABLE wanted) u)
SELECT address, granted, privilege_type AS privilege, is_grantable AS grantable,
       CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee
  FROM changes ORDER BY address, granted, privilege, grantee
"""

SCHEMA_COMMENT = "SELECT obj_description(%(schema)s::oid, 'pg_namespace') AS text"

Row = Any
"""A namedtuple with the columns of the query as attributes."""


def rows(cursor: Any, query: str, parameters: dict[str, Any]) -> list[Row]:
    """Run `query` and return its rows with named columns."""
    cursor.execute(query, parameters)
    shape = namedtuple("shape", [column[0] for column in cursor.description])  # type: ignore[misc]
    return [shape(*row) for row in cursor.fetchall()]
