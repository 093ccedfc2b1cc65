"""One change for many regencies: chosen, foreseen, confirmed, watched."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from modules.fleet import actions, queries
from modules.fleet.changes import switchable
from modules.fleet.forms import BulkForm, FleetForm
from modules.fleet.models import BulkAction, BulkItem
from tenants.accounts.access import require
from tenants.models import Regency
from tenants.paging import newest_first
from tenants.permissions import ConsolePermission

PAGE = 30
FEW = 40
TONES = {"foreseeing": "info", "ready": "warn", "running": "info", "done": "ok", "cancelled": ""}
ITEM_TONES = {"foreseen": "info", "refused": "warn", "done": "ok", "failed": "bad"}
_ITEM_ORDER = ("failed", "refused", "foreseen", "done", "nothing", "waiting")


@require_GET
@require(ConsolePermission.VIEW)
def bulks(request: HttpRequest) -> HttpResponse:
    """All bulk actions, newest first."""
    found = BulkAction.objects.select_related("publisher", "release").defer("release__content")
    counted = found.annotate(
        total=Count("items"),
        done=Count("items", filter=Q(items__state="done")),
        failed=Count("items", filter=Q(items__state="failed")),
    )
    page = newest_first(request, counted, PAGE)
    context = {**page.links, "rows": [(action, _words(action), TONES[action.state]) for action in page.rows]}
    return render(request, "fleet/console/bulks.html", context)


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.CHANGE_MODULES)
def new(request: HttpRequest) -> HttpResponse:
    """What shall be changed in the chosen regencies. Nothing happens yet."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(request, given)
    may_upgrade = request.user.has(ConsolePermission.CHANGE_REGENCY)  # type: ignore[union-attr]
    form = BulkForm(request.POST or None, may_upgrade=may_upgrade, initial=_initial(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            action = actions.request_bulk(
                **form.asked(),
                regencies=chosen,
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
            return redirect("console:bulk", action.pk)
        except actions.BulkRefused as refused:
            form.add_error(None, str(refused))
            status = 409
    context = {
        "form": form,
        "regencies": chosen,
        "crumbs": [(_("Kabupaten"), "/console/"), (_("Tindakan massal"), "/console/bulk/")],
    }
    return render(request, "fleet/console/bulk_new.html", context, status=status)


@require_GET
@require(ConsolePermission.VIEW)
def bulk(request: HttpRequest, bulk: int) -> HttpResponse:
    """A bulk action as it goes; the part that moves is asked for every second."""
    found = BulkAction.objects.select_related("publisher", "release").defer("release__content")
    action = get_object_or_404(found, pk=bulk)
    context = _shown(request, action)
    template = "fleet/console/bulk.html"
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, template, context)
    if not action.is_moving:  # the end changes more of the page than the part that moves
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, f"{template}#moving", context)


@require_POST
@require(ConsolePermission.CHANGE_MODULES)
def confirmation(request: HttpRequest, bulk: int) -> HttpResponse:
    """Do what was foreseen."""
    return _change(request, bulk, actions.confirm)


@require_POST
@require(ConsolePermission.CHANGE_MODULES)
def cancellation(request: HttpRequest, bulk: int) -> HttpResponse:
    """Do it nowhere any more."""
    return _change(request, bulk, actions.cancel)


@require_POST
@require(ConsolePermission.CHANGE_MODULES)
def retry(request: HttpRequest, bulk: int) -> HttpResponse:
    """Try again where it failed."""
    return _change(request, bulk, actions.retry)


def _change(request: HttpRequest, pk: int, act: Callable[..., BulkAction]) -> HttpResponse:
    action = get_object_or_404(BulkAction, pk=pk)
    if action.kind == BulkAction.Kind.UPGRADE and not request.user.has(ConsolePermission.CHANGE_REGENCY):  # type: ignore[union-attr]
        raise Http404
    try:
        act(action=action, by=request.user, at=timezone.now())
    except actions.BulkRefused as refused:
        messages.error(request, str(refused))
    return redirect("console:bulk", pk)


def _chosen(request: HttpRequest, given: Any) -> list[Regency]:
    """The regencies that were ticked, or all that match the filter of the list."""
    if not given.get("all"):
        return queries.several(given.getlist("code")[:600])
    found = queries.found(FleetForm(given).chosen(), timezone.now())
    return list(found.filter(state__in=queries.CHANGEABLE).order_by("name", "code"))


def _initial(request: HttpRequest) -> dict[str, str]:
    names = ("kind", "module_key", "publisher")
    asked = {name: request.GET.get(name, "") for name in names}
    asked["module_key"] = asked["module_key"] or request.GET.get("module", "")
    return {name: value for name, value in asked.items() if value}


def _shown(request: HttpRequest, action: BulkAction) -> dict[str, Any]:
    counts = dict(action.items.values_list("state").annotate(Count("pk")))
    total = sum(counts.values())
    waiting = counts.get("waiting", 0) if action.state == "foreseeing" else counts.get("foreseen", 0)
    items = list(action.items.select_related("regency").order_by("regency__name"))
    items.sort(key=lambda item: _ITEM_ORDER.index(item.state))
    if action.is_moving:  # asked for every second: the rest is shown when it stands still
        items = items[:FEW]
    labels = dict(BulkItem.State.choices)
    return {
        "action": action,
        "words": _words(action),
        "tone": TONES[action.state],
        "percent": round(100 * (total - waiting) / total) if total else 0,
        "counts": [(labels[BulkItem.State(state)], counts[state]) for state in _ITEM_ORDER if counts.get(state)],
        "items": [(item, ITEM_TONES.get(item.state, "")) for item in items],
        "will_change": counts.get("foreseen", 0),
        "failed": counts.get("failed", 0),
        "may_change": request.user.has(ConsolePermission.CHANGE_MODULES),  # type: ignore[union-attr]
        "crumbs": [(_("Kabupaten"), "/console/"), (_("Tindakan massal"), "/console/bulk/")],
    }


def _words(action: BulkAction) -> str:
    name = switchable().get(action.module_key, action.module_key)
    if action.release:
        words = {"module": name, "version": action.release.version, "publisher": action.publisher}
        return _("Perbarui paket %(module)s ke %(version)s dari %(publisher)s") % words
    if action.kind == BulkAction.Kind.UPGRADE:  # asked for by an earlier release of ours
        return _("Perbarui paket %(module)s dari %(publisher)s") % {"module": name, "publisher": action.publisher}
    targets = {"on": _("Hidupkan %s"), "closing": _("Tutup %s untuk berkas baru"), "off": _("Matikan %s")}
    return targets[action.target] % name
