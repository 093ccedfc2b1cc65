"""The rehearsal that proves a backup can be restored."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.audit.queries import breaks
from tenants.backups.actions.refusals import BackupRefused
from tenants.backups.actions.restoring import drop_restored, restore_beside, usable
from tenants.backups.copying import member, rows_of, snapshot
from tenants.backups.manifest import Manifest
from tenants.backups.models import Backup, RestoreDrill, RestoredSchema
from tenants.models import Regency
from tenants.schemas.context import in_public, in_schema
from tenants.schemas.script import SchemaScript
from tenants.schemas.template import reading


def drill(*, regency: Regency, by: Any, at: datetime) -> RestoreDrill:
    """Restore the newest backup of a regency beside, hold every part against the manifest, drop it, and say how it was.

    What is compared: the hash of every stored file, rows and hash of every table as read back from PostgreSQL, and the
    audit chain, computed anew. Whatever goes wrong is a finding, not an exception.
    """
    with in_public():
        backup = Backup.objects.newest(regency.schema_name)
        findings: list[str] = []
        rows = parts = 0
        if backup is None:
            findings.append(_("%s belum memiliki cadangan.") % regency.title)
        else:
            try:
                rows, parts = _rehearse(backup, findings, by=by, at=at)
            except BackupRefused as refused:
                findings.append(str(refused))
        return _store(regency, backup, findings, rows=rows, parts=parts, by=by, at=at)


@transaction.atomic
def _store(
    regency: Regency, backup: Backup | None, findings: list[str], *, rows: int, parts: int, by: Any, at: datetime
) -> RestoreDrill:
    return RestoreDrill.objects.create(
        code=regency.code,
        schema_name=regency.schema_name,
        backup=backup,
        taken_at=backup.taken_at if backup else None,
        started_at=at,
        finished_at=timezone.now(),
        passed=not findings,
        rows=rows,
        parts=parts,
        findings=findings[:50],
        held_by=getattr(by, "name", ""),
    )


def _rehearse(backup: Backup, findings: list[str], *, by: Any, at: datetime) -> tuple[int, int]:
    with usable(backup) as (manifest, reader):
        for name in reader.parts:
            reader.skim(name)
        script = SchemaScript.load(reader.bytes("schema"))
    restored = restore_beside(backup=backup, by=by, at=at, up_to_date=False)
    try:
        rows = _compare_rows(manifest, script, restored, findings)
        with in_schema(restored.schema_name):
            broken = [{"entry": each.entry_id, "why": each.reason} for each in breaks()]
        findings += [_("Jejak audit baris %(entry)s: %(why)s.") % words for words in broken]
    finally:
        drop_restored(restored=restored, by=by, at=timezone.now())
    return rows, len(manifest.parts)


def _compare_rows(manifest: Manifest, script: SchemaScript, restored: RestoredSchema, findings: list[str]) -> int:
    """Each table read back out of PostgreSQL, as it was written; returns how many rows were seen."""
    seen = 0
    with snapshot() as cursor, reading(cursor, restored.schema_name, ("extensions",)):
        cursor.execute("SET LOCAL synchronize_seqscans = off")  # else a large table may begin in its middle
        for table in script.seeds:
            promised = manifest.tables[member(table.table)]
            digest, rows = hashlib.sha256(), 0
            for block in rows_of(cursor, table):
                digest.update(block)
                rows += block.count(b"\n")
            seen += rows
            if (rows, digest.hexdigest()) != (promised["rows"], promised["sha256"]):
                words = {"table": table.table, "rows": rows, "promised": promised["rows"]}
                findings.append(_("Tabel %(table)s berisi %(rows)s baris, cadangannya %(promised)s.") % words)
    return seen


def random_regencies(number: int) -> list[Regency]:
    """Some that have a backup."""
    with in_public():
        having = Backup.objects.complete().values("schema_name")
        return list(Regency.objects.filter(schema_name__in=having).order_by("?")[:number])
