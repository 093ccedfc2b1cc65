"""Writes the statements of a schema script from rows of the catalogues.

Two habits make a replay fast: keys, checks and foreign keys stand inside CREATE TABLE (PostgreSQL does not validate
them again for a new table), and what must be altered afterwards is one ALTER TABLE for each table.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tenants.schemas.catalogue import Row
from tenants.schemas.clauses import (
    STORED,
    collate,
    collation_statement,
    column_settings,
    function_statement,
    on_schema,
    reparsable,
    sequence_options,
    unqualified,
    words,
)
from tenants.schemas.names import literal

GENERATED = {"s": "STORED", "v": "VIRTUAL"}
FIRING = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
REPLICA_IDENTITY = {"n": "NOTHING", "f": "FULL"}
ALTERED_AS = {"v": "VIEW", "m": "MATERIALIZED VIEW"}


@dataclass
class Statements:
    """The rows of a schema's catalogues and the statements made of them."""

    relations: list[Row]
    columns: list[Row]
    sequences: list[Row]
    constraints: list[Row]
    indexes: list[Row]
    triggers: list[Row]
    functions: list[Row]
    types: list[Row]
    collations: list[Row]
    statistics: list[Row]
    policies: list[Row]
    comments: list[Row]
    grants: list[Row]
    schema_comment: str | None
    columns_of: dict[int, list[Row]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns_of = _grouped(self.columns, "relation")
        self._constraints_of = _grouped([k for k in self.constraints if k.relation], "relation")
        self._checks_of_domain = _grouped([k for k in self.constraints if k.domain], "domain")
        self._relation = {relation.oid: relation for relation in self.relations}
        self._sequence = {sequence.oid: sequence for sequence in self.sequences}
        self._position: dict[int, int] = {}
        self._seeded: set[str] = set()

    def nodes(self) -> list[tuple[str, int]]:
        """Everything that has to be put in order, cheapest kind first."""
        return [
            *(("collation", row.oid) for row in self.collations),
            *(("type", row.oid) for row in self.types),
            *(("class", row.oid) for row in self.relations if row.kind == "c"),
            *(("class", row.oid) for row in self.sequences if not row.is_identity),
            *(("proc", row.oid) for row in self.functions),
            *(("class", row.oid) for row in self.relations if row.kind != "c"),
        ]

    def script(
        self, order: list[tuple[str, int]], seeded: set[str], moved: dict[str, tuple[int, bool]]
    ) -> tuple[str, str]:
        """The text before and after the rows. `seeded` tables get their foreign keys after them."""
        self._seeded = seeded
        self._position = {oid: number for number, (kind, oid) in enumerate(order) if kind == "class"}
        before = [self._create(kind, oid) for kind, oid in order]
        before += self._indexes()
        before += [f"ALTER SEQUENCE {s.name} OWNED BY {s.owned_by}" for s in self.sequences if s.owned_by]
        before += self._table_settings()
        before += self._partitions(order)
        after = self._foreign_keys()
        after += [
            f"REFRESH MATERIALIZED VIEW {self._relation[oid].name}"
            for kind, oid in order
            if oid in self._relation and self._relation[oid].kind == "m" and self._relation[oid].populated
        ]
        after += self._sequence_values(moved)
        after += self._triggers() + self._statistics() + self._policies() + self._comments() + self._grants()
        return _joined(before), _joined(after)

    # What is created in order of dependency.

    def _create(self, kind: str, oid: int) -> str:
        if kind == "class" and oid in self._sequence:
            return self._sequence_statement(self._sequence[oid])
        if kind == "class":
            return self._relation_statement(self._relation[oid])
        if kind == "proc":
            return function_statement(_by_oid(self.functions, oid))
        if kind == "type":
            return self._type_statement(_by_oid(self.types, oid))
        return collation_statement(_by_oid(self.collations, oid))

    def _relation_statement(self, relation: Row) -> str:
        if relation.kind == "c":
            attributes = [words(c.name, c.type, collate(c)) for c in self.columns_of.get(relation.oid, [])]
            return f"CREATE TYPE {relation.name} AS ({', '.join(attributes)})"
        options = f" WITH ({', '.join(relation.options)})" if relation.options else ""
        if relation.kind == "v":
            return f"CREATE VIEW {relation.name}{options} AS {reparsable(relation.definition.rstrip(';'))}"
        method = f" USING {relation.access_method}" if relation.access_method else ""
        if relation.kind == "m":
            definition = reparsable(relation.definition.rstrip(";"))
            return f"CREATE MATERIALIZED VIEW {relation.name}{method}{options} AS {definition} WITH NO DATA"
        parts = [self._column(column, relation) for column in self.columns_of.get(relation.oid, [])]
        parts += [_constraint(k) for k in self._constraints_of.get(relation.oid, []) if self._is_inline(k, relation)]
        unlogged = "UNLOGGED " if relation.unlogged else ""
        partition_by = f" PARTITION BY {relation.partition_key}" if relation.partition_key else ""
        inside = ",\n  ".join(parts)
        return f"CREATE {unlogged}TABLE {relation.name} (\n  {inside}\n){partition_by}{method}{options}"

    def _is_inline(self, constraint: Row, relation: Row) -> bool:
        if not constraint.validated:
            return False
        if constraint.type == "n":
            return not self._is_plain_not_null(constraint)
        if constraint.type != "f":
            return True
        if relation.kind == "p" or relation.is_partition or relation.name in self._seeded or constraint.needs_index:
            return False
        referenced = self._relation[constraint.referenced]
        earlier = self._position[referenced.oid] <= self._position[relation.oid]
        return earlier and referenced.kind == "r" and not referenced.is_partition

    def _is_plain_not_null(self, constraint: Row) -> bool:
        return constraint.validated and constraint.definition == f"NOT NULL {constraint.first_column}"

    def _column(self, column: Row, relation: Row) -> str:
        parts = [column.name, column.type]
        if column.compression:
            parts.append(f"COMPRESSION {column.compression}")
        parts.append(collate(column))
        if column.generated:
            parts.append(f"GENERATED ALWAYS AS ({reparsable(column.expression)}) {GENERATED[column.generated]}")
        elif column.expression is not None:
            parts.append(f"DEFAULT {column.expression}")
        if column.identity and not relation.is_partition:
            always = "ALWAYS" if column.identity == "a" else "BY DEFAULT"
            sequence = self._sequence[column.identity_sequence]
            options = f"SEQUENCE NAME {sequence.name} {sequence_options(sequence)}"
            parts.append(f"GENERATED {always} AS IDENTITY ({options})")
        if column.not_null:
            parts.append(self._not_null(column))
        return words(*parts)

    def _not_null(self, column: Row) -> str:
        """From PostgreSQL 18 a NOT NULL is a constraint with a name of its own."""
        named = [
            k for k in self._constraints_of.get(column.relation, []) if k.type == "n" and k.first_column == column.name
        ]
        if not named:
            return "NOT NULL"
        return f"CONSTRAINT {named[0].name} NOT NULL" if self._is_plain_not_null(named[0]) else ""

    def _type_statement(self, row: Row) -> str:
        if row.type == "e":
            return f"CREATE TYPE {row.name} AS ENUM ({', '.join(row.labels)})"
        checks = self._checks_of_domain.get(row.oid, [])
        parts = [f"CREATE DOMAIN {row.name} AS {row.base}", collate(row)]
        if row.default_value is not None:
            parts.append(f"DEFAULT {row.default_value}")
        parts += [_constraint(k) for k in checks if k.validated]
        if row.not_null and not any(k.type == "n" for k in checks):
            parts.append("NOT NULL")
        later = [f"ALTER DOMAIN {row.name} ADD {_constraint(k)}" for k in checks if not k.validated]
        return ";\n".join([words(*parts), *later])

    def _sequence_statement(self, sequence: Row) -> str:
        unlogged = "UNLOGGED " if sequence.unlogged else ""
        return f"CREATE {unlogged}SEQUENCE {sequence.name} AS {sequence.type} {sequence_options(sequence)}"

    # What follows the tables.

    def _indexes(self) -> list[str]:
        made = [reparsable(index.definition) for index in self.indexes if not index.is_constraint]
        for index in self.indexes:
            if index.options and index.is_constraint:
                made.append(f"ALTER INDEX {index.name} SET ({', '.join(index.options)})")
            made += [f"ALTER INDEX {index.name} ALTER COLUMN {change}" for change in index.statistics]
        return made

    def _partitions(self, order: list[tuple[str, int]]) -> list[str]:
        """Attach from the root down, so that an identity column reaches the partitions of a partition."""
        attached = []
        for kind, oid in order:
            relation = self._relation.get(oid) if kind == "class" else None
            if relation is not None and relation.is_partition:
                parent = self._relation[relation.parent].name
                attached.append(f"ALTER TABLE {parent} ATTACH PARTITION {relation.name} {relation.partition_bound}")
        return attached

    def _table_settings(self) -> list[str]:
        """What CREATE TABLE cannot say, in one statement for each table."""
        clauses: dict[str, list[str]] = defaultdict(list)
        for column in self.columns:
            relation = self._relation[column.relation]
            clauses[relation.name] += column_settings(column, relation.kind)
        for relation in self.relations:
            if relation.replica_identity in REPLICA_IDENTITY and relation.kind in STORED:
                clauses[relation.name].append(f"REPLICA IDENTITY {REPLICA_IDENTITY[relation.replica_identity]}")
        for index in self.indexes:
            if index.clustered:
                clauses[index.table_name].append(f"CLUSTER ON {index.name}")
            if index.replica_identity:
                clauses[index.table_name].append(f"REPLICA IDENTITY USING INDEX {index.name}")
        kinds = {relation.name: ALTERED_AS.get(relation.kind, "TABLE") for relation in self.relations}
        return [f"ALTER {kinds[name]} {name} {', '.join(parts)}" for name, parts in clauses.items() if parts]

    def _foreign_keys(self) -> list[str]:
        """Constraints that could not stand inside CREATE TABLE, one statement for each table."""
        statements = []
        for oid, constraints in self._constraints_of.items():
            relation = self._relation[oid]
            late = [k for k in constraints if self._is_late(k, relation)]
            if late:
                clauses = ", ".join(f"ADD {_constraint(k)}" for k in late)
                statements.append(f"ALTER TABLE {relation.name} {clauses}")
        return statements

    def _is_late(self, constraint: Row, relation: Row) -> bool:
        if constraint.type == "f" and constraint.parent:
            return False  # PostgreSQL makes it with the foreign key of the partitioned table
        if constraint.type == "n" and self._is_plain_not_null(constraint):
            return False
        return not self._is_inline(constraint, relation)

    def _sequence_values(self, moved: dict[str, tuple[int, bool]]) -> list[str]:
        calls = [f"setval({literal(name)}, {value}, {str(called).lower()})" for name, (value, called) in moved.items()]
        chunks = [calls[start : start + 500] for start in range(0, len(calls), 500)]
        return [f"SELECT {', '.join(chunk)}" for chunk in chunks]

    def _triggers(self) -> list[str]:
        made = [reparsable(trigger.definition) for trigger in self.triggers]
        made += [
            f"ALTER TABLE {t.table_name} {FIRING[t.enabled]} TRIGGER {t.name}"
            for t in self.triggers
            if t.enabled in FIRING
        ]
        return made

    def _statistics(self) -> list[str]:
        made = [unqualified(row, "CREATE STATISTICS ") for row in self.statistics]
        changed = [row for row in self.statistics if row.target is not None]
        made += [f"ALTER STATISTICS {row.name} SET STATISTICS {row.target}" for row in changed]
        return made

    def _policies(self) -> list[str]:
        made = []
        for policy in self.policies:
            kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
            text = f"CREATE POLICY {policy.name} ON {policy.table_name} AS {kind} FOR {policy.command}"
            text += f" TO {', '.join(policy.roles)}"
            text += f" USING ({reparsable(policy.using_expression)})" if policy.using_expression else ""
            text += f" WITH CHECK ({reparsable(policy.check_expression)})" if policy.check_expression else ""
            made.append(text)
        for relation in self.relations:
            clauses = ["ENABLE ROW LEVEL SECURITY"] * relation.row_security
            clauses += ["FORCE ROW LEVEL SECURITY"] * relation.force_row_security
            if clauses:
                made.append(f"ALTER TABLE {relation.name} {', '.join(clauses)}")
        return made

    def _comments(self) -> list[str]:
        made = [f"COMMENT ON {comment.address} IS {literal(comment.text)}" for comment in self.comments]
        if self.schema_comment is not None:
            made.append(on_schema("COMMENT ON SCHEMA %I IS " + literal(self.schema_comment).replace("%", "%%")))
        return made

    def _grants(self) -> list[str]:
        made = []
        for grant in self.grants:
            verb, side = ("GRANT", "TO") if grant.granted else ("REVOKE", "FROM")
            option = " WITH GRANT OPTION" if grant.granted and grant.grantable else ""
            text = f"{verb} {grant.privilege} ON {grant.address} {side} {grant.grantee}{option}"
            if grant.address == "SCHEMA":
                text = on_schema(f"{verb} {grant.privilege} ON SCHEMA %I {side} {grant.grantee}{option}")
            made.append(text)
        return made


def _constraint(row: Row) -> str:
    return f"CONSTRAINT {row.name} {reparsable(row.definition)}"


def _joined(statements: list[str]) -> str:
    return "".join(f"{statement};\n" for statement in statements)


def _grouped(rows: list[Row], key: str) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, key)].append(row)
    return groups


def _by_oid(rows: list[Row], oid: int) -> Row:
    return next(row for row in rows if row.oid == oid)
