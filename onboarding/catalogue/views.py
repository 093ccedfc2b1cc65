"""The catalogue on the public site: what there is, what each needs and who runs it already."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from modules.menu import SECTORS
from onboarding.catalogue import queries
from onboarding.catalogue.queries import Entry
from tenants.accounts.access import public_page


@public_page
@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every module and service by sector; narrowed by words or by one sector."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:60]
    sector = request.GET.get("sector", "")
    found = [entry for entry in queries.entries() if entry.matches(words)]
    shown = [entry for entry in found if not sector or entry.sector == sector]
    context = {
        "q": words,
        "chips": _chips(found, words, sector),
        "groups": _groups(shown),
        "count": len(shown),
    }
    return render(request, "onboarding/catalogue/catalogue.html", context)


@public_page
@require_GET
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """One module or service: pictures of it, what it needs, its law, who runs it."""
    found = queries.entry(key)
    if found is None:
        raise Http404
    context = {
        "entry": found,
        "definition": found.definition,
        "steps": [state for state in found.definition.states if _is_step(state)] if found.definition else [],
        "sector": SECTORS[found.sector],
        "needs": queries.named(found.requires),
        "helps": queries.named(found.recommends),
        "runners": queries.runners(key),
        "crumbs": [(_("Katalog"), "/catalogue/")],
    }
    return render(request, "onboarding/catalogue/entry.html", context)


def _is_step(state: Any) -> bool:
    return not state.is_end and not state.waits_for_applicant


def _groups(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    running = queries.running()
    groups: dict[str, list[tuple[Entry, int]]] = {}
    for found in entries:
        groups.setdefault(str(SECTORS[found.sector]), []).append((found, running.get(found.key, 0)))
    return [{"title": title, "entries": found} for title, found in groups.items()]


def _chips(found: list[Entry], words: str, chosen: str) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for each in found:
        counts[each.sector] = counts.get(each.sector, 0) + 1
    sectors = [("", _("Semua"), len(found)), *((s, SECTORS[s], counts[s]) for s in SECTORS if s in counts)]
    return [
        {
            "label": label,
            "count": count,
            "current": key == chosen,
            "url": "?" + urlencode({name: value for name, value in (("q", words), ("sector", key)) if value}),
        }
        for key, label, count in sectors
    ]
