"""Regencies as lists for the central team."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from tenants.audit.models import AuditEntry
from tenants.models import Regency

TONES: Mapping[str, str] = {"active": "ok", "read_only": "warn", "suspended": "bad", "provisioning": "info"}
"""The tone of each state in lists and headings."""


def state_changes(regency: Regency) -> QuerySet[AuditEntry]:
    """Who changed the state of a regency, when and why (`data["reason"]`); in the current schema's audit."""
    return AuditEntry.objects.filter(
        action="tenants.state_changed", subject_type=Regency._meta.label_lower, subject_id=str(regency.pk)
    )


def last_change(regency: Regency) -> AuditEntry | None:
    """The newest of `state_changes`."""
    return state_changes(regency).order_by("-pk").first()


def chosen(search: str, state: str) -> QuerySet[Regency]:
    """Regencies by name, province or code, in a state, ordered by name."""
    found = Regency.objects.order_by("name", "code")
    if text := search.strip():
        found = found.filter(Q(name__icontains=text) | Q(province__icontains=text) | Q(code__startswith=text))
    return found.filter(state=state) if state else found


def after(found: QuerySet[Regency], name: str, code: str) -> QuerySet[Regency]:
    """What follows the regency of that name and code: pages by key stay right while the list grows."""
    return found.filter(Q(name__gt=name) | Q(name=name, code__gt=code))
