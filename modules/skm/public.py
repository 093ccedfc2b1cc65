"""What other modules may use: the address of the survey about a finished case."""

from django.urls import reverse

from modules.skm.actions import ticket_of
from modules.skm.models import Response
from modules.switches import ON, state_of
from tenants.models import Regency

__all__ = ["survey_url"]


def survey_url(*, regency: Regency, case_pk: int, sealed: str) -> str:
    """Where the applicant of a finished case may rate it; empty when it is off or was rated. At most one query."""
    if state_of(regency, "skm") != ON or Response.objects.filter(ticket=ticket_of(case_pk)).exists():
        return ""
    return reverse("skm:survey", args=[sealed])
