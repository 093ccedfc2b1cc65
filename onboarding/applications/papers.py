"""Files of the public schema: under its own folder, private, handed out by views that have decided who may see one."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from onboarding.applications.models import Application, Paper
from tenants.files import actions as files
from tenants.files.uploads import prepare
from tenants.schemas.context import after_commit

FOLDER = "applications"


@transaction.atomic
def store(*, upload: Any, kind: str, application: Application | None, by: Any, at: datetime) -> Paper:
    """Check, clean and keep an upload, as tenants.files does. Raises FileRefused."""
    return files.keep(Paper(application=application, kind=kind), prepare(upload), folder=FOLDER, by=by, at=at)


@transaction.atomic
def delete_all(*, application: Application) -> None:
    """Remove the papers of an application that came to nothing."""
    for paper in application.papers.filter(agreement=None):
        after_commit(partial(paper.file.storage.delete, str(paper.file.name)))
        paper.delete()


def sweep(*, before: datetime) -> int:
    """Remove files that no row names, left by transactions that failed; how many there were."""
    known = set(Paper.objects.values_list("file", flat=True))
    return files.sweep_folder(FOLDER, known=known, before=before - timedelta(hours=1))
