"""The packages of a regency that is destroyed go with it; their rows say that the regency had its data."""

from tenants.backups.storage import storage
from tenants.exports.models import ExitPackage
from tenants.models import Regency


def destroy(regency: Regency) -> int:
    """Remove every sealed package that still lies here. Returns how many."""
    lying = ExitPackage.objects.filter(schema_name=regency.schema_name).exclude(state=ExitPackage.State.EXPIRED)
    removed = 0
    for package in lying:
        storage().delete(package.name)
        if package.state != ExitPackage.State.FAILED:
            package.state = ExitPackage.State.EXPIRED
            package.save(update_fields=["state"])
            removed += 1
    return removed
