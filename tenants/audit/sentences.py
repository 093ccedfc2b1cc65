"""Audit rows as sentences. Each app says in its own `sentences.py` how its actions read."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenants.audit.models import AuditEntry

SENTENCES: dict[str, str | Promise] = {}


@cache
def sentences() -> dict[str, str | Promise]:
    """Predicates by action; `%(subject)s` and the keys of the row's data may stand in them."""
    found: dict[str, str | Promise] = {}
    for config in apps.get_app_configs():
        if config.name.startswith(("tenants", "modules", "onboarding")) and find_spec(f"{config.name}.sentences"):
            found |= import_module(f"{config.name}.sentences").SENTENCES
    return found


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(entry: AuditEntry) -> str:
    """`Rina Wulandari menyetujui pengajuan SK-2026-000012`."""
    predicate = sentences().get(entry.action)
    if predicate is None:
        return f"{_who(entry)}: {entry.action} {entry.subject_label}"
    subject = entry.subject_label or f"#{entry.subject_id}"
    return f"{_who(entry)} {str(predicate) % _Known(entry.data, subject=subject)}"


def _who(entry: AuditEntry) -> str:
    return entry.actor_name or _("Sistem atau warga")
