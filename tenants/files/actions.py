import secrets
from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction

from tenants.audit.actions import record
from tenants.files.models import Attachment, StoredFile
from tenants.files.uploads import (
    JPEG,
    KINDS,
    MAX_BYTES,
    PDF,
    PNG,
    FileEmpty,
    FileKindRefused,
    FileRefused,
    FileTooLarge,
    FileUnreadable,
    PreparedUpload,
    prepare,
)
from tenants.schemas.context import after_commit

__all__ = [
    "FileEmpty",
    "FileKindRefused",
    "FileRefused",
    "FileTooLarge",
    "FileUnreadable",
    "delete",
    "keep",
    "release",
    "store",
    "store_made",
    "sweep",
    "sweep_folder",
    "sweep_released",
]
FOLDER = "attachments"
Row = TypeVar("Row", bound=StoredFile)


@transaction.atomic
def store(
    *,
    upload: Any,
    kind: str,
    subject: models.Model,
    by: Any,
    at: datetime,
    allowed: Iterable[str] = (PDF, JPEG, PNG),
    max_bytes: int = MAX_BYTES,
) -> Attachment:
    """Check, clean and keep what someone sent as a `kind` of file ("ktp") of the saved object `subject`.

    `upload` is a Django file, or what an UploadField cleaned. Raises a FileRefused (FileEmpty, FileTooLarge,
    FileKindRefused, FileUnreadable) whose text is the sentence to show.
    """
    prepared = prepare(upload, allowed=allowed, max_bytes=max_bytes)
    attachment = keep(_about(subject, kind), prepared, folder=FOLDER, by=by, at=at)
    record(
        "files.attachment_stored",
        subject=subject,
        by=by,
        at=at,
        data={"attachment": str(attachment.public_id), "kind": kind, "size": attachment.size},
    )
    return attachment


@transaction.atomic
def store_made(
    *,
    content: bytes,
    name: str,
    content_type: str,
    kind: str,
    subject: models.Model,
    by: Any,
    at: datetime,
) -> Attachment:
    """Keep what the system made itself (a letter): not checked, and recorded by the action that made it."""
    made = PreparedUpload(ContentFile(content), name, content_type)
    return keep(_about(subject, kind), made, folder=FOLDER, by=by, at=at)


def keep(row: Row, prepared: PreparedUpload, *, folder: str, by: Any, at: datetime) -> Row:
    """Store the content under `folder` and then the row that names it; a row that fails leaves no file behind.

    The caller has set what the row is about, holds the transaction, and records what was done.
    """
    row.original_name, row.content_type = str(prepared.name), prepared.content_type
    row.size, row.sha256 = prepared.size, prepared.sha256
    row.uploaded_at, row.uploaded_by = at, by
    path = f"{folder}/{at:%Y/%m}/{secrets.token_hex(16)}{KINDS[prepared.content_type][1]}"
    row.file.save(path, prepared, save=False)
    try:
        with transaction.atomic():
            row.save()
    except BaseException:
        row.file.storage.delete(str(row.file.name))
        raise
    return row


@transaction.atomic
def delete(*, attachment: Attachment, reason: str, by: Any, at: datetime) -> None:
    """Remove a file for good (retention over, sent by mistake); the audit keeps that it was there."""
    record(
        "files.attachment_deleted",
        subject=attachment,
        by=by,
        at=at,
        data={"kind": attachment.kind, "sha256": attachment.sha256, "reason": reason},
    )
    storage, path = attachment.file.storage, str(attachment.file.name)
    attachment.delete()
    after_commit(partial(storage.delete, path))


@transaction.atomic
def release(*, attachment: Attachment, at: datetime) -> None:
    """Say that a file was replaced and its module needs it no longer; it is swept once no row refers to it.

    What the law wants kept stays as long as a row of its module refers to it. Recorded by who replaces it.
    """
    attachment.released_at = at
    attachment.save(update_fields=["released_at"])


def sweep_released(*, before: datetime, at: datetime) -> int:
    """Delete the files that were released before `before` and that no row of any module refers to; how many."""
    unused = Attachment.objects.filter(released_at__lt=before)
    for relation in Attachment._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (model := relation.related_model):
            name = relation.field.name  # type: ignore[union-attr]
            unused = unused.filter(~models.Exists(model._base_manager.filter(**{name: models.OuterRef("pk")})))  # type: ignore[union-attr]
    found = list(unused.order_by("pk"))
    for attachment in found:
        delete(attachment=attachment, reason="replaced", by=None, at=at)
    return len(found)


def sweep(*, before: datetime) -> int:
    """Remove stored files that no attachment names, left by transactions that failed; how many there were.

    `before` (a day ago) leaves alone what a running transaction may just have written.
    """
    return sweep_folder(FOLDER, known=set(Attachment.objects.values_list("file", flat=True)), before=before)


def sweep_folder(folder: str, *, known: Container[str], before: datetime) -> int:
    """Remove the files of a folder that are older than `before` and not among `known`; how many there were."""
    orphans = [
        path for path in _paths(folder) if path not in known and default_storage.get_modified_time(path) < before
    ]
    for path in orphans:
        default_storage.delete(path)
    return len(orphans)


def _about(subject: models.Model, kind: str) -> Attachment:
    if subject.pk is None:
        raise ValueError("save the object before its files")
    return Attachment(subject_type=subject._meta.label_lower, subject_id=str(subject.pk), kind=kind)


def _paths(folder: str) -> Iterator[str]:
    if not default_storage.exists(folder):
        return
    folders, files = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _paths(f"{folder}/{name}")
