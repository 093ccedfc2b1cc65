"""Deletions that come near, and those that stand still."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tenants.deletion.models import DeletionRequest
from tenants.problems import Problem

_NEAR, _LATE = timedelta(days=7), timedelta(days=1)


def problems(at: datetime) -> Iterator[Problem]:
    """What will be destroyed within a week, and what should have been and was not."""
    waiting = DeletionRequest.objects.filter(cancelled_at=None, executed_at=None, due_at__lt=at + _NEAR)
    for request in waiting.select_related("regency").order_by("due_at"):
        url = f"/console/regencies/{request.regency.code}/deletion/"
        words = {"title": request.regency.title, "day": f"{request.due_at:%d-%m-%Y}"}
        if request.due_at and request.due_at < at - _LATE:
            text = _("%(title)s: seharusnya dihapus %(day)s, tetapi belum. Periksa paket keluarnya.") % words
            yield Problem(_("Penghapusan tertahan"), text, url, "bad")
        else:
            yield Problem(_("Akan dihapus"), _("%(title)s dihapus %(day)s.") % words, url)
