"""Regencies whose last night is not safe yet, and rehearsals that went wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from tenants.backups.models import Backup, RestoreDrill
from tenants.backups.queries import LATE, kept_ones
from tenants.problems import Problem

_NAMED = 5
_WEEK = timedelta(days=7)


def problems(at: datetime) -> Iterator[Problem]:
    """Who has no backup of the last night, one line for all; each drill of the week that failed."""
    newest = dict(Backup.objects.complete().values_list("schema_name").annotate(Max("taken_at")))
    late = [
        regency
        for regency in kept_ones().filter(created_at__lt=at - LATE).order_by("name")
        if newest.get(regency.schema_name, at - 2 * LATE) < at - LATE
    ]
    if late:
        words = {"count": len(late), "names": ", ".join(regency.title for regency in late[:_NAMED])}
        text = _("%(count)s kabupaten tidak memiliki cadangan semalam: %(names)s.") % words
        if len(late) > _NAMED:
            text = text.removesuffix(".") + ", …"
        yield Problem(_("Cadangan terlambat"), text, "/console/backups/", "bad")
    for drill in RestoreDrill.objects.filter(passed=False, finished_at__gt=at - _WEEK).order_by("-finished_at"):
        words = {"schema": drill.schema_name, "finding": (drill.findings or [""])[0]}
        text = _("%(schema)s: %(finding)s") % words
        yield Problem(_("Gladi pemulihan gagal"), text[:300], f"/console/backups/{drill.code}/", "bad")
