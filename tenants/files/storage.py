"""Where uploads lie: one folder per schema under MEDIA_ROOT, readable by the application alone."""

import os

from django.core.files.storage import FileSystemStorage
from django.db import connection


class RegencyStorage(FileSystemStorage):
    """The folder of the schema that is current at each call, so that no name leads into another regency's.

    Files have no address of their own: a view that decides who may see one answers with `serving.serve`.
    """

    def __init__(self, location: str | os.PathLike[str] | None = None) -> None:
        super().__init__(
            location=location,  # type: ignore[arg-type]
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )

    @property
    def location(self) -> str:  # type: ignore[override]
        return os.path.join(os.path.abspath(self.base_location), connection.schema_name)  # type: ignore[attr-defined]

    @property
    def base_url(self) -> None:  # type: ignore[override]
        return None
