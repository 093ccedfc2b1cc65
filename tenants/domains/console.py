"""Every host with its certificate and registration, for operators."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenants.accounts.access import require
from tenants.domains import actions, queries
from tenants.domains.forms import RegistrationForm
from tenants.permissions import ConsolePermission


@require_GET
@require(ConsolePermission.VIEW)
def hosts(request: HttpRequest) -> HttpResponse:
    """All of them on one page; what has ended or ends soon, or of which nothing is known, stands first."""
    context = {
        "rows": queries.rows(timezone.now()),
        "watched": settings.HTTPS,
        "may_note": request.user.has(ConsolePermission.CHANGE_REGENCY),  # type: ignore[union-attr]
    }
    return render(request, "domains/console/hosts.html", context)


@require_POST
@require(ConsolePermission.CHANGE_REGENCY)
def registration(request: HttpRequest) -> HttpResponse:
    """Write down a day that the registry does not tell."""
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Pilih tanggal berakhirnya pendaftaran."))
        return redirect("console:hosts")
    try:
        actions.note_registration(**form.cleaned_data, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("Tercatat."))
    except actions.NotOurs as refused:
        messages.error(request, str(refused))
    return redirect("console:hosts")
