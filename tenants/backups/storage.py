"""Where backups and exit packages lie: one folder per regency under BACKUP_DIR, readable by the application alone.

Another place (an S3 bucket, a mounted disk of another machine) is another backend of the alias `backups` in STORAGES;
it must open a name for writing ("wb") and for reading with seeking ("rb"), as django-storages' backends do.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages


class BackupStorage(FileSystemStorage):
    """Files that only the application reads; never served by an address of their own."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self) -> str:  # type: ignore[override]
        return str(settings.BACKUP_DIR)

    @property
    def location(self) -> str:  # type: ignore[override]
        return str(Path(self.base_location).absolute())

    @property
    def base_url(self) -> None:  # type: ignore[override]
        return None

    def _open(self, name: str, mode: str = "rb") -> Any:
        path = Path(self.path(name))
        if "w" in mode:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
        return super()._open(name, mode)  # type: ignore[misc]


def storage() -> Storage:
    """The storage behind the alias `backups`."""
    return storages["backups"]
