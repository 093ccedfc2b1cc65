from django.core.files.base import File
from django.core.files.storage import Storage

from tenants.backups.archive import Damaged, Reader


class _Stream(File):
    """Blocks as a file to store; read once, from front to end."""

    def __init__(self, reader: Reader, name: str) -> None:
        super().__init__(None, name)
        self._blocks = reader.blocks(name)
        self.size = reader.parts[name].size

    def chunks(self, chunk_size: int | None = None):  # type: ignore[no-untyped-def]
        return self._blocks


def bring_file(reader: Reader, name: str, storage: Storage) -> bool:
    """Store the backup's file under its own name in the current regency, unless it is there. Raises Damaged."""
    if storage.exists(name):
        return False
    if f"files/{name}" not in reader.parts:
        raise Damaged(name)
    if storage.save(name, _Stream(reader, f"files/{name}")) != name:
        raise FileExistsError(name)
    return True
