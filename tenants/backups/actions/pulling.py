"""Single objects out of a backup, back into the live schema."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import Error, transaction
from django.db.models import FileField, Model
from django.utils.translation import gettext as _

from tenants.audit.actions import Operator, record
from tenants.backups.actions.files import bring_file
from tenants.backups.actions.refusals import PullRefused
from tenants.backups.actions.restoring import usable
from tenants.backups.archive import Reader
from tenants.backups.closure import Closure, closure, copy_statement, execute, pullable
from tenants.backups.models import RestoredSchema
from tenants.models import Regency
from tenants.schemas.context import in_public, in_regency

MOST = 200
"""Objects in one go: this is for single ones."""


@transaction.atomic
def pull_back(
    *,
    restored: RestoredSchema,
    regency: Regency,
    model: type[Model],
    keys: Iterable[Any],
    reason: str,
    by: Any,
    at: datetime,
) -> int:
    """Make objects in the live schema what they were in the backup, with their parts, files and what they need.

    All or nothing, and recorded in the regency's own audit. What the live schema has newer of the objects' own rows is
    overwritten; what they merely refer to is added where it is missing and else left alone. Rows that a trigger locks
    refuse. Returns how many rows were written. Raises PullRefused, NotUsable.
    """
    wanted = set(keys)
    _refuse(restored, regency, model, wanted, reason)
    live, side = regency.schema_name, restored.schema_name
    found = closure(model, wanted, side=side, live=live)
    if found.missing:
        raise PullRefused(
            _("Objek ini merujuk yang tidak ada lagi dan tidak dipulihkan lewat halaman ini: %s.")
            % ", ".join(found.missing[:5])
        )
    if not found.own.get(model):
        raise PullRefused(_("Objek itu tidak ada di dalam cadangan."))
    with in_regency(regency):
        try:
            with transaction.atomic():
                written = sum(
                    execute(copy_statement(each, side=side, live=live, overwrite=own), rows)
                    for each, rows, own in found
                )
        except Error as error:
            raise PullRefused(_("Basis data menolak: %s.") % _why(error)) from error
        assert restored.backup is not None
        with usable(restored.backup) as (_facts, reader):
            files = _bring_files(found, reader)
        data = {
            "model": model._meta.label_lower,
            "keys": sorted(map(str, wanted))[:50],
            "rows": written,
            "files": files,
            "backup": restored.backup.name,
            "reason": reason.strip()[:500],
        }
        actor = Operator(getattr(by, "name", ""))
        record("backups.pulled_back", subject=regency, by=actor, data=data, at=at)
    with in_public():
        record("backups.pulled_back", subject=regency, by=by, data=data, at=at)
    return written


def _refuse(restored: RestoredSchema, regency: Regency, model: type[Model], keys: set[Any], reason: str) -> None:
    with in_public():
        locked = RestoredSchema.objects.select_for_update().filter(pk=restored.pk, state="ready").first()
    if locked is None or restored.of_schema != regency.schema_name or restored.backup is None:
        raise PullRefused(_("Cadangan ini tidak lagi tergelar. Gelar kembali dahulu."))
    if model not in pullable():
        raise PullRefused(_("Jenis objek ini tidak dapat ditarik satu per satu."))
    if not keys or len(keys) > MOST:
        raise PullRefused(_("Pilih satu sampai %s objek.") % MOST)
    if not reason.strip():
        raise PullRefused(_("Tulis alasannya: pegawai kabupaten itu membacanya di jejak audit."))


def _bring_files(found: Closure, reader: Reader) -> int:
    """Files that the rows name and the regency no longer has."""
    brought = 0
    for model, keys, _own in found:
        names = [f.name for f in model._meta.concrete_fields if isinstance(f, FileField)]
        for row in model._base_manager.filter(pk__in=keys).values_list(*names) if names else ():
            brought += sum(bring_file(reader, name, default_storage) for name in row if name)
    return brought


def _why(error: Error) -> str:
    """The kind of refusal and the constraint, without the row."""
    cause: Any = error.__cause__
    told = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return told or _("baris itu dikunci oleh aturannya sendiri")
