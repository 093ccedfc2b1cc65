"""The backups of a regency that is destroyed go with it."""

from django.db import transaction

from tenants.backups.actions.taking import remove_files
from tenants.backups.models import Backup
from tenants.models import Regency


@transaction.atomic
def destroy(regency: Regency) -> int:
    """Remove every backup of the regency, rows now and files on commit. Returns how many."""
    found = list(Backup.objects.filter(schema_name=regency.schema_name))
    for backup in found:
        backup.delete()
        transaction.on_commit(lambda backup=backup: remove_files(backup))  # type: ignore[misc]
    return len(found)
