"""What goes into an exit package: which tables, which columns, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model

from tenants.people.fields import EncryptedField
from tenants.schemas.names import quoted

LEFT_OUT = {
    "django_migrations": "belongs to the software, not to the regency",
    "django_session": "signed-in browsers",
    "knox_authtoken": "access tokens of programs",
    "mfa_authenticator": "second factors",
    "accounts_invitation": "links that open accounts",
}
"""Tables that stay: who has the package must not be able to act as somebody."""
BLANKED = {("accounts_user", "password"): "!"}


@dataclass(frozen=True)
class Column:
    """A column as it stands in the package."""

    name: str
    type: str
    """PostgreSQL's name of the type."""
    nullable: bool
    label: str = ""
    personal: bool = False
    references: str = ""
    encrypted: EncryptedField | None = None

    def describe(self) -> dict[str, Any]:
        facts = {"name": self.name, "type": self.type, "nullable": self.nullable}
        more = {"label": self.label, "personal": self.personal, "references": self.references}
        return {**facts, **{key: value for key, value in more.items() if value}}

    @property
    def selected(self) -> str:
        """As text where JSON would lose digits."""
        name = quoted(self.name)
        return f"{name}::text AS {name}" if self.type == "numeric" else name

    @property
    def inserted(self) -> str:
        """JSON's null in a column that must not be empty is a value of jsonb."""
        name = quoted(self.name)
        return f"coalesce({name}, 'null'::jsonb)" if self.type == "jsonb" and not self.nullable else name


@dataclass(frozen=True)
class Table:
    """A table of the regency's schema."""

    name: str
    label: str
    columns: tuple[Column, ...]

    @property
    def encrypted(self) -> dict[str, EncryptedField]:
        return {c.name: c.encrypted for c in self.columns if c.encrypted is not None}

    @property
    def blanked(self) -> dict[str, str]:
        return {column: value for (table, column), value in BLANKED.items() if table == self.name}

    def describe(self) -> dict[str, Any]:
        return {"name": self.name, "label": self.label, "columns": [c.describe() for c in self.columns]}


def tables_of(cursor: Any, schema: str) -> list[Table]:
    """The tables of a schema that a package holds, without what the database computes itself."""
    cursor.execute(
        "SELECT c.relname, a.attname, format_type(a.atttypid, NULL), NOT a.attnotnull"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
        " ORDER BY c.relname, a.attnum",
        [schema],
    )
    models = _models()
    found: dict[str, list[Column]] = {}
    for table, column, kind, nullable in cursor.fetchall():
        if table not in LEFT_OUT:
            found.setdefault(table, []).append(_column(models.get(table), column, kind, nullable))
    return [Table(name, _label(models.get(name)), tuple(columns)) for name, columns in found.items()]


def _models() -> dict[str, type[Model]]:
    return {m._meta.db_table: m for m in apps.get_models(include_auto_created=True) if not m._meta.proxy}


def _label(model: type[Model] | None) -> str:
    return str(model._meta.verbose_name) if model else ""


def _column(model: type[Model] | None, name: str, kind: str, nullable: bool) -> Column:
    fields: Iterable[Any] = model._meta.concrete_fields if model else ()
    field = next((f for f in fields if f.column == name), None)
    if field is None or model is None:
        return Column(name, kind, nullable)
    privacy = getattr(model, "Privacy", None)
    personal = field.name in (*getattr(privacy, "personal", ()), *getattr(privacy, "specific", ()))
    target = f"{field.related_model._meta.db_table}.{field.target_field.column}" if field.is_relation else ""
    encrypted = field if isinstance(field, EncryptedField) else None
    return Column(name, kind, nullable, str(field.verbose_name), personal, target, encrypted)
