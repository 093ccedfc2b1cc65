"""What went to the provider and came from it, and where the two books differ."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenants.accounts.access import require
from tenants.billing import actions, queries
from tenants.billing.forms import EventFilterForm
from tenants.billing.models import ProviderCall, ReconciliationRun, WebhookEvent
from tenants.billing.providers import provider
from tenants.paging import newest_first
from tenants.permissions import ConsolePermission

PAGE = 50
_MOST = 500


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def events(request: HttpRequest) -> HttpResponse:
    """Calls that wait for the provider, and events that came from it."""
    form = EventFilterForm(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    page = newest_first(request, queries.events(state), PAGE, kept={"state": state})
    context = {
        **page.links,
        "calls": queries.calls()[:PAGE],
        "events": page.rows,
        "tones": queries.TONES,
        "chips": [("", _("Semua")), *WebhookEvent.State.choices],
        "state": state,
        "provider": provider(),
        "may": request.user.has(ConsolePermission.MANAGE_BILLING),  # type: ignore[union-attr]
    }
    return render(request, "billing/console/events.html", context)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Follow an event anew."""
    actions.replay_event(event=get_object_or_404(WebhookEvent, pk=pk), by=request.user, at=timezone.now())
    messages.success(request, _("Peristiwa itu diproses lagi."))
    return redirect("console:billing:events")


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the provider again."""
    try:
        actions.retry_call(call=get_object_or_404(ProviderCall, pk=pk), by=request.user, at=timezone.now())
        messages.success(request, _("Panggilan itu diulangi."))
    except actions.BillingRefused as refused:
        messages.error(request, str(refused))
    return redirect("console:billing:events")


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def reconciliation(request: HttpRequest) -> HttpResponse:
    """The last comparisons, the newest with its differences."""
    runs = list(ReconciliationRun.objects.annotate(found=Count("differences"))[:15])
    latest = runs[0] if runs else None
    context = {
        "runs": runs,
        "latest": latest,
        "differences": latest.differences.select_related("invoice__regency")[:_MOST] if latest else [],
        "tones": queries.TONES,
        "provider": provider(),
        "may": request.user.has(ConsolePermission.MANAGE_BILLING),  # type: ignore[union-attr]
    }
    return render(request, "billing/console/reconciliation.html", context)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def compare(request: HttpRequest) -> HttpResponse:
    """Ask for a comparison now."""
    try:
        actions.ask_reconciliation(by=request.user, at=timezone.now())
        messages.success(request, _("Perbandingan dimulai. Muat ulang halaman ini sebentar lagi."))
    except actions.BillingRefused as refused:
        messages.error(request, str(refused))
    return redirect("console:billing:reconciliation")
