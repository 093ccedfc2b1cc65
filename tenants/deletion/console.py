"""The end of a regency, for operators: asked, confirmed by another, cancelled; and the register of what is gone."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.accounts.access import require
from tenants.deletion import actions, proof
from tenants.deletion.forms import DeletionForm
from tenants.deletion.models import DeletionRequest, Destruction
from tenants.models import Regency
from tenants.paging import newest_first
from tenants.permissions import ConsolePermission

PAGE = 50


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.DELETE_REGENCY)
def deletion(request: HttpRequest, code: str) -> HttpResponse:
    """What it takes, what was asked, and the form that asks."""
    regency = get_object_or_404(Regency, code=code)
    form = DeletionForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(regency=regency, **form.cleaned_data, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            messages.success(request, _("Permintaan tercatat. Operator lain harus menyetujuinya."))
            return redirect("console:deletion", code)
        except actions.DeletionRefused as refused:
            form.add_error(None, str(refused))
            status = 409
    asked = list(DeletionRequest.objects.filter(regency=regency).order_by("-pk"))
    checks = _checks(regency)
    opened = next((item for item in asked if item.is_open), None)
    context = {
        "object": regency,
        "form": form,
        "opened": opened,
        "asked": asked,
        "mine": opened is not None and opened.asked_by_id == request.user.pk,
        "checks": checks,
        "may_pack": regency.state == Regency.State.ARCHIVED and not all(check["ok"] for check in checks),
        "days": settings.DELETION_WAIT_DAYS,
        "crumbs": [(_("Kabupaten"), "/console/"), (regency.title, f"/console/regencies/{code}/")],
    }
    return render(request, "deletion/console/deletion.html", context, status=status)


def _checks(regency: Regency) -> list[dict[str, Any]]:
    """What must be so before a second operator can agree."""
    package = proof.exit_package(regency)
    archived = regency.state == Regency.State.ARCHIVED
    checks: list[dict[str, Any]] = [
        {"label": _("Diarsipkan"), "ok": archived, "text": regency.get_state_display()},
        {"label": _("Paket keluar"), "ok": package is not None, "package": package, "text": _("belum ada")},
    ]
    if package and archived:
        later = proof.changes_since(regency, package)
        text = _("%s perubahan") % later if later else _("tidak ada")
        checks.append({"label": _("Perubahan sesudah paket"), "ok": not later, "text": text})
    return checks


@require_POST
@require(ConsolePermission.DELETE_REGENCY)
def package(request: HttpRequest, code: str) -> HttpResponse:
    """Let the exit package of an archived regency be made."""
    regency = get_object_or_404(Regency, code=code)
    try:
        actions.ask_package(regency=regency, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("Paket keluar sedang dibuat. Muat ulang halaman ini sebentar lagi."))
    except actions.DeletionRefused as refused:
        messages.error(request, str(refused))
    return redirect("console:deletion", code)


@require_POST
@require(ConsolePermission.DELETE_REGENCY)
def confirmation(request: HttpRequest, code: str, deletion: int) -> HttpResponse:
    """A second operator agrees."""
    return _change(request, code, deletion, actions.confirm)


@require_POST
@require(ConsolePermission.DELETE_REGENCY)
def cancellation(request: HttpRequest, code: str, deletion: int) -> HttpResponse:
    """Not after all."""
    return _change(request, code, deletion, actions.cancel)


@require_GET
@require(ConsolePermission.VIEW)
def destructions(request: HttpRequest) -> HttpResponse:
    """The register of what was destroyed, newest first."""
    page = newest_first(request, Destruction.objects.all(), PAGE)
    return render(request, "deletion/console/destructions.html", page._asdict())


@require_GET
@require(ConsolePermission.VIEW)
def destruction(request: HttpRequest, destruction: int) -> HttpResponse:
    """One entry of the register: counts by table, files, who, why, when."""
    found = get_object_or_404(Destruction, pk=destruction)
    context = {
        "object": found,
        "tables": sorted(found.tables.items()),
        "crumbs": [(_("Daftar penghapusan"), "/console/destructions/")],
    }
    return render(request, "deletion/console/destruction.html", context)


def _change(request: HttpRequest, code: str, pk: int, act: Callable[..., DeletionRequest]) -> HttpResponse:
    found = get_object_or_404(DeletionRequest, pk=pk, regency__code=code)
    try:
        act(request=found, by=request.user, at=timezone.now())
        messages.success(request, _("Tersimpan."))
    except actions.DeletionRefused as refused:
        messages.error(request, str(refused))
    return redirect("console:deletion", code)
