"""Making regencies, and the page of one, for operators."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from modules import matrix
from modules.library.queries import origins
from onboarding import actions, queries
from onboarding.forms import NewRegencyForm
from onboarding.models import ProvisioningRun
from tenants import regions
from tenants.accounts.access import require
from tenants.addresses import site_url
from tenants.forms import DomainForm, StateForm
from tenants.models import Regency
from tenants.paging import newest_first
from tenants.permissions import ConsolePermission
from tenants.queries import TONES

PAGE = 30
OPENED = ("active", "read_only", "suspended", "archived")


@require_GET
@require(ConsolePermission.VIEW)
def regency(request: HttpRequest, code: str) -> HttpResponse:
    """One regency: facts, state, addresses, modules, packages, runs."""
    found = get_object_or_404(Regency, code=code)
    (row,) = matrix.rows([found])
    may = {name: request.user.has(permission) for name, permission in _PERMISSIONS.items()}  # type: ignore[union-attr]
    domains = list(found.domains.order_by("-is_primary", "domain"))  # type: ignore[attr-defined]
    context = {
        "object": found,
        "tone": TONES.get(found.state, ""),
        "opened": found.state in OPENED,
        "switchable": may["modules"] and found.state in OPENED[:3],
        "cells": list(zip(matrix.columns(), row.cells, strict=True)),
        "on": sum(cell.state == "on" for cell in row.cells),
        "domains": [(domain, site_url(domain.domain)) for domain in domains],
        "url": site_url(domains[0].domain) if domains else "",
        "state_form": StateForm(regency=found) if may["regency"] and found.state in OPENED else None,
        "domain_form": DomainForm() if may["regency"] else None,
        "origins": origins(found),
        "runs": _dressed(queries.runs().filter(code=code)[:5]),
        "may": may,
        "crumbs": [(_("Kabupaten"), "/console/")],
    }
    return render(request, "onboarding/console/regency.html", context)


_PERMISSIONS = {
    "regency": ConsolePermission.CHANGE_REGENCY,
    "modules": ConsolePermission.CHANGE_MODULES,
    "provision": ConsolePermission.PROVISION,
    "support": ConsolePermission.SUPPORT,
    "deletion": ConsolePermission.DELETE_REGENCY,
}


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.PROVISION)
def new(request: HttpRequest) -> HttpResponse:
    """Choose one of the 514, say from whom it clones, and start."""
    search = request.GET.get("q", "").replace("\x00", "")[:60]
    form = NewRegencyForm(request.POST or None, initial=_suggested(request.GET.get("code", "")))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            run = actions.request_run(**form.cleaned_data, by=request.user, at=timezone.now())
            return redirect("console:run", run.pk)
        except actions.ProvisioningRefused as refused:
            form.add_error(refused.field, str(refused))
            status = 409
    context = {
        "form": form,
        "q": search,
        "candidates": queries.candidates(search),
        "info": _info(form["code"].value() or ""),
        "crumbs": [(_("Penyiapan"), "/console/runs/")],
    }
    return render(request, "onboarding/console/new.html", context, status=status)


@require_GET
@require(ConsolePermission.VIEW)
def runs(request: HttpRequest) -> HttpResponse:
    """All runs, newest first."""
    state = request.GET.get("state", "")
    state = state if state in ProvisioningRun.State.values else ""
    page = newest_first(request, queries.runs(state), PAGE, kept={"state": state})
    context = {
        **page.links,
        "runs": _dressed(page.rows),
        "chips": [("", _("Semua")), *ProvisioningRun.State.choices],
        "state": state,
        "may_provision": request.user.has(ConsolePermission.PROVISION),  # type: ignore[union-attr]
    }
    return render(request, "onboarding/console/runs.html", context)


@require_GET
@require(ConsolePermission.VIEW)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """A run as it goes; the part that moves is asked for every second."""
    found = get_object_or_404(ProvisioningRun, pk=pk)
    moving = queries.progress(found)
    context = {
        "progress": moving,
        "run": found,
        "tone": queries.TONES[found.state],
        "url": site_url(moving.steps[0].detail) if found.state == ProvisioningRun.State.DONE else "",
        "may_provision": request.user.has(ConsolePermission.PROVISION),  # type: ignore[union-attr]
        "crumbs": [(_("Penyiapan"), "/console/runs/")],
    }
    template = "onboarding/console/run.html"
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, template, context)
    if not moving.is_moving:  # the end changes more of the page than the part that moves
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, f"{template}#moving", context)


@require(ConsolePermission.PROVISION)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a failed run."""
    return _change(request, pk, actions.retry)


@require(ConsolePermission.PROVISION)
def abandon(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a run, so that its code and its subdomain are free."""
    return _change(request, pk, actions.abandon)


def _change(request: HttpRequest, pk: int, act: Any) -> HttpResponse:
    found = get_object_or_404(ProvisioningRun, pk=pk)
    if request.method == "POST":
        try:
            act(run=found, by=request.user, at=timezone.now())
        except actions.ProvisioningRefused as refused:
            messages.error(request, str(refused))
    return redirect("console:run", pk)


def _suggested(code: str) -> dict[str, str]:
    info = _info(code)
    return {"code": info.code, "subdomain": regions.suggest_subdomain(info)} if info else {}


def _info(code: str) -> regions.RegencyInfo | None:
    try:
        return regions.regency(code.strip())
    except regions.UnknownRegency:
        return None


def _dressed(found: Any) -> list[tuple[ProvisioningRun, str]]:
    return [(item, queries.TONES[item.state]) for item in found]
