"""Names of schemas: which are allowed, how they are quoted.

Every name reaches SQL through `quoted`, and every name that somebody chose passes `validate_schema_name` first.
"""

from __future__ import annotations

import re
import secrets

from psycopg import sql

TEMPLATE_SCHEMA = "template_regency"
"""The schema that migrations keep current and that every regency's schema is a copy of. Holds no regency."""

EXTENSIONS_SCHEMA = "extensions"
"""PostgreSQL extensions live here; it is in the search path of every regency."""

STANDBY_PREFIX = "standby_"
TRASH_PREFIX = "trash_"
_RESTORED = re.compile(r"_restored_[0-9a-f]{8}$")
"""How the name of a backup ends that stands beside the live schema; no host ever leads to one."""

_ALLOWED = re.compile(r"[a-z][a-z0-9_]{1,40}")
_RESERVED = frozenset({"public", "information_schema", EXTENSIONS_SCHEMA, TEMPLATE_SCHEMA})
_RESERVED_PREFIXES = ("pg_", STANDBY_PREFIX, TRASH_PREFIX)


class SchemaNameRefused(ValueError):
    """The name cannot be the schema of a regency; `reason` says why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"schema name {name!r} refused: {reason}")
        self.name = name
        self.reason = reason


def validate_schema_name(name: str) -> str:
    """Return `name` if a regency may use it as its schema, otherwise raise SchemaNameRefused."""
    if not isinstance(name, str) or not _ALLOWED.fullmatch(name):
        raise SchemaNameRefused(str(name), "2 to 41 lower-case letters, digits and underscores, a letter first")
    if name in _RESERVED:
        raise SchemaNameRefused(name, "reserved")
    if name.startswith(_RESERVED_PREFIXES):
        raise SchemaNameRefused(name, "reserved prefix")
    if _RESTORED.search(name):
        raise SchemaNameRefused(name, "reserved ending")
    return name


def new_standby_name() -> str:
    return STANDBY_PREFIX + secrets.token_hex(6)


def new_trash_name() -> str:
    return TRASH_PREFIX + secrets.token_hex(6)


def new_restored_name(schema: str) -> str:
    """Where a backup of `schema` is laid out beside it."""
    return f"{schema}_restored_{secrets.token_hex(4)}"


def quoted(name: str) -> str:
    """`name` as an SQL identifier, always in double quotes."""
    return sql.Identifier(name).as_string(None)


def literal(text: str) -> str:
    """`text` as an SQL string constant."""
    return sql.Literal(text).as_string(None).strip()


def search_path(schema: str, extra: tuple[str, ...] = (EXTENSIONS_SCHEMA,)) -> str:
    """The search path of a regency: its schema, then the extensions, never public."""
    return ", ".join(quoted(part) for part in (schema, *extra))
