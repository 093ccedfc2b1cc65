"""Fetching what a person may see and has chosen: not yours and not there are the same."""

import re

from django.http import Http404, HttpRequest

from modules.santunan_kematian.models import Claim
from modules.santunan_kematian.queries.lists import visible

_KEY = re.compile(r"[0-9]{1,18}")


def claim_of(request: HttpRequest, number: str) -> Claim:
    """A claim within the reach of the signed-in person. Raises Http404."""
    found = visible(request.user).select_related("village__district").filter(case__number=number).first()
    if found is None:
        raise Http404
    return found


def chosen_decisions(request: HttpRequest) -> list[int]:
    """The keys of the rows that were ticked; what is no key is left out."""
    return [int(key) for key in request.POST.getlist("decision") if _KEY.fullmatch(key)]
