"""Taking a backup of one regency."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.audit import queries as audit
from tenants.audit.actions import record
from tenants.backups import manifest, tasks
from tenants.backups.actions.refusals import AlreadyRunning
from tenants.backups.archive import Writer, stored_in
from tenants.backups.copying import files_of, member, rows_of, snapshot
from tenants.backups.models import Backup
from tenants.backups.queries import kept_ones
from tenants.backups.sealing import SealedWriter
from tenants.backups.storage import storage
from tenants.models import Regency
from tenants.schemas.context import after_commit, in_public, in_regency
from tenants.schemas.locks import advisory_lock
from tenants.schemas.template import read_structure, reading

logger = logging.getLogger(__name__)


def back_up(*, regency: Regency, by: Any, at: datetime) -> Backup:
    """Write one regency, as it is at this moment, into the backup storage.

    Rows come from one snapshot of the database, files after it. Nothing of it is ever whole in memory. The manifest
    is written last: without it, what a killed worker left is no backup, and the next one clears it away.
    Raises AlreadyRunning.
    """
    with in_public(), advisory_lock(f"backup {regency.schema_name}", wait=False) as held:
        if not held:
            raise AlreadyRunning(_("%s sedang dicadangkan. Tunggu sampai selesai.") % regency.title)
        _clear_what_was_cut(regency)
        stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        backup = Backup.objects.create(
            code=regency.code,
            schema_name=regency.schema_name,
            taken_at=at,
            name=f"{regency.schema_name}/{stamp}.rjk",
            asked_by=getattr(by, "name", ""),
        )
        try:
            _write(regency, backup)
        except Exception as error:
            _fail(backup, type(error).__name__)
            raise
        return backup


@transaction.atomic
def request_backup(*, regency: Regency, by: Any, at: datetime) -> None:
    """Ask a worker for a backup now, on record."""
    record("backups.asked", subject=regency, by=by, at=at)
    with in_regency(regency):
        after_commit(lambda: tasks.back_up.delay(operator_id=by.pk))


def _write(regency: Regency, backup: Backup) -> None:
    facts: dict[str, Any] = {
        "code": regency.code,
        "schema": regency.schema_name,
        "taken_at": backup.taken_at.isoformat(),
        "release": settings.RELEASE,
    }
    with contextlib.closing(SealedWriter(cast(Any, storage().open(backup.name, "wb")))) as sealed:
        writer = Writer(cast(Any, sealed))
        with snapshot() as cursor:
            facts |= _write_schema(cursor, regency.schema_name, writer)
        with in_regency(regency):
            for name in files_of():
                with contextlib.suppress(FileNotFoundError):  # swept away since it was listed: no row needs it
                    writer.add(f"files/{name}", stored_in(cast(Any, default_storage.open(name))))
        writer.close()
    parts = [part.as_json() for part in writer.parts]
    manifest.write(backup, {**facts, "parts": parts, "sealed_sha256": manifest.digest_of(backup.name)})
    backup.size = storage().size(backup.name)
    backup.rows = sum(part.rows or 0 for part in writer.parts)
    backup.files = sum(part.name.startswith("files/") for part in writer.parts)
    backup.state, backup.finished_at = Backup.State.COMPLETE, timezone.now()
    backup.save()


def _write_schema(cursor: Any, schema: str, writer: Writer) -> dict[str, Any]:
    """Structure and rows; returns which migrations they have and where the audit chain stood."""
    script = read_structure(cursor, schema)
    writer.add("schema", [script.dump()])
    with reading(cursor, schema, ("extensions",)):
        for table in script.seeds:
            writer.add(member(table.table), rows_of(cursor, table), lines=True)
        cursor.execute("SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app")
        heads = dict(cursor.fetchall())
        cursor.execute(audit.HEAD)
        count, head = cursor.fetchone()
    return {"migrations": heads, "audit": {"rows": count, "head": head}}


def _clear_what_was_cut(regency: Regency) -> None:
    """The lock is ours, so whoever wrote these is gone."""
    for cut in Backup.objects.filter(schema_name=regency.schema_name, state=Backup.State.RUNNING):
        _fail(cut, _("terputus di tengah jalan"))


def _fail(backup: Backup, why: str) -> None:
    remove_files(backup)
    backup.state, backup.finished_at, backup.error = Backup.State.FAILED, timezone.now(), why
    backup.save()


def remove_files(backup: Backup) -> None:
    """Remove what is stored of a backup; the manifest first, so that half of one is never taken for one."""
    for name in (backup.manifest_name, backup.name):
        storage().delete(name)


def regencies_to_back_up() -> Iterator[Regency]:
    """Every regency that has a schema, whatever its state."""
    with in_public():
        yield from kept_ones().order_by("pk")
