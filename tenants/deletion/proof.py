"""Whether a regency has its data in hand: without a package that holds everything, nothing is destroyed."""

from tenants.audit.models import AuditEntry
from tenants.exports.models import ExitPackage
from tenants.exports.public import latest_export
from tenants.models import Regency
from tenants.schemas.context import in_regency

_MADE = (ExitPackage.State.READY, ExitPackage.State.EXPIRED)
"""States of a package that was made; an expired one was there to be fetched."""
_OF_THE_END = ("exports.", "deletion.", "tenants.", "support.", "backups.")
"""Beginnings of what is recorded while a regency is closed: none of it is data that its package would lack."""


def exit_package(regency: Regency) -> ExitPackage | None:
    """The newest finished package of a regency; None when there is none, or it failed."""
    found = latest_export(regency)
    return found if found and found.state in _MADE else None


def changes_since(regency: Regency, package: ExitPackage) -> int:
    """How much was recorded in the regency after its package was asked for: the package may lack it."""
    with in_regency(regency):
        later = AuditEntry.objects.filter(at__gt=package.asked_at)
        for beginning in _OF_THE_END:
            later = later.exclude(action__startswith=beginning)
        return later.count()
