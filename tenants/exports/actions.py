"""Asking for an exit package, making it, fetching it, letting it expire."""

from __future__ import annotations

import contextlib
import io
import logging
from datetime import datetime, timedelta
from typing import IO, Any, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.backups.sealing import PIECE, SealedReader, SealedWriter
from tenants.backups.storage import storage
from tenants.exports import tasks
from tenants.exports.models import ExitPackage
from tenants.exports.writing import write_package
from tenants.models import Regency
from tenants.schemas.context import after_commit, in_public, in_regency
from tenants.schemas.locks import advisory_lock

logger = logging.getLogger(__name__)
State = ExitPackage.State


class ExportRefused(Exception):
    """It cannot be done; the text says why and what to do."""


@transaction.atomic
def request_export(*, regency: Regency, by: Any, at: datetime, in_background: bool = True) -> ExitPackage:
    """Ask for everything that a regency may take with it. `by` is a user of the regency, or an `Operator`.

    Recorded in the regency's audit. A worker makes it, also for a suspended or archived regency; not `in_background`,
    the caller makes it with `make_export`. Raises ExportRefused while another one is being made.
    """
    with in_public():
        try:
            with transaction.atomic():
                package = ExitPackage.objects.create(
                    code=regency.code,
                    schema_name=regency.schema_name,
                    asked_at=at,
                    asked_by=getattr(by, "name", ""),
                )
        except IntegrityError:
            raise ExportRefused(_("Paket data sedang dibuat. Tunggu sampai selesai, lalu unduh.")) from None
    with in_regency(regency):
        record("exports.requested", subject=regency, by=by, data={"package": str(package.public_id)}, at=at)
        if in_background:
            after_commit(lambda: tasks.make_export.delay(package.pk))
    return package


def make_export(*, package: ExitPackage, at: datetime) -> ExitPackage:
    """Write the package; a second call while it is written, or after, does nothing. Killed, it can be called again."""
    with in_public(), advisory_lock(f"export {package.schema_name}", wait=False) as held:
        package.refresh_from_db()
        if not held or not package.is_moving:
            return package
        regency = Regency.objects.get(schema_name=package.schema_name)
        _progress(package, 0)
        try:
            made = _write(package, regency, at)
        except Exception as error:
            logger.exception("exit package failed")
            storage().delete(package.name)
            _end(package, State.FAILED, error=_("Paket gagal dibuat (%s). Minta sekali lagi.") % type(error).__name__)
            return package
        _end(package, State.READY, **made, expires_at=timezone.now() + timedelta(hours=settings.EXPORT_HOURS))
        with transaction.atomic(), in_regency(regency):
            data = {"package": str(package.public_id), "fingerprint": package.fingerprint, "rows": package.rows}
            record("exports.made", subject=regency, by=None, data=data)
        return package


def _write(package: ExitPackage, regency: Regency, at: datetime) -> dict[str, Any]:
    with contextlib.closing(SealedWriter(cast(Any, storage().open(package.name, "wb")))) as sealed:
        counted = _Counted(sealed)
        made = write_package(
            regency, cast(Any, counted), at=timezone.localtime(at), progress=lambda percent: _progress(package, percent)
        )
    return {**made, "size": counted.size}


class _Counted(io.RawIOBase):
    """Passes on what is written and knows how much it was."""

    def __init__(self, target: SealedWriter) -> None:
        self._target, self.size = target, 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += self._target.write(data)
        return len(data)


def _progress(package: ExitPackage, percent: int) -> None:
    package.state, package.percent = State.RUNNING, percent
    with in_public():
        package.save(update_fields=["state", "percent"])


def _end(package: ExitPackage, state: str, **facts: Any) -> None:
    package.state, package.finished_at = state, timezone.now()
    for name, value in facts.items():
        setattr(package, name, value)
    with in_public():
        package.save()


@transaction.atomic
def fetch(*, package: ExitPackage, regency: Regency, by: Any, at: datetime) -> IO[bytes]:
    """The zip, opened while it is read; every fetch is recorded. Raises ExportRefused when it has expired."""
    if not package.can_be_fetched:
        raise ExportRefused(_("Paket ini sudah berakhir. Minta paket baru."))
    file = io.BufferedReader(SealedReader(cast(Any, storage().open(package.name))), PIECE)
    with in_regency(regency):
        record("exports.fetched", subject=regency, by=by, data={"package": str(package.public_id)}, at=at)
    return file


def expire(*, schema_name: str, at: datetime) -> int:
    """Remove packages of a regency whose time is over. Returns how many."""
    with in_public():
        old = list(ExitPackage.objects.filter(schema_name=schema_name, state=State.READY, expires_at__lte=at))
        for package in old:
            storage().delete(package.name)
            package.state = State.EXPIRED
            package.save(update_fields=["state"])
    return len(old)
