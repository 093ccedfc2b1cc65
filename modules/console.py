"""One module of one regency, for operators."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from modules.actions import switch_from_console
from modules.forms import SwitchForm
from modules.registry import find
from modules.switches import SwitchRefused, impact, state_of
from tenants.accounts.access import require
from tenants.models import Regency
from tenants.permissions import ConsolePermission


@require(ConsolePermission.CHANGE_MODULES)
def module(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One module of one regency: what switching would do, and the switch."""
    regency = get_object_or_404(Regency, code=code, state__in=["active", "read_only", "suspended"])
    found = find(key)
    if found is None:
        raise Http404
    form = SwitchForm(request.POST or None, initial={"state": state_of(regency, key)})
    status = 200
    if request.method == "POST" and form.is_valid():
        state = form.cleaned_data["state"]
        try:
            switch_from_console(regency=regency, key=key, state=state, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except SwitchRefused as refusal:
            form.add_error("state", str(refusal))
            status = 409
        else:
            messages.success(request, _("%s sekarang %s.") % (found.name, SwitchForm.LABELS[state].lower()))
            return redirect("console:regency", code)
    context = {
        "object": regency,
        "module": found,
        "form": form,
        "state": SwitchForm.LABELS[state_of(regency, key)],
        "if_on": impact(regency, key, "on"),
        "if_off": impact(regency, key, "off"),
        "crumbs": [(_("Kabupaten"), "/console/"), (regency.title, f"/console/regencies/{code}/")],
    }
    return render(request, "modules/console/module.html", context, status=status)
