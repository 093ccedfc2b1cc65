"""Writes the statements of a schema script from rows of the catalogues.

Two habits make a replay fast: keys, checks and foreign keys stand inside CREATE TABLE (PostgreSQL does not validate
them again for a new table), and what must be altered afterwards is one ALTER TABLE for each table.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tenants.schemas.catalogue import Row
from tenants.schemas.names import literal

FIRING = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
REPLICA_IDENTITY = {"n": "NOTHING", "f": "FULL"}


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
        self._alterations: dict[str, list[str]] = {}

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
        self._alterations = {}
        position = {oid: number for number, (kind, oid) in enumerate(order) if kind == "class"}
        before = [self._create(kind, oid, position, seeded) for kind, oid in order]
        before += self._indexes()
        before += [f"ALTER SEQUENCE {s.name} OWNED BY {s.owned_by}" for s in self.sequences if s.owned_by]
        before += self._table_settings()
        before += self._partitions(order)
        after = self._foreign_keys(position, seeded)
        after += [f"REFRESH MATERIALIZED VIEW {self._relation[oid].name}" for kind, oid in order
                  if oid in self._relation and self._relation[oid].kind == "m" and self._relation[oid].populated]
        after += self._sequence_values(moved)
        after += self._triggers() + self._statistics() + self._policies() + self._comments() + self._grants()
        return _joined(before), _joined(after)

    # What is created in order of dependency.

    def _create(self, kind: str, oid: int, position: dict[int, int], seeded: set[str]) -> str:
        if kind == "class" and oid in self._sequence:
            return self._sequence_statement(self._sequence[oid])
        if kind == "class":
            return self._relation_statement(self._relation[oid], position, seeded)
        if kind == "proc":
            return _function_statement(_by_oid(self.functions, oid))
        if kind == "type":
            return self._type_statement(_by_oid(self.types, oid))
        return _collation_statement(_by_oid(self.collations, oid))

    def _relation_statement(self, relation: Row, position: dict[int, int], seeded: set[str]) -> str:
        if relation.kind == "c":
            attributes = [_words(c.name, c.type, _collate(c)) for c in self.columns_of.get(relation.oid, [])]
            return f"CREATE TYPE {relation.name} AS ({', '.join(attributes)})"
        options = f" WITH ({', '.join(relation.options)})" if relation.options else ""
        if relation.kind == "v":
            return f"CREATE VIEW {relation.name}{options} AS {relation.definition.rstrip(';')}"
        method = f" USING {relation.access_method}" if relation.access_method else ""
        if relation.kind == "m":
            definition = relation.definition.rstrip(";")
            return f"CREATE MATERIALIZED VIEW {relation.name}{method}{options} AS {definition} WITH NO DATA"
        parts = [self._column(column, relation) for column in self.columns_of.get(relation.oid, [])]
        parts += [f"CONSTRAINT {k.name} {k.definition}" for k in self._constraints_of.get(relation.oid, [])
                  if self._is_inline(k, relation, position, seeded)]
        unlogged = "UNLOGGED " if relation.unlogged else ""
        partition_by = f" PARTITION BY {relation.partition_key}" if relation.partition_key else ""
        inside = ",\n  ".join(parts)
        return f"CREATE {unlogged}TABLE {relation.name} (\n  {inside}\n){partition_by}{method}{options}"

    def _is_inline(self, constraint: Row, relation: Row, position: dict[int, int], seeded: set[str]) -> bool:
        if not constraint.validated:
            return False
        if constraint.type == "n":
            return self._is_plain_not_null(constraint) is False
        if constraint.type != "f":
            return True
        if relation.kind == "p" or relation.is_partition or relation.name in seeded or constraint.needs_index:
            return False
        referenced = self._relation[constraint.referenced]
        earlier = position[referenced.oid] <= position[relation.oid]
        return earlier and referenced.kind == "r" and not referenced.is_partition

    def _is_plain_not_null(self, constraint: Row) -> bool:
        return constraint.validated and constraint.definition == f"NOT NULL {constraint.first_column}"

    def _column(self, column: Row, relation: Row) -> str:
        words = [column.name, column.type]
        if column.compression:
            words.append(f"COMPRESSION {column.compression}")
        words.append(_collate(column))
        if column.generated:
            words.append(f"GENERATED ALWAYS AS ({column.expression}) " + {"s": "STORED", "v": "VIRTUAL"}[column.generated])
        elif column.expression is not None:
            words.append(f"DEFAULT {column.expression}")
        if column.identity and not relation.is_partition:
            always = "ALWAYS" if column.identity == "a" else "BY DEFAULT"
            sequence = self._sequence[column.identity_sequence]
            words.append(f"GENERATED {always} AS IDENTITY (SEQUENCE NAME {sequence.name} {_sequence_options(sequence)})")
        if column.not_null:
            words.append(self._not_null(column))
        return _words(*words)

    def _not_null(self, column: Row) -> str:
        """From PostgreSQL 18 a NOT NULL is a constraint with a name of its own."""
        named = [k for k in self._constraints_of.get(column.relation, [])
                 if k.type == "n" and k.first_column == column.name]
        if not named:
            return "NOT NULL"
        return f"CONSTRAINT {named[0].name} NOT NULL" if self._is_plain_not_null(named[0]) else ""

    def _type_statement(self, row: Row) -> str:
        if row.type == "e":
            return f"CREATE TYPE {row.name} AS ENUM ({', '.join(row.labels)})"
        words = [f"CREATE DOMAIN {row.name} AS {row.base}", _collate(row)]
        if row.default_value is not None:
            words.append(f"DEFAULT {row.default_value}")
        checks = self._checks_of_domain.get(row.oid, [])
        words += [f"CONSTRAINT {k.name} {k.definition}" for k in checks if k.validated]
        if row.not_null and not any(k.type == "n" for k in checks):
            words.append("NOT NULL")
        invalid = [f";\nALTER DOMAIN {row.name} ADD CONSTRAINT {k.name} {k.definition}" for k in checks if not k.validated]
        return _words(*words) + "".join(invalid)

    def _sequence_statement(self, sequence: Row) -> str:
        unlogged = "UNLOGGED " if sequence.unlogged else ""
        return f"CREATE {unlogged}SEQUENCE {sequence.name} AS {sequence.type} {_sequence_options(sequence)}"

    # What follows the tables.

    def _indexes(self) -> list[str]:
        made = [index.definition for index in self.indexes if not index.is_constraint]
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
        clauses: dict[str, list[str]] = defaultdict(list)
        for column in self.columns:
            relation = self._relation[column.relation]
            at = f"ALTER COLUMN {column.name}"
            if relation.kind == "v" and column.expression is not None:
                clauses[relation.name].append(f"{at} SET DEFAULT {column.expression}")
            if relation.kind not in "rpm":
                continue
            if column.storage:
                clauses[relation.name].append(f"{at} SET STORAGE {column.storage}")
            if column.compression and relation.kind == "m":
                clauses[relation.name].append(f"{at} SET COMPRESSION {column.compression}")
            if column.statistics_target is not None:
                clauses[relation.name].append(f"{at} SET STATISTICS {column.statistics_target}")
            if column.options:
                clauses[relation.name].append(f"{at} SET ({', '.join(column.options)})")
        for relation in self.relations:
            if relation.replica_identity in REPLICA_IDENTITY and relation.kind in "rpm":
                clauses[relation.name].append(f"REPLICA IDENTITY {REPLICA_IDENTITY[relation.replica_identity]}")
        for index in self.indexes:
            if index.clustered:
                clauses[index.table_name].append(f"CLUSTER ON {index.name}")
            if index.replica_identity:
                clauses[index.table_name].append(f"REPLICA IDENTITY USING INDEX {index.name}")
        kinds = {relation.name: relation.kind for relation in self.relations}
        words = {"v": "VIEW", "m": "MATERIALIZED VIEW"}
        return [f"ALTER {words.get(kinds[name], 'TABLE')} {name} {', '.join(parts)}" for name, parts in clauses.items()]

    def _foreign_keys(self, position: dict[int, int], seeded: set[str]) -> list[str]:
        """Constraints that could not stand inside CREATE TABLE, one statement for each table."""
        statements = []
        for oid, constraints in self._constraints_of.items():
            relation = self._relation[oid]
            late = [k for k in constraints if self._is_late(k, relation, position, seeded)]
            if late:
                clauses = ", ".join(f"ADD CONSTRAINT {k.name} {k.definition}" for k in late)
                statements.append(f"ALTER TABLE {relation.name} {clauses}")
        return statements

    def _is_late(self, constraint: Row, relation: Row, position: dict[int, int], seeded: set[str]) -> bool:
        if constraint.type == "f" and constraint.parent:
            return False  # PostgreSQL makes it with the foreign key of the partitioned table
        if constraint.type == "n" and self._is_plain_not_null(constraint):
            return False
        return not self._is_inline(constraint, relation, position, seeded)

    def _sequence_values(self, moved: dict[str, tuple[int, bool]]) -> list[str]:
        calls = [f"setval({literal(name)}, {value}, {str(called).lower()})" for name, (value, called) in moved.items()]
        chunks = [calls[start:start + 500] for start in range(0, len(calls), 500)]
        return [f"SELECT {', '.join(chunk)}" for chunk in chunks]

    def _triggers(self) -> list[str]:
        made = [trigger.definition for trigger in self.triggers]
        made += [f"ALTER TABLE {t.table_name} {FIRING[t.enabled]} TRIGGER {t.name}" for t in self.triggers
                 if t.enabled in FIRING]
        return made

    def _statistics(self) -> list[str]:
        made = [_unqualified(row, "CREATE STATISTICS ") for row in self.statistics]
        made += [f"ALTER STATISTICS {s.name} SET STATISTICS {s.target}" for s in self.statistics if s.target is not None]
        return made

    def _policies(self) -> list[str]:
        made = []
        for policy in self.policies:
            kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
            text = f"CREATE POLICY {policy.name} ON {policy.table_name} AS {kind} FOR {policy.command}"
            text += f" TO {', '.join(policy.roles)}"
            text += f" USING ({policy.using_expression})" if policy.using_expression else ""
            text += f" WITH CHECK ({policy.check_expression})" if policy.check_expression else ""
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
            made.append(_on_schema("COMMENT ON SCHEMA %I IS " + literal(self.schema_comment).replace("%", "%%")))
        return made

    def _grants(self) -> list[str]:
        made = []
        for grant in self.grants:
            verb, side = ("GRANT", "TO") if grant.granted else ("REVOKE", "FROM")
            option = " WITH GRANT OPTION" if grant.granted and grant.grantable else ""
            text = f"{verb} {grant.privilege} ON {grant.address} {side} {grant.grantee}{option}"
            if grant.address == "SCHEMA":
                text = _on_schema(f"{verb} {grant.privilege} ON SCHEMA %I {side} {grant.grantee}{option}")
            made.append(text)
        return made


def _on_schema(template: str) -> str:
    """A statement about the schema itself, whose name the script does not know."""
    return f"DO {literal(f'BEGIN EXECUTE format({literal(template)}, current_schema()); END')}"


def _function_statement(function: Row) -> str:
    kinds = ("CREATE OR REPLACE FUNCTION ", "CREATE OR REPLACE PROCEDURE ")
    for start in kinds:
        if function.definition.startswith(start + function.qualified_name + "("):
            return _unqualified(function, start).rstrip()
    raise AssertionError(f"unexpected text of function {function.name}")


def _unqualified(row: Row, start: str) -> str:
    """PostgreSQL prints the schema of functions and statistics even when it is first in the search path."""
    head = start + row.qualified_name
    if not row.definition.startswith(head):
        raise AssertionError(f"unexpected definition of {row.name}")
    return start + row.name + row.definition[len(head):]


def _collation_statement(row: Row) -> str:
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


def _sequence_options(sequence: Row) -> str:
    cycle = " CYCLE" if sequence.cycle else ""
    return (f"START {sequence.start} INCREMENT {sequence.increment} MINVALUE {sequence.minimum} "
            f"MAXVALUE {sequence.maximum} CACHE {sequence.cache}{cycle}")


def _collate(row: Row) -> str:
    return f"COLLATE {row.collation}" if row.collation else ""


def _words(*words: str) -> str:
    return " ".join(word for word in words if word)


def _joined(statements: list[str]) -> str:
    return "".join(f"{statement};\n" for statement in statements)


def _grouped(rows: list[Row], key: str) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, key)].append(row)
    return groups


def _by_oid(rows: list[Row], oid: int) -> Row:
    return next(row for row in rows if row.oid == oid)
