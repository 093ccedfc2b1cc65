"""What is wrong today, and who gets it by mail."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from modules.fleet import actions, queries
from modules.fleet.models import Digest, Subscription
from tenants.accounts.access import require
from tenants.permissions import ConsolePermission

_DAYS = 14


@require_GET
@require(ConsolePermission.VIEW)
def digest(request: HttpRequest) -> HttpResponse:
    """The newest digest, or that of `?day=`."""
    days = list(Digest.objects.order_by("-day").values_list("day", flat=True)[:_DAYS])
    asked = _day(request.GET.get("day", ""))
    newest = Digest.objects.order_by("-day")
    shown = (newest.filter(day=asked) if asked else newest).first()
    context = {
        "digest": shown,
        "groups": queries.grouped(shown) if shown else [],
        "days": days,
        "subscribed": Subscription.objects.filter(user=request.user.pk).exists(),
    }
    return render(request, "fleet/console/digest.html", context)


@require_POST
@require(ConsolePermission.VIEW)
def collection(request: HttpRequest) -> HttpResponse:
    """Ask again now, instead of tomorrow morning."""
    found = actions.collect_digest(timezone.now())
    messages.success(request, _("Diperbarui: %s hal.") % len(found.problems))
    return redirect("console:digest")


@require_POST
@require(ConsolePermission.VIEW)
def subscription(request: HttpRequest) -> HttpResponse:
    """Get it by mail every morning, or no longer."""
    wanted = request.POST.get("wanted") == "1"
    actions.subscribe(wanted=wanted, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("Tersimpan."))
    return redirect("console:digest")


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
