"""Backups of a destroyed regency go with it, its neighbour's stay."""

import pytest
from django.utils import timezone

from tenants.backups.destruction import destroy
from tenants.backups.models import Backup
from tenants.backups.storage import storage
from tenants.models import Regency


@pytest.mark.django_db(transaction=False)
def test_rows_and_files_go(manggarai: Regency, settings, tmp_path, django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    settings.BACKUP_DIR = tmp_path
    now = timezone.now()
    for schema in ("manggarai", "batang"):
        row = Backup.objects.create(
            code="53.10", schema_name=schema, taken_at=now, finished_at=now, state="complete", name=f"{schema}/a.rjk"
        )
        for name in (row.name, row.manifest_name):
            with storage().open(name, "wb") as file:
                file.write(b"sealed")
    with django_capture_on_commit_callbacks(execute=True):
        assert destroy(manggarai) == 1
        assert destroy(manggarai) == 0
    assert Backup.objects.get().schema_name == "batang"
    assert not storage().exists("manggarai/a.rjk") and storage().exists("batang/a.rjk")
