"""What others may ask of exit packages: the deletion of a regency wants one first."""

from tenants.exports.actions import ExportRefused, make_export, request_export
from tenants.exports.models import ExitPackage
from tenants.models import Regency
from tenants.schemas.context import in_public

__all__ = ["ExportRefused", "latest_export", "make_export", "request_export"]


def latest_export(regency: Regency) -> ExitPackage | None:
    """The newest package of a regency that was finished (made or failed: see its state); None if there is none."""
    with in_public():
        return ExitPackage.objects.latest(regency.schema_name)
