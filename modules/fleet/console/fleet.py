"""The list of regencies, the matrix of their modules, and what one of them has pushed about itself."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from modules import matrix
from modules.fleet import queries
from modules.fleet.forms import FleetForm
from modules.fleet.health import labels
from modules.fleet.models import RegencyFacts
from modules.fleet.queries import Chosen, Totals
from modules.registry import find
from tenants import regions
from tenants.accounts.access import require
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.queries import TONES

PAGE = 50
FILTERS = ("q", "state", "province", "module", "health")


@require_GET
@require(ConsolePermission.VIEW)
def regencies(request: HttpRequest) -> HttpResponse:
    """Every regency with what it last pushed about itself; fifty at a time."""
    at = timezone.now()
    form = FleetForm(request.GET)
    chosen = form.chosen()
    rows = queries.page(chosen, at, PAGE)
    totals = queries.totals(at)
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "chips": _chips(chosen, totals.states),
        "figures": _figures(totals),
        "heads": _heads(chosen),
        "next_url": _url(chosen, after=queries.place(rows[PAGE - 1])) if len(rows) > PAGE else "",
        "first_url": _url(chosen) if chosen.after else "",
        "reset_url": request.path if chosen.narrowed else "",
        "narrowed": chosen.narrowed,
        "kept": [(name, getattr(chosen, name)) for name in FILTERS if getattr(chosen, name)],
        "may_provision": request.user.has(ConsolePermission.PROVISION),  # type: ignore[union-attr]
        "may_bulk": request.user.has(ConsolePermission.CHANGE_MODULES),  # type: ignore[union-attr]
        "may_announce": request.user.has(ConsolePermission.ANNOUNCE),  # type: ignore[union-attr]
    }
    return render(request, "fleet/console/regencies.html", context)


@require_GET
@require(ConsolePermission.VIEW)
def modules(request: HttpRequest) -> HttpResponse:
    """Which module is on where: all that match on one page, to be scrolled, read across and printed."""
    form = FleetForm(request.GET)
    chosen = form.chosen()
    found = queries.found(chosen, timezone.now()).order_by("name", "code")
    rows = matrix.rows(list(found.only("pk", "code", "kind", "name", "province", "state", "schema_name")))
    context = {
        "form": form,
        "columns": [(module, count) for module, count in zip(matrix.columns(), _on(rows), strict=True)],
        "lines": matrix.lines(rows),
        "total": len(rows),
        "reset_url": request.path if chosen.narrowed else "",
        "narrowed": chosen.narrowed,
    }
    return render(request, "fleet/console/matrix.html", context)


@require_GET
@require(ConsolePermission.VIEW)
def facts(request: HttpRequest, code: str) -> HttpResponse:
    """What a regency has pushed about itself: counts alone."""
    regency = get_object_or_404(Regency, code=code)
    found = RegencyFacts.objects.filter(regency=regency).first()
    health = queries.HEALTH[queries.health_of(found, timezone.now())]
    context = {
        "object": regency,
        "facts": found,
        "tone": TONES.get(regency.state, ""),
        "health": health,
        "problems": labels(found.problems) if found else [],
        "is_current": found is not None and found.schema_head == queries.head(),
        "more": _more(found),
        "crumbs": [(_("Kabupaten"), "/console/"), (regency.title, f"/console/regencies/{code}/")],
    }
    return render(request, "fleet/console/facts.html", context)


def _on(rows: list[matrix.Row]) -> list[int]:
    return [sum(row.cells[place].state != "" for row in rows) for place in range(len(matrix.columns()))]


def _more(found: RegencyFacts | None) -> list[tuple[str, dict[str, int]]]:
    """By module: what its counts are called, and how many; what this release does not know is left out."""
    counted = sorted(found.more.items()) if found else []
    return [
        (str(module.name), {str(module.figures[name]): n for name, n in counts.items() if name in module.figures})
        for key, counts in counted
        if (module := find(key))
    ]


def _url(chosen: Chosen, **changes: Any) -> str:
    asked = {name: value for name, value in vars(chosen).items() if name not in ("after", "descending")}
    asked |= {"down": "1" if chosen.descending else "", **changes}
    if asked.get("sort") == "name":
        asked["sort"] = ""
    return "?" + urlencode({name: value for name, value in asked.items() if value})


def _chips(chosen: Chosen, counts: dict[str, int]) -> list[dict[str, Any]]:
    states = [("", _("Semua")), *((str(s), label) for s, label in Regency.State.choices if counts.get(s))]
    return [
        {
            "label": label,
            "count": counts.get(state) if state else sum(counts.values()),
            "url": _url(chosen, state=state),
            "current": chosen.state == state,
        }
        for state, label in states
    ]


def _heads(chosen: Chosen) -> dict[str, dict[str, str]]:
    """For every order: where its head leads, and whether the list stands in it. Numbers begin with the largest."""
    heads = {}
    for key in queries.SORTS:
        current = chosen.sort == key
        down = not chosen.descending if current else key != "name"
        heads[key] = {
            "url": _url(chosen, sort=key, down="1" if down else ""),
            "sorted": ("descending" if chosen.descending else "ascending") if current else "",
        }
    return heads


def _figures(totals: Totals) -> list[dict[str, Any]]:
    states, health = totals.states, totals.health
    closed = states.get("suspended", 0) + states.get("archived", 0)
    return [
        {
            "label": _("Kabupaten dan kota"),
            "value": totals.all,
            "note": _("dari %s") % len(regions.regencies()),
        },
        {
            "label": _("Aktif"),
            "value": states.get("active", 0),
            "note": _("%(read)s baca saja, %(closed)s tertutup")
            % {"read": states.get("read_only", 0), "closed": closed},
        },
        {
            "label": _("Bermasalah"),
            "value": health.get("bad", 0),
            "note": _("%s perlu dilihat") % health.get("warn", 0),
            "tone": "bad" if health.get("bad") else "",
            "url": "?health=bad" if health.get("bad") else "",
        },
        {
            "label": _("Tertinggal rilis"),
            "value": totals.behind,
            "note": _("skema belum mengikuti kode"),
            "tone": "warn" if totals.behind else "",
        },
    ]
