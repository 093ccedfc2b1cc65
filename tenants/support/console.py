"""An operator asks a regency to be let in, and goes in by a one-time link when it has consented."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.access import require
from tenants.addresses import site_url
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.support import actions, queries
from tenants.support.forms import AskForm


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.SUPPORT)
def accesses(request: HttpRequest, code: str) -> HttpResponse:
    """What was asked of a regency and what it answered; the form that asks."""
    regency = _built(code)
    form = AskForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(regency=regency, **form.cleaned_data, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            messages.success(request, _("Permintaan dikirim. Administrator kabupaten menerima surel."))
            return redirect("console:support", code)
        except actions.SupportRefused as refused:
            form.add_error(None, str(refused))
            status = 409
    rows = queries.rows_of(regency, timezone.now())
    mine = [row for row in rows if row.access.operator_id == request.user.pk]
    context = {
        "object": regency,
        "form": form,
        "rows": rows,
        "may_ask": not any(row.state in ("waiting", "open") for row in mine),
        "entering": next((row for row in mine if row.state == "open"), None),
        "crumbs": _crumbs(regency),
    }
    return render(request, "support/console/accesses.html", context, status=status)


@never_cache
@require_POST
@require(ConsolePermission.SUPPORT)
def entry(request: HttpRequest, code: str, access: int) -> HttpResponse:
    """A link that opens the regency's workspace once, within two minutes."""
    regency = _built(code)
    found = queries.find(regency, access)
    if found is None or found.operator_id != request.user.pk:
        raise Http404
    try:
        token = actions.issue_link(regency=regency, access=found, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except actions.SupportRefused as refused:
        messages.error(request, str(refused))
        return redirect("console:support", code)
    path = reverse("support:entry", args=[token], urlconf=settings.ROOT_URLCONF)
    context = {
        "object": regency,
        "access": found,
        "url": site_url(regency.host) + path,
        "minutes": int(actions.LINK_FOR.total_seconds() // 60),
        "crumbs": [*_crumbs(regency), (_("Akses dukungan"), reverse("console:support", args=[code]))],
    }
    return render(request, "support/console/entry.html", context)


def _built(code: str) -> Regency:
    return get_object_or_404(Regency, code=code, state__in=["active", "read_only", "suspended", "archived"])


def _crumbs(regency: Regency) -> list[tuple[str, str]]:
    return [(_("Kabupaten"), "/console/"), (regency.title, f"/console/regencies/{regency.code}/")]
