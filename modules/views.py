"""A regency's own settings: its modules and its roles."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from modules.contract import Module
from modules.forms import RoleForm, SwitchForm
from modules.menu import SECTORS
from modules.registry import discover, find
from modules.switches import SwitchRefused, impact, state_of, switch
from tenants.accounts import actions as accounts
from tenants.accounts.access import require
from tenants.accounts.models import Role
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency


@require_GET
@require(StaffPermission.MANAGE_MODULES)
def modules(request: HttpRequest) -> HttpResponse:
    """The switchboard: every module by sector, with its state."""
    regency: Regency = request.regency  # type: ignore[attr-defined]
    sectors = [
        {"label": label, "modules": [_row(regency, module) for module in discover() if module.sector is sector]}
        for sector, label in SECTORS.items()
    ]
    on = sum(state_of(regency, module.key) == "on" for module in discover())
    context = {"sectors": [s for s in sectors if s["modules"]], "on": on, "total": len(discover())}
    return render(request, "modules/modules.html", context)


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_MODULES)
def module(request: HttpRequest, key: str) -> HttpResponse:
    """One module: what switching would do, and the switch."""
    regency: Regency = request.regency  # type: ignore[attr-defined]
    found = find(key)
    if found is None:
        raise Http404
    form = SwitchForm(request.POST or None, initial={"state": state_of(regency, key)})
    status = 200
    if request.method == "POST" and form.is_valid():
        state = form.cleaned_data["state"]
        try:
            switch(regency=regency, key=key, state=state, by=request.user, at=timezone.now())
        except SwitchRefused as refusal:
            form.add_error("state", str(refusal))
            status = 409
        else:
            messages.success(request, _("%s sekarang %s.") % (found.name, SwitchForm.LABELS[state].lower()))
            return redirect("settings:modules")
    context = {
        "module": found,
        "row": _row(regency, found),
        "form": form,
        "if_on": impact(regency, key, "on"),
        "if_off": impact(regency, key, "off"),
        "crumbs": [(_("Modul"), reverse("settings:modules"))],
        "requires": [other for other in discover() if other.key in found.requires],
    }
    return render(request, "modules/module.html", context, status=status)


def _row(regency: Regency, module: Module) -> dict[str, Any]:
    state = state_of(regency, module.key)
    return {
        "module": module,
        "state": state,
        "label": SwitchForm.LABELS[state],
        "tone": {"on": "ok", "closing": "warn"}.get(state, ""),
        "url": reverse("settings:module", args=[module.key]),
    }


@require_GET
@require(StaffPermission.MANAGE_ROLES)
def roles(request: HttpRequest) -> HttpResponse:
    """The roles of this regency, with how many people hold each."""
    return render(
        request, "modules/roles.html", {"roles": Role.objects.annotate(holders=Count("grants")).order_by("name")}
    )


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_ROLES)
def role_new(request: HttpRequest) -> HttpResponse:
    """A new role."""
    return _edit_role(request, None)


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_ROLES)
def role(request: HttpRequest, role: str) -> HttpResponse:
    """A role and its permissions."""
    return _edit_role(request, get_object_or_404(Role, key=role))


def _edit_role(request: HttpRequest, role: Role | None) -> HttpResponse:
    form = RoleForm(request.POST or None, role=role, regency=request.regency)  # type: ignore[attr-defined]
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            accounts.save_role(
                role=role,
                key=role.key if role else slugify(form.cleaned_data["name"]),
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                permissions=form.permissions(),
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
        except accounts.AccountRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Peran disimpan."))
            return redirect("settings:roles")
    crumbs = [(_("Peran"), reverse("settings:roles"))]
    return render(request, "modules/role.html", {"role": role, "form": form, "crumbs": crumbs}, status=status)
