"""What was copied of a regency that is destroyed goes with it: sealed backups, and schemas that stand beside."""

from django.utils import timezone

from tenants.backups.actions.restoring import drop_restored
from tenants.backups.actions.taking import remove_files
from tenants.backups.models import Backup, RestoredSchema
from tenants.models import Regency


def destroy(regency: Regency) -> int:
    """Remove every backup and side schema of the regency. Returns how many. Killed, it can be called again."""
    beside = list(RestoredSchema.objects.filter(of_schema=regency.schema_name, dropped_at=None))
    for restored in beside:
        drop_restored(restored=restored, by=None, at=timezone.now())
    backups = list(Backup.objects.filter(schema_name=regency.schema_name))
    for backup in backups:
        remove_files(backup)
        backup.delete()
    return len(beside) + len(backups)
