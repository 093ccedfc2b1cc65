"""The operators of the central team, for who manages them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.accounts import actions, queries
from tenants.accounts.access import require
from tenants.accounts.forms import InvitationForm
from tenants.accounts.inviting import sent_invitation
from tenants.accounts.models import User
from tenants.permissions import ConsolePermission

_BUTTONS: dict[str, Any] = {
    "resend": actions.resend,
    "deactivate": actions.deactivate,
    "reactivate": actions.reactivate,
    "reset_second_factor": actions.reset_second_factor,
}


@require(ConsolePermission.MANAGE_OPERATORS)
def operators(request: HttpRequest) -> HttpResponse:
    """Who works in the console, and the form that invites another."""
    form = InvitationForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        user = sent_invitation(request, form)
        if user:
            return redirect("console:operators")
        status = 409
    context = {"people": [_dressed(user) for user in queries.people()], "form": form}
    return render(request, "accounts/console/operators.html", context, status=status)


@require(ConsolePermission.MANAGE_OPERATORS)
def operator(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the buttons beside an operator."""
    found = get_object_or_404(User, pk=pk)
    act = _BUTTONS.get(request.POST.get("do", ""))
    if act:
        try:
            act(user=found, by=request.user, at=timezone.now())
            messages.success(request, _("Tersimpan."))
        except actions.AccountRefused as refused:
            messages.error(request, str(refused))
    return redirect("console:operators")


def _dressed(user: User) -> dict[str, Any]:
    state = queries.state_of(user)
    return {"user": user, "state": state, "label": queries.STATES[state], "tone": queries.TONES[state]}
