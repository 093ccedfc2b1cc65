"""Changes that operators make to one regency. Its page is in onboarding; these answer its forms."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenants import actions
from tenants.accounts.access import require
from tenants.forms import DomainForm, StateForm
from tenants.identity.serving import crest_answer
from tenants.models import Domain, Regency
from tenants.permissions import ConsolePermission


@require(ConsolePermission.CHANGE_REGENCY)
def state(request: HttpRequest, code: str) -> HttpResponse:
    """Open, restrict or close a regency, with a reason."""
    regency = get_object_or_404(Regency, code=code)
    form = StateForm(request.POST or None, regency=regency)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change_state(regency=regency, **form.cleaned_data, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            messages.success(request, _("%(title)s sekarang %(state)s.") % _words(changed))
        except actions.RegencyRefused as refused:
            messages.error(request, str(refused))
    elif request.method == "POST":
        messages.error(request, _("Pilih keadaan baru dan tulis alasannya."))
    return redirect("console:regency", code)


@require(ConsolePermission.CHANGE_REGENCY)
def domains(request: HttpRequest, code: str) -> HttpResponse:
    """Add a host."""
    regency = get_object_or_404(Regency, code=code)
    form = DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_domain(
                regency=regency,
                host=form.cleaned_data["host"],
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
            messages.success(request, _("Alamat %s ditambahkan.") % added.domain)
        except actions.RegencyRefused as refused:
            messages.error(request, str(refused))
    return redirect("console:regency", code)


@require(ConsolePermission.CHANGE_REGENCY)
def domain(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Make a host the primary one, or remove it."""
    found = get_object_or_404(Domain.objects.select_related("tenant"), tenant__code=code, pk=pk)
    if request.method == "POST":
        act = actions.make_primary if request.POST.get("do") == "primary" else actions.remove_domain
        try:
            act(domain=found, by=request.user, at=timezone.now())  # type: ignore[operator, arg-type]
        except actions.RegencyRefused as refused:
            messages.error(request, str(refused))
    return redirect("console:regency", code)


@require_GET
@require(ConsolePermission.VIEW)
def crest(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """The crest beside a regency's name in the console: its own host may be closed, or be another site."""
    return crest_answer(get_object_or_404(Regency, code=code), version, "small", cache="private")


def _words(regency: Regency) -> dict[str, str]:
    return {"title": regency.title, "state": regency.get_state_display().lower()}
