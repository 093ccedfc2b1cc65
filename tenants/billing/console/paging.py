"""Pages by key, with what the list is narrowed to kept in the addresses."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.billing.forms import ListForm

PAGE = 50


def asked_of(request: HttpRequest) -> dict[str, Any]:
    """What a list is narrowed to: `q`, `state` and `before`; nonsense counts as nothing."""
    form = ListForm(request.GET)
    form.is_valid()
    return {"q": "", "state": "", "before": None, **form.cleaned_data}


def page_of(found: QuerySet[Any], asked: dict[str, Any]) -> dict[str, Any]:
    """One page of a list that runs from the newest, as template context: `rows`, `next_url`, `first_url`."""
    if asked["before"]:
        found = found.filter(pk__lt=asked["before"])
    rows = list(found[: PAGE + 1])
    kept = {name: asked[name] for name in ("q", "state") if asked[name]}
    return {
        "rows": rows[:PAGE],
        "q": asked["q"],
        "narrowed": bool(kept),
        "next_url": "?" + urlencode({**kept, "before": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "first_url": "?" + urlencode(kept) if asked["before"] else "",
    }
