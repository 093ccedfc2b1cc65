"""A backup beside the live schema, in its place, and gone again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django_tenants.utils import get_tenant_base_migrate_command_class
from knox.models import AuthToken

from tenants.accounts.models import Invitation
from tenants.audit.actions import Operator, record
from tenants.backups import manifest, tasks
from tenants.backups.actions.files import bring_file
from tenants.backups.actions.refusals import AlreadyRunning, BackupRefused, NotUsable
from tenants.backups.archive import Damaged, Reader
from tenants.backups.copying import member
from tenants.backups.models import Backup, RestoredSchema
from tenants.backups.sealing import NotSealedHere
from tenants.models import Regency
from tenants.schemas.context import after_commit, in_public, in_regency, in_schema
from tenants.schemas.locks import advisory_lock
from tenants.schemas.names import new_restored_name, quoted
from tenants.schemas.release import lacks_migrations
from tenants.schemas.removal import drop_in_parts, to_trash
from tenants.schemas.replay import Rows, copy_rows, replay
from tenants.schemas.script import SchemaScript
from tenants.support.actions import end_all

logger = logging.getLogger(__name__)


def restore_beside(*, backup: Backup, by: Any, at: datetime, up_to_date: bool = True) -> RestoredSchema:
    """Lay a backup out as a schema of its own, to which no host leads, now. Raises NotUsable.

    Brought `up_to_date` with this release's migrations, so that its rows can be compared and pulled back.
    """
    restored = lay_out_beside(restored=_reserve(backup, by, at), up_to_date=up_to_date)
    if restored.state == RestoredSchema.State.FAILED:
        raise NotUsable(restored.error)
    return restored


def request_beside(*, backup: Backup, by: Any, at: datetime) -> RestoredSchema:
    """Ask a worker for the same; the row says when it is there. Raises BackupRefused for a regency that is gone."""
    regency = Regency.objects.filter(schema_name=backup.schema_name).first()
    if regency is None:
        raise BackupRefused(_("Kabupaten ini tidak ada lagi di sini. Gunakan “manage.py restore_regency”."))
    restored = _reserve(backup, by, at)
    with in_regency(regency):
        after_commit(lambda: tasks.lay_out_beside.delay(restored.pk))
    return restored


@transaction.atomic
def _reserve(backup: Backup, by: Any, at: datetime) -> RestoredSchema:
    with in_public():
        restored = RestoredSchema.objects.create(
            schema_name=new_restored_name(backup.schema_name),
            of_schema=backup.schema_name,
            backup=backup,
            restored_at=at,
            restored_by=getattr(by, "name", ""),
        )
        record("backups.restored_beside", subject=restored, by=by, data={"backup": backup.name}, at=at)
        return restored


def lay_out_beside(*, restored: RestoredSchema, up_to_date: bool = True) -> RestoredSchema:
    """Make the schema that was asked for. Killed in the middle nothing of it is there, and it can be called again.

    What is wrong with the backup is stored on the row as a sentence.
    """
    with in_public(), advisory_lock(f"restore {restored.schema_name}", wait=False) as held:
        restored.refresh_from_db()
        if not held or restored.state != RestoredSchema.State.WAITING:
            return restored
        assert restored.backup is not None
        try:
            with usable(restored.backup) as (_facts, reader), transaction.atomic():
                lay_out(reader, restored.schema_name)
                if up_to_date and lacks_migrations(restored.schema_name):
                    _migrate(restored.schema_name)
                restored.state = RestoredSchema.State.READY
                restored.save(update_fields=["state"])
        except NotUsable as refused:
            return _failed(restored, str(refused))
        except Exception as error:
            logger.exception("a backup could not be laid out")
            return _failed(restored, _("Gagal digelar (%s). Coba sekali lagi.") % type(error).__name__)
    return restored


def _migrate(schema: str) -> None:
    """Bring a schema of an earlier release to this one, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked forbids to alter its table
    with in_schema(schema):
        command = get_tenant_base_migrate_command_class()()
        call_command(command, interactive=False, verbosity=0, skip_checks=True)


def _failed(restored: RestoredSchema, why: str) -> RestoredSchema:
    restored.state, restored.error = RestoredSchema.State.FAILED, why
    restored.save(update_fields=["state", "error"])
    return restored


@contextmanager
def usable(backup: Backup) -> Iterator[tuple[manifest.Manifest, Reader]]:
    """The backup's manifest and parts; whatever is wrong with them becomes NotUsable."""
    try:
        with manifest.opened(backup) as found:
            yield found
    except manifest.Unusable as error:
        raise NotUsable(_("Cadangan ini tidak dapat dipakai (%s). Pilih cadangan lain.") % error) from error
    except (Damaged, NotSealedHere) as error:
        raise NotUsable(_("Cadangan ini rusak atau diubah (%s). Pilih cadangan lain.") % error) from error


def lay_out(reader: Reader, schema: str) -> None:
    """Make `schema` from the parts, in the caller's transaction. Raises Damaged and NotSealedHere."""
    script = SchemaScript.load(reader.bytes("schema"))
    with connection.cursor() as cursor:
        replay(cursor, script, schema, fill=lambda inside: copy_rows(inside, _rows(reader, script)))


def _rows(reader: Reader, script: SchemaScript) -> Rows:
    for table in script.seeds:
        yield table.target, reader.blocks(member(table.table))


def drop_restored(*, restored: RestoredSchema, by: Any, at: datetime) -> None:
    """The schema beside is no longer needed. Repeating it does no harm."""
    with in_public():
        with transaction.atomic():
            row = RestoredSchema.objects.select_for_update().get(pk=restored.pk)
            if row.dropped_at is None:
                _mark_dropped(row, at)
                record("backups.restored_dropped", subject=row, by=by, at=at)
        if trash := to_trash(restored.schema_name):
            drop_in_parts(trash)


def _mark_dropped(row: RestoredSchema, at: datetime) -> None:
    row.state, row.dropped_at = RestoredSchema.State.DROPPED, at
    row.save(update_fields=["state", "dropped_at"])


def put_in_place(*, restored: RestoredSchema, regency: Regency, reason: str, by: Any, at: datetime) -> RestoredSchema:
    """Let the backup be the regency's schema from now on; what was live stands beside in its stead.

    Two renames in one transaction. Files that are missing come from the backup; none is overwritten. Nobody is signed
    in, and nothing that was revoked since opens again. Returns the row of what was live. Raises NotUsable,
    AlreadyRunning.
    """
    assert restored.backup is not None
    with in_public(), usable(restored.backup) as (_facts, reader), transaction.atomic():
        with advisory_lock(f"backup {regency.schema_name}", wait=False) as held:
            if not held:
                raise AlreadyRunning(_("%s sedang dicadangkan. Tunggu sampai selesai.") % regency.title)
        row = RestoredSchema.objects.select_for_update().get(pk=restored.pk, state=RestoredSchema.State.READY)
        aside = RestoredSchema.objects.create(
            schema_name=new_restored_name(regency.schema_name),
            of_schema=regency.schema_name,
            restored_at=at,
            restored_by=getattr(by, "name", ""),
            state=RestoredSchema.State.READY,
        )
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER SCHEMA {quoted(regency.schema_name)} RENAME TO {quoted(aside.schema_name)}")
            cursor.execute(f"ALTER SCHEMA {quoted(row.schema_name)} RENAME TO {quoted(regency.schema_name)}")
        _mark_dropped(row, at)
        data = {"backup": restored.backup.name, "aside": aside.schema_name, "reason": reason.strip()[:500]}
        record("backups.put_in_place", subject=regency, by=by, data=data, at=at)
        with in_regency(regency):
            for name in reader.parts:
                if name.startswith("files/"):
                    bring_file(reader, name.removeprefix("files/"), default_storage)
            _close_doors(at)
            record("backups.put_in_place", subject=regency, by=Operator(getattr(by, "name", "")), data=data, at=at)
    return aside


def _close_doors(at: datetime) -> None:
    """What let somebody in when the backup was taken may have been taken from them since."""
    Session.objects.all().delete()
    AuthToken.objects.all().delete()
    Invitation.objects.open().update(expires_at=at)
    end_all(at=at)
