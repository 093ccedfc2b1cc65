"""Destroying everything of a regency: asked by one operator, confirmed by another, announced, waited for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.accounts.models import User
from tenants.audit import queries as audit
from tenants.audit.actions import Operator, record
from tenants.backups.copying import files_of
from tenants.deletion import elsewhere, proof, tasks
from tenants.deletion.models import DeletionRequest, Destruction
from tenants.exports.models import ExitPackage
from tenants.exports.public import ExportRefused, request_export
from tenants.models import Regency
from tenants.queries import state_changes
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_regency
from tenants.schemas.locks import advisory_lock
from tenants.schemas.names import quoted
from tenants.schemas.standby import drop_schema

State = Regency.State
_OWN = ("crest", "brand", "address", "postal_code", "phone", "email", "website", "live_at", "live_by")
"""What of the row is the regency's own doing; the rest says which place it is."""


class DeletionRefused(Exception):
    """Not possible; the text says why and what to do."""


class NotArchived(DeletionRefused):
    """Only what is closed to everybody is destroyed."""


class SecondPersonNeeded(DeletionRefused):
    """Who asked does not confirm."""


class ExitPackageMissing(DeletionRefused):
    """The regency has not got its data yet, or not all of it."""


class NotOpen(DeletionRefused):
    """Confirmed, cancelled or carried out already."""


@transaction.atomic
def ask(*, regency: Regency, reason: str, by: User, at: datetime) -> DeletionRequest:
    """Ask that an archived regency be destroyed. Nothing happens until a second operator confirms.

    Raises NotArchived, DeletionRefused (no reason, asked already).
    """
    if not reason.strip():
        raise DeletionRefused(_("Tulis alasannya: tercatat selamanya di daftar penghapusan."))
    regency = Regency.objects.select_for_update().get(pk=regency.pk)
    if regency.state != State.ARCHIVED:
        raise NotArchived(_("Arsipkan %s lebih dahulu; yang masih dapat dibuka tidak dihapus.") % regency.title)
    try:
        with transaction.atomic():
            request = DeletionRequest.objects.create(
                regency=regency, reason=reason.strip()[:500], asked_at=at, asked_by=by.name, asked_by_id=by.pk
            )
    except IntegrityError:
        raise DeletionRefused(_("Penghapusan %s sudah diminta.") % regency.title) from None
    _record("deletion.asked", request, by, at, {"reason": request.reason})
    return request


@transaction.atomic
def ask_package(*, regency: Regency, by: User, at: datetime) -> ExitPackage:
    """Let a worker make the exit package of an archived regency, whose own people cannot ask for it any more.

    Raises NotArchived, DeletionRefused (one is being made).
    """
    if regency.state != State.ARCHIVED:
        raise NotArchived(_("%s masih dibuka: administratornya sendiri yang meminta paket datanya.") % regency.title)
    try:
        package = request_export(regency=regency, by=Operator(by.name), at=at)
    except ExportRefused as refused:
        raise DeletionRefused(str(refused)) from None
    record("deletion.package_asked", subject=regency, by=by, at=at)
    return package


@transaction.atomic
def confirm(*, request: DeletionRequest, by: User, at: datetime) -> DeletionRequest:
    """A second operator agrees: the waiting period begins and the regency's administrators are told.

    Raises NotOpen, SecondPersonNeeded, NotArchived, ExitPackageMissing.
    """
    request = _open(request)
    if request.confirmed_at:
        raise NotOpen(_("Penghapusan ini sudah disetujui."))
    if request.asked_by_id == by.pk:
        raise SecondPersonNeeded(_("Yang meminta tidak dapat menyetujui. Minta operator lain."))
    _refuse_reopened(request, request.regency)
    _refuse_without_package(request.regency)
    request.confirmed_at, request.confirmed_by, request.confirmed_by_id = at, by.name, by.pk
    request.due_at = at + timedelta(days=settings.DELETION_WAIT_DAYS)
    request.save()
    _record("deletion.confirmed", request, by, at, {"due": request.due_at.date().isoformat()})
    transaction.on_commit(lambda: tasks.tell.delay(request.pk), robust=True)
    return request


@transaction.atomic
def cancel(*, request: DeletionRequest, by: User, at: datetime) -> DeletionRequest:
    """Do not destroy it after all; any time before it is done. Raises NotOpen."""
    request = _open(request)
    if Destruction.objects.filter(request_id=request.pk).exists():
        raise NotOpen(_("Penghapusan sudah berjalan; sebagian sudah hilang."))
    request.cancelled_at, request.cancelled_by = at, by.name
    request.save(update_fields=["cancelled_at", "cancelled_by"])
    _record("deletion.cancelled", request, by, at, {})
    return request


def execute(request_id: int, at: datetime) -> Destruction | None:
    """Destroy what is due: the register first, then files, schema and hosts. Goes on where a killed worker stopped.

    None when it is not due, was cancelled, or another process is at it. Raises NotArchived, ExitPackageMissing.
    """
    with in_public(), advisory_lock(f"rujukan deletion {request_id}", wait=False) as held:
        request = DeletionRequest.objects.select_related("regency").filter(pk=request_id).first()
        if not held or request is None or not request.is_open or request.due_at is None or request.due_at > at:
            return None
        register = _begin(request, at)
        with in_regency(request.regency):
            for name in list(files_of()):
                default_storage.delete(name)
        drop_schema(register.schema_name)
        register.elsewhere = elsewhere.destroy(request.regency)
        _finish(request, register)
        return register


@transaction.atomic
def _begin(request: DeletionRequest, at: datetime) -> Destruction:
    """Write what is about to go; the same row when it was begun before."""
    regency = Regency.objects.select_for_update().get(pk=request.regency_id)
    begun = Destruction.objects.filter(request_id=request.pk).first()
    if begun:
        return begun
    _refuse_reopened(request, regency)
    package = _refuse_without_package(regency)
    tables = dict(_counted(regency.schema_name))
    with in_regency(regency):
        sizes = [default_storage.size(name) for name in files_of()]
        _count, head = audit.head()
    return Destruction.objects.create(
        request_id=request.pk,
        code=regency.code,
        title=regency.title,
        schema_name=regency.schema_name,
        reason=request.reason,
        asked_by=request.asked_by,
        asked_at=request.asked_at,
        confirmed_by=request.confirmed_by,
        confirmed_at=request.confirmed_at or at,
        exit_package=f"{package.name} sha256:{package.fingerprint}"[:200],
        tables=tables,
        rows=sum(tables.values()),
        files=len(sizes),
        file_bytes=sum(sizes),
        hosts=list(regency.domains.order_by("domain").values_list("domain", flat=True)),  # type: ignore[attr-defined]
        audit_head=head,
        begun_at=at,
    )


@transaction.atomic
def _finish(request: DeletionRequest, register: Destruction) -> None:
    """What public still knew: the row stays as a draft, because packages that it published live on elsewhere."""
    now = timezone.now()
    regency = request.regency
    for relation in Regency._meta.related_objects:  # switches, clones, counts: whatever would go with the row
        if relation.on_delete is models.CASCADE:
            relation.related_model.objects.filter(**{relation.field.name: regency}).delete()
    regency.state = State.DRAFT
    for name in _OWN:  # who comes back begins anew: in trial, without crest and contact
        setattr(regency, name, Regency._meta.get_field(name).get_default())
    regency.save(update_fields=["state", *_OWN])
    request.executed_at = register.finished_at = now
    request.save(update_fields=["executed_at"])
    register.save(update_fields=["finished_at", "elsewhere"])
    data = {"rows": register.rows, "files": register.files}
    record("deletion.executed", subject=regency, by=None, data=data, at=now)
    hosts.changed()


def _refuse_reopened(request: DeletionRequest, regency: Regency) -> None:
    """What was open in between is another regency than the one about which two people agreed."""
    moved = state_changes(regency).filter(at__gt=request.asked_at)
    if regency.state != State.ARCHIVED or moved.exists():
        raise NotArchived(
            _("%s dibuka kembali sesudah penghapusannya diminta. Batalkan permintaan ini; bila perlu, minta lagi.")
            % regency.title
        )


def _refuse_without_package(regency: Regency) -> ExitPackage:
    package = proof.exit_package(regency)
    if package is None:
        raise ExitPackageMissing(_("Paket keluar %s belum ada. Buat dahulu, dan pastikan diterima.") % regency.title)
    if count := proof.changes_since(regency, package):
        raise ExitPackageMissing(
            _("Sesudah paket keluar itu diminta masih tercatat %s perubahan. Buat paket baru, dan pastikan diterima.")
            % count
        )
    return package


def _open(request: DeletionRequest) -> DeletionRequest:
    found = DeletionRequest.objects.select_for_update(of=("self",)).select_related("regency").get(pk=request.pk)
    if not found.is_open:
        raise NotOpen(_("Permintaan ini sudah berakhir."))
    return found


def _record(action: str, request: DeletionRequest, by: User, at: datetime, data: dict[str, str]) -> None:
    """On both records: the regency reads in its own audit what is planned with it."""
    record(action, subject=request.regency, by=by, data=data, at=at)
    with in_regency(request.regency):
        record(action, subject=request.regency, by=Operator(by.name), data=data, at=at)


def _counted(schema: str) -> Iterator[tuple[str, int]]:
    """Exact rows of every table of the schema that has any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {quoted(schema)}.{quoted(table)}")
            count = cursor.fetchone()[0]
            if count:
                yield table, count
