"""Fetching what a person may see: not yours and not there are the same."""

from django.http import Http404, HttpRequest

from modules.santunan_kematian.models import Claim
from modules.santunan_kematian.queries.lists import visible


def claim_of(request: HttpRequest, number: str) -> Claim:
    """A claim within the reach of the signed-in person. Raises Http404."""
    found = visible(request.user).select_related("village__district").filter(case__number=number).first()
    if found is None:
        raise Http404
    return found
