"""Announcements, for the central team: written, previewed with who would see it, withdrawn."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from modules.announcements import actions, queries
from modules.announcements.forms import AnnouncementForm
from modules.announcements.models import Announcement
from tenants.accounts.access import require
from tenants.paging import newest_first
from tenants.permissions import ConsolePermission

PAGE = 30
SHOWN = 40


@require_GET
@require(ConsolePermission.VIEW)
def announcements(request: HttpRequest) -> HttpResponse:
    """All announcements, newest first, with what is shown now."""
    at = timezone.now()
    page = newest_first(request, Announcement.objects.all(), PAGE)
    context = {
        **page.links,
        "rows": [(item, _state(item, at)) for item in page.rows],
        "may_announce": request.user.has(ConsolePermission.ANNOUNCE),  # type: ignore[union-attr]
    }
    return render(request, "announcements/console/announcements.html", context)


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.ANNOUNCE)
def new(request: HttpRequest) -> HttpResponse:
    """Write one; the first press shows who would see it, the second announces it."""
    today = timezone.localdate().isoformat()
    form = AnnouncementForm(request.POST or None, initial={"begins": today, "ends": today, **_chosen(request)})
    audience = None
    if request.method == "POST" and form.is_valid():
        asked = form.announcement()
        if "announce" in request.POST:
            try:
                actions.announce(**asked, by=request.user, at=timezone.now())  # type: ignore[arg-type]
                messages.success(request, _("Diumumkan."))
                return redirect("console:announcements")
            except actions.AnnouncementRefused as refused:
                form.add_error("ends", str(refused))
        else:
            audience = queries.audience(Announcement(**vars(asked["target"])))
    context = {
        "form": form,
        "audience": audience,
        "few": audience[:SHOWN] if audience else [],
        "more": max(0, len(audience or []) - SHOWN),
        "crumbs": [(_("Pengumuman"), "/console/announcements/")],
    }
    return render(request, "announcements/console/new.html", context, status=409 if form.errors else 200)


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """What was ticked in the list of regencies; without a tick, what the list was narrowed to."""
    if codes := request.GET.getlist("code"):
        return {"codes": ", ".join(codes)}
    narrowed = {"provinces": request.GET.get("province"), "modules": request.GET.get("module")}
    return {name: [value] for name, value in narrowed.items() if value}


@require_POST
@require(ConsolePermission.ANNOUNCE)
def withdrawal(request: HttpRequest, announcement: int) -> HttpResponse:
    """Show it no longer."""
    found = get_object_or_404(Announcement, pk=announcement)
    actions.withdraw(announcement=found, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("Pengumuman ditarik."))
    return redirect("console:announcements")


def _state(item: Announcement, at: object) -> tuple[str, str]:
    if item.withdrawn_at:
        return _("Ditarik"), ""
    if item.ends_at <= at:  # type: ignore[operator]
        return _("Berakhir"), ""
    return (_("Tampil"), "ok") if item.begins_at <= at else (_("Terjadwal"), "info")  # type: ignore[operator]
