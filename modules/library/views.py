"""A regency's packages: what it can clone, what it has published."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from modules.library import actions, queries
from modules.library.forms import PublicationForm
from modules.library.models import Release
from modules.packages import BrokenReference, ContentRefused
from modules.registry import find
from modules.switches import state_of
from tenants.accounts.access import require
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency

REFUSALS = (actions.ReleaseTampered, BrokenReference, ContentRefused)


@require_GET
@require(StaffPermission.MANAGE_PACKAGES)
def packages(request: HttpRequest) -> HttpResponse:
    """Packages of other regencies, and this regency's own modules as packages."""
    regency: Regency = request.regency  # type: ignore[attr-defined]
    available = queries.available(regency)
    context = {
        "available": available,
        "newer": sum(package.is_newer and package.cloned is not None for package in available),
        "own": queries.publishable(regency),
        "origins": queries.origins(regency),
    }
    return render(request, "library/packages.html", context)


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_PACKAGES)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """A release object by object: what cloning would do here, and the button."""
    regency: Regency = request.regency  # type: ignore[attr-defined]
    found = _release(pk)
    if request.method == "POST" and found.publisher_id != regency.pk:
        try:
            outcome = actions.clone(regency=regency, release=found, by=request.user, at=timezone.now())
            messages.success(request, said(outcome))
            return redirect("library:packages")
        except REFUSALS as refused:
            messages.error(request, str(refused))
    context = {
        "release": found,
        "module": find(found.module_key),
        "own": found.publisher_id == regency.pk,
        "preview": queries.preview(regency, found),
        "crumbs": [(_("Paket templat"), "/work/packages/")],
    }
    return render(request, "library/release.html", context)


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_PACKAGES)
def publication(request: HttpRequest, module: str) -> HttpResponse:
    """Publish a module's templates."""
    regency: Regency = request.regency  # type: ignore[attr-defined]
    found = find(module)
    if found is None or not found.templates or state_of(regency, module) == "off":
        raise Http404
    latest = queries.latest_release(regency, module)
    form = PublicationForm(request.POST or None, initial={"version": queries.next_version(latest)})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.publish(
                regency=regency, module=found, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except actions.PublicationRefused as refused:
            form.add_error("version" if isinstance(refused, actions.VersionRefused) else None, str(refused))
            status = 409
        else:
            messages.success(request, _("%(module)s %(version)s diterbitkan.") % _words(found.name, made))
            return redirect("library:packages")
    context = {
        "module": found,
        "form": form,
        "latest": latest,
        "objects": queries.content_of(regency, found)["objects"],
        "crumbs": [(_("Paket templat"), "/work/packages/")],
    }
    return render(request, "library/publication.html", context, status=status)


def said(outcome: actions.Outcome) -> str:
    """What cloning did, in one sentence."""
    return (
        _(
            "Disalin: %(created)s dibuat, %(updated)s diperbarui, %(unchanged)s sudah sama, "
            "%(kept)s dipertahankan karena sudah Anda ubah."
        )
        % outcome.counts()
    )


def _release(pk: int) -> Release:
    found = queries.find_release(pk)
    if found is None:
        raise Http404
    return found


def _words(name: Any, release: Release) -> dict[str, Any]:
    return {"module": name, "version": release.version}
