"""Pages by key, with what the list is narrowed to kept in the addresses."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.billing.forms import ListForm
from tenants.paging import newest_first

PAGE = 50


def asked_of(request: HttpRequest) -> dict[str, Any]:
    """What a list is narrowed to: `q` and `state`; nonsense counts as nothing."""
    form = ListForm(request.GET)
    form.is_valid()
    return {"q": "", "state": "", **form.cleaned_data}


def page_of(request: HttpRequest, found: QuerySet[Any], asked: dict[str, Any]) -> dict[str, Any]:
    """One page of a list that runs from the newest, as template context: `rows`, `next_url`, `first_url`."""
    kept = {name: asked[name] for name in ("q", "state") if asked[name]}
    page = newest_first(request, found, PAGE, kept=kept)
    return {**page.links, "rows": page.rows, "q": asked["q"], "narrowed": bool(kept)}
