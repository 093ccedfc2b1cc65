from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.utils import timezone

from tenants.audit.models import AuditEntry
from tenants.context import request_id


@dataclass(frozen=True)
class Operator:
    """Somebody of the central team acting on a regency: a name in its audit, not one of its users."""

    name: str
    pk: None = None


def record(
    action: str,
    *,
    subject: models.Model,
    by: Any,
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Write that `by` did `action` to `subject`, inside the transaction of the action itself.

    `action` is `<app>.<past tense>` and has its sentence in the app's `sentences.py`. `by` is a User, an Operator,
    or None for a citizen or the system. `data` is JSON and must hold no personal data: identifiers and amounts, not
    names. Raises RuntimeError outside a transaction, because the record and the deed must live or die together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{action} is recorded outside a transaction")
    AuditEntry.objects.create(
        at=at or timezone.now(),
        actor_id=getattr(by, "pk", None),
        actor_name=getattr(by, "name", ""),
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=_label(subject),
        data=dict(data or {}),
        request_id=request_id.get(),
    )


def _label(subject: models.Model) -> str:
    """What a reader recognises: a number or code, never a person's name."""
    for name in ("number", "code", "key", "schema_name"):
        if value := getattr(subject, name, None):
            return str(value)[:200]
    return ""
