"""Files of the public schema: under its own folder, private, handed out by views that have decided who may see one."""

import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction

from onboarding.applications.models import Application, Paper
from tenants.files.uploads import KINDS, prepare
from tenants.schemas.context import after_commit

FOLDER = "applications"


@transaction.atomic
def store(*, upload: Any, kind: str, application: Application | None, by: Any, at: datetime) -> Paper:
    """Check, clean and keep an upload, as tenants.files does. Raises FileRefused."""
    prepared = prepare(upload)
    paper = Paper(
        application=application,
        kind=kind,
        original_name=str(prepared.name),
        content_type=prepared.content_type,
        size=prepared.size,
        sha256=prepared.sha256,
        uploaded_at=at,
        uploaded_by=by,
    )
    path = f"{FOLDER}/{at:%Y/%m}/{secrets.token_hex(16)}{KINDS[prepared.content_type][1]}"
    paper.file.save(path, prepared, save=False)
    try:
        with transaction.atomic():
            paper.save()
    except BaseException:
        paper.file.storage.delete(str(paper.file.name))
        raise
    return paper


@transaction.atomic
def delete_all(*, application: Application) -> None:
    """Remove the papers of an application that came to nothing."""
    for paper in application.papers.filter(agreement=None):
        after_commit(partial(paper.file.storage.delete, str(paper.file.name)))
        paper.delete()


def sweep(*, before: datetime) -> int:
    """Remove files that no row names, left by transactions that failed; how many there were."""
    known = set(Paper.objects.values_list("file", flat=True))
    orphans = [
        path
        for path in _paths(FOLDER)
        if path not in known and default_storage.get_modified_time(path) < before - timedelta(hours=1)
    ]
    for path in orphans:
        default_storage.delete(path)
    return len(orphans)


def _paths(folder: str) -> list[str]:
    if not default_storage.exists(folder):
        return []
    folders, files = default_storage.listdir(folder)
    found = [f"{folder}/{name}" for name in files]
    for name in folders:
        found += _paths(f"{folder}/{name}")
    return found
