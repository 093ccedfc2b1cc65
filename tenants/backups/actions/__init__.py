"""Taking backups, laying them out beside the live schema, pulling objects back, rehearsing, thinning out."""

from tenants.backups.actions.drill import drill
from tenants.backups.actions.pulling import pull_back
from tenants.backups.actions.refusals import BackupRefused
from tenants.backups.actions.restoring import (
    drop_restored,
    lay_out_beside,
    put_in_place,
    request_beside,
    restore_beside,
)
from tenants.backups.actions.retention import thin_out
from tenants.backups.actions.taking import back_up, request_backup

__all__ = [
    "BackupRefused",
    "back_up",
    "drill",
    "drop_restored",
    "lay_out_beside",
    "pull_back",
    "put_in_place",
    "request_backup",
    "request_beside",
    "restore_beside",
    "thin_out",
]
