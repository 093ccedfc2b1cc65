"""Runs that failed or stand still."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from onboarding.models import ProvisioningRun
from tenants.problems import Problem

State = ProvisioningRun.State
_STUCK = timedelta(hours=1)


def problems(at: datetime) -> Iterator[Problem]:
    """Failed runs hold their code until somebody repeats or abandons them; a run of an hour has lost its worker."""
    stuck = Q(state__in=[State.QUEUED, State.RUNNING], created_at__lt=at - _STUCK)
    for run in ProvisioningRun.objects.filter(Q(state=State.FAILED) | stuck).order_by("pk"):
        failed = run.state == State.FAILED
        kind = _("Penyiapan gagal") if failed else _("Penyiapan macet")
        text = f"{run.name}: {run.error or run.get_state_display()}"
        yield Problem(kind, text[:300], f"/console/runs/{run.pk}/", "bad")
