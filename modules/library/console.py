"""Packages as the central team sees them: every release, and what a regency could take."""

import re

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from modules.library import actions, queries
from modules.packages import BrokenReference, ContentRefused
from modules.registry import find
from tenants.accounts.access import require
from tenants.audit.actions import Operator
from tenants.models import Regency
from tenants.permissions import ConsolePermission


@require_GET
@require(ConsolePermission.VIEW)
def releases(request: HttpRequest) -> HttpResponse:
    """All releases, newest first."""
    search = request.GET.get("q", "").replace("\x00", "")[:60]
    rows = [
        {"release": release, "module": find(release.module_key), "regencies": count}
        for release, count in queries.releases(search.strip())
    ]
    return render(request, "library/console/releases.html", {"rows": rows, "q": search})


@require_GET
@require(ConsolePermission.VIEW)
def release(request: HttpRequest, release: int) -> HttpResponse:
    """Who runs which release of a package, and how to bring the others to the newest."""
    found = queries.find_release(release)
    if found is None:
        raise Http404
    holders = queries.holders_of(found)
    context = {
        "release": found,
        "module": find(found.module_key),
        "holders": holders,
        "behind": [holder.regency.code for holder in holders if not holder.is_newest],
        "may_upgrade": request.user.has(ConsolePermission.CHANGE_MODULES)  # type: ignore[union-attr]
        and request.user.has(ConsolePermission.CHANGE_REGENCY),  # type: ignore[union-attr]
        "crumbs": [(_("Paket templat"), "/console/packages/")],
    }
    return render(request, "library/console/release.html", context)


@require(ConsolePermission.CHANGE_REGENCY)
def packages(request: HttpRequest, code: str) -> HttpResponse:
    """What one regency could take, and the button that takes it there."""
    regency = get_object_or_404(Regency, code=code, state__in=["active", "read_only", "suspended"])
    if request.method == "POST":
        asked = request.POST.get("release", "")
        release = queries.find_release(int(asked)) if re.fullmatch(r"[0-9]{1,18}", asked) else None
        if release is None:
            raise Http404
        try:
            by = Operator(request.user.name)  # type: ignore[union-attr]
            counts = actions.clone(regency=regency, release=release, by=by, at=timezone.now()).counts()
            messages.success(
                request, _("Disalin: %(created)s dibuat, %(updated)s diperbarui, %(kept)s dipertahankan.") % counts
            )
        except (actions.ReleaseTampered, BrokenReference, ContentRefused) as refused:
            messages.error(request, str(refused))
        return redirect("console:packages", code)
    context = {
        "object": regency,
        "available": queries.available(regency),
        "origins": queries.origins(regency),
        "crumbs": [(_("Kabupaten"), "/console/"), (regency.title, f"/console/regencies/{code}/")],
    }
    return render(request, "library/console/packages.html", context)
