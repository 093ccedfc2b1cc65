"""How a regency shows itself: its crest, its colour, where it can be reached."""

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from tenants.audit.actions import record
from tenants.identity import crest as crests
from tenants.models import Regency
from tenants.routing import hosts
from tenants.schemas.context import in_public

FIELDS = ("brand", "address", "postal_code", "phone", "email", "website")


@transaction.atomic
def change_identity(
    *,
    regency: Regency,
    values: Mapping[str, str],
    crest: IO[bytes] | None = None,
    without_crest: bool = False,
    by: Any,
    at: datetime,
) -> Regency:
    """Write what changed of `values` (by FIELDS) and put a checked picture in place of the crest, or take it away.

    Recorded in the audit of the current schema, which is the regency's; what is unchanged is not recorded. Every
    process shows it within a second. Raises CrestRefused.
    """
    with in_public():
        kept = Regency.objects.select_for_update().get(pk=regency.pk)
        changed = [name for name in FIELDS if name in values and getattr(kept, name) != values[name]]
        for name in changed:
            setattr(kept, name, values[name])
        before = kept.crest.name
        if crest is not None:
            kept.crest.name = crests.keep(crest, kept.code)
        elif without_crest:
            kept.crest.name = ""
        is_new_crest = (kept.crest.name or "") != (before or "")
        if changed or is_new_crest:
            kept.save(update_fields=[*changed, "crest"])
    if changed:
        record("tenants.identity_changed", subject=kept, by=by, at=at, data={"fields": changed, "brand": kept.brand})
    if is_new_crest:
        action = "tenants.crest_changed" if kept.crest else "tenants.crest_removed"
        record(action, subject=kept, by=by, at=at, data={"crest": kept.crest_version})
        if before:
            transaction.on_commit(lambda: crests.discard(before))
    if changed or is_new_crest:
        hosts.changed()
    return kept
