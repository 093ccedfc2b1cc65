"""Who may come in: whoever has a link, to what it opens."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from onboarding.assessment.actions import links
from onboarding.assessment.models import Link, Sheet, Unit
from tenants.accounts.access import public_page
from tenants.ratelimit import address, is_too_often, limited

View = Callable[..., HttpResponseBase]


def holder(*, lead: bool = False, whole: bool = False) -> Callable[[View], View]:
    """The view gets the open link of the token in its address, as `link`.

    `lead`: only for the leading link; `whole`: only for a link that opens everything. To others, and with a token
    that nobody made, the page does not exist (404). A link that ended is told so (410) and how to get a new one.
    What is sent is counted before the token is looked up. Times are those of the regency's clocks.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            link = _find(token)
            if link.revoked_at or link.expires_at <= timezone.now() or link.assessment.anonymised_at:
                return ended(request, link, token)
            if (lead and not link.is_lead) or (whole and not link.opens_all):
                raise Http404
            links.touch(link=link, at=timezone.now())
            with link.assessment.on_its_clock():
                response = view(request, *args, link=link, token=token, **kwargs)
            response.headers.setdefault("Cache-Control", "private, no-store")
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return public_page(limited("answer")(guarded))

    return decorate


def ended(request: HttpRequest, link: Link, token: str, sentence: str = "") -> HttpResponse:
    """The page of a link that no longer opens."""
    renewable = bool(link.email) and not link.revoked_at and not link.assessment.anonymised_at
    context = {"link": link, "token": token, "renewable": renewable, "sentence": sentence}
    return render(request, "assessment/ended.html", context, status=410)


def find(token: str) -> Link:
    """The link of a token, open or not. Raises Http404."""
    return _find(token)


def sheet_of(link: Link, pk: int) -> Sheet:
    return get_object_or_404(Sheet.objects.select_related("instrument"), pk=pk, assessment=link.assessment_id)


def unit_of(link: Link, pk: int) -> Unit:
    return get_object_or_404(Unit, pk=pk, assessment=link.assessment_id)


def too_often(request: HttpRequest, action: str, *, limit: int, seconds: int, mail: str = "") -> bool:
    """Count a try by the machine it came from and, where there is one, by the address typed (kept as a hash)."""
    by_machine = is_too_often(action, address(request), limit=limit, seconds=seconds)
    if not mail:
        return by_machine
    who = hashlib.sha256(mail.strip().lower().encode()).hexdigest()[:32]
    return is_too_often(f"{action}:mail", who, limit=max(3, limit // 3), seconds=seconds) or by_machine


def _find(token: str) -> Link:
    found = Link.objects.of(token).select_related("assessment", "unit", "sheet__instrument")
    return get_object_or_404(found)
