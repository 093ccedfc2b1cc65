"""What a template schema may not contain, because a replay would lose it or reach outside the schema."""

from __future__ import annotations

from typing import Any

from tenants.schemas.catalogue import rows


class SchemaNotReplayable(Exception):
    """The schema holds something that `read_template` cannot put into a script. `problems` lists every such thing."""

    def __init__(self, schema: str, problems: list[str]) -> None:
        super().__init__(f"schema {schema!r} cannot be replayed: " + "; ".join(problems))
        self.schema = schema
        self.problems = problems


def refuse_unknown(cursor: Any, schema: str, oid: int, extra: tuple[str, ...]) -> None:
    """Raise SchemaNotReplayable if the schema holds an unknown kind of object or depends on another schema.

    Objects of the schemas in `extra` (the extensions) and of PostgreSQL itself may be used.
    """
    problems = [row.problem for row in rows(cursor, UNKNOWN, {"schema": oid})]
    allowed = [schema, "pg_catalog", "information_schema", *extra]
    found = rows(cursor, OUTSIDE, {"schema": oid, "allowed": allowed})
    problems += [f"{row.object} uses {row.used} of another schema" for row in found]
    if problems:
        raise SchemaNotReplayable(schema, problems)


UNKNOWN = """
WITH members AS (SELECT c.* FROM pg_class c WHERE c.relnamespace = %(schema)s)
SELECT 'foreign table ' || relname AS problem FROM members WHERE relkind = 'f'
UNION ALL SELECT 'relation of kind ' || relkind::text || ' ' || relname FROM members
           WHERE relkind NOT IN ('r', 'p', 'v', 'm', 'S', 'i', 'I', 'c', 'f')
UNION ALL SELECT 'typed table ' || relname FROM members WHERE reloftype <> 0
UNION ALL SELECT 'tablespace of ' || relname FROM members WHERE reltablespace <> 0
UNION ALL SELECT 'inheritance of ' || m.relname FROM members m JOIN pg_inherits i ON i.inhrelid = m.oid
           WHERE m.relkind IN ('r', 'f') AND NOT m.relispartition
UNION ALL SELECT 'detaching partition ' || m.relname FROM members m JOIN pg_inherits i ON i.inhrelid = m.oid
           WHERE i.inhdetachpending
UNION ALL SELECT 'column privileges on ' || m.relname || '.' || a.attname
            FROM members m JOIN pg_attribute a ON a.attrelid = m.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
UNION ALL SELECT 'invalid index ' || m.relname FROM members m JOIN pg_index i ON i.indexrelid = m.oid
           WHERE NOT i.indisvalid OR NOT i.indisready
UNION ALL SELECT 'rule ' || r.rulename || ' on ' || m.relname FROM members m JOIN pg_rewrite r ON r.ev_class = m.oid
           WHERE r.rulename <> '_RETURN'
UNION ALL SELECT 'disabled constraint trigger on ' || m.relname FROM members m JOIN pg_trigger t ON t.tgrelid = m.oid
           WHERE t.tgisinternal AND t.tgenabled <> 'O'
UNION ALL SELECT 'publication of ' || m.relname FROM members m JOIN pg_publication_rel p ON p.prrelid = m.oid
UNION ALL SELECT 'publication of the schema' FROM pg_publication_namespace WHERE pnnspid = %(schema)s
UNION ALL SELECT 'default privileges' FROM pg_default_acl WHERE defaclnamespace = %(schema)s
UNION ALL SELECT CASE typtype WHEN 'r' THEN 'range type ' WHEN 'm' THEN 'multirange type ' ELSE 'base type ' END
              || typname
            FROM pg_type t WHERE typnamespace = %(schema)s AND typtype NOT IN ('e', 'd', 'c')
             AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
UNION ALL SELECT 'aggregate ' || proname FROM pg_proc WHERE pronamespace = %(schema)s AND prokind = 'a'
UNION ALL SELECT 'operator ' || oprname FROM pg_operator WHERE oprnamespace = %(schema)s
UNION ALL SELECT 'operator class ' || opcname FROM pg_opclass WHERE opcnamespace = %(schema)s
UNION ALL SELECT 'operator family ' || opfname FROM pg_opfamily WHERE opfnamespace = %(schema)s
UNION ALL SELECT 'conversion ' || conname FROM pg_conversion WHERE connamespace = %(schema)s
UNION ALL SELECT 'text search configuration ' || cfgname FROM pg_ts_config WHERE cfgnamespace = %(schema)s
UNION ALL SELECT 'text search dictionary ' || dictname FROM pg_ts_dict WHERE dictnamespace = %(schema)s
UNION ALL SELECT 'text search parser ' || prsname FROM pg_ts_parser WHERE prsnamespace = %(schema)s
UNION ALL SELECT 'text search template ' || tmplname FROM pg_ts_template WHERE tmplnamespace = %(schema)s
UNION ALL SELECT 'cast with type ' || t.typname FROM pg_cast c JOIN pg_type t ON t.oid IN (c.castsource, c.casttarget)
           WHERE t.typnamespace = %(schema)s
UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE extnamespace = %(schema)s
UNION ALL SELECT 'security label on ' || m.relname FROM members m JOIN pg_seclabel l ON l.objoid = m.oid
ORDER BY 1
"""

OUTSIDE = """
WITH members AS (
SELECT 'pg_class'::regclass::oid AS classid, oid FROM pg_class WHERE relnamespace = %(schema)s
UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = %(schema)s
UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = %(schema)s
UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE connamespace = %(schema)s
UNION ALL SELECT 'pg_attrdef'::regclass, d.oid FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
           WHERE c.relnamespace = %(schema)s
UNION ALL SELECT 'pg_rewrite'::regclass, r.oid FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
           WHERE c.relnamespace = %(schema)s
UNION ALL SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE c.relnamespace = %(schema)s
UNION ALL SELECT 'pg_policy'::regclass, p.oid FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
           WHERE c.relnamespace = %(schema)s
UNION ALL SELECT 'pg_statistic_ext'::regclass, oid FROM pg_statistic_ext WHERE stxnamespace = %(schema)s
), used AS (
SELECT DISTINCT m.classid, m.oid, d.refclassid, d.refobjid
  FROM members m JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.oid
 WHERE d.deptype IN ('n', 'e') AND d.refclassid <> 'pg_namespace'::regclass AND d.refobjid >= 16384
   AND NOT EXISTS (SELECT FROM members o WHERE o.classid = d.refclassid AND o.oid = d.refobjid))
SELECT pg_describe_object(u.classid, u.oid, 0) AS object, i.type || ' ' || i.identity AS used
  FROM used u, LATERAL pg_identify_object(u.refclassid, u.refobjid, 0) i
 WHERE coalesce(i.schema, '') <> ALL (%(allowed)s) AND i.schema IS NOT NULL OR i.type = 'extension'
 ORDER BY 1, 2
"""
