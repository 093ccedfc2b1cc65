"""The end of a regency, for operators: asked, confirmed by another, cancelled; and the register of what is gone."""

from collections.abc import Callable

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
    package = proof.exit_package(regency)
    opened = next((item for item in asked if item.is_open), None)
    context = {
        "object": regency,
        "form": form,
        "opened": opened,
        "asked": asked,
        "mine": opened is not None and opened.asked_by_id == request.user.pk,
        "checks": [
            {
                "label": _("Diarsipkan"),
                "ok": regency.state == Regency.State.ARCHIVED,
                "text": regency.get_state_display(),
            },
            {
                "label": _("Paket keluar"),
                "ok": package is not None,
                "text": package.name if package else _("belum ada"),
            },
        ],
        "days": settings.DELETION_WAIT_DAYS,
        "crumbs": [(_("Kabupaten"), "/console/"), (regency.title, f"/console/regencies/{code}/")],
    }
    return render(request, "deletion/console/deletion.html", context, status=status)


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
    before = request.GET.get("before", "")
    found = Destruction.objects.order_by("-pk")
    if before.isdecimal() and len(before) < 18:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "next_url": f"?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "first_url": request.path if before else "",
    }
    return render(request, "deletion/console/destructions.html", context)


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
