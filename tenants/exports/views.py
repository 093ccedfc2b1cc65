"""The regency's own data, for its administrator: ask for the package, fetch it. Both want the second factor anew."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenants.accounts.access import require
from tenants.accounts.permissions import StaffPermission
from tenants.exports import actions
from tenants.exports.models import ExitPackage
from tenants.schemas.context import in_public

View = Callable[..., HttpResponseBase]


def second_factor_anew(view: View) -> View:
    """To change or take something, a code was given in this session within ACCOUNT_REAUTHENTICATION_TIMEOUT.

    The page itself may be looked at. Who has no second factor is sent to set one up.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _gave_a_code(request):
            return view(request, *args, **kwargs)
        back = urlencode({"next": reverse("exports:packages")})
        if Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists():
            return redirect(f"{reverse('mfa_reauthenticate')}?{back}")
        messages.error(request, _("Pasang verifikasi dua langkah dahulu: paket data memuat data pribadi yang terbuka."))
        return redirect("mfa_index")

    return guarded


def _gave_a_code(request: HttpRequest) -> bool:
    earliest = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" and record["at"] >= earliest for record in records)


@require(StaffPermission.EXPORT_DATA)
def packages(request: HttpRequest) -> HttpResponseBase:
    """The regency's packages, newest first; POST asks for a new one."""
    if request.method == "POST":
        return _ask(request)
    with in_public():
        found = list(ExitPackage.objects.filter(schema_name=_schema(request)).order_by("-asked_at")[:20])
    context = {
        "packages": found,
        "newest": found[0] if found else None,
        "moving": next((package for package in found if package.is_moving), None),
        "hours": settings.EXPORT_HOURS,
        "confirmed": _gave_a_code(request),
    }
    template = "exports/packages.html"
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, template, context)
    if not context["moving"]:  # the end changes more of the page than the part that moves
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, f"{template}#list", context)


@second_factor_anew
def _ask(request: HttpRequest) -> HttpResponse:
    try:
        actions.request_export(regency=request.regency, by=request.user, at=timezone.now())  # type: ignore[attr-defined]
    except actions.ExportRefused as refused:
        messages.error(request, str(refused))
    return redirect("exports:packages")


@require_GET
@require(StaffPermission.EXPORT_DATA)
def file(request: HttpRequest, package_uuid: UUID) -> HttpResponseBase:
    """The zip itself, while it has not expired."""
    with in_public():
        package = get_object_or_404(ExitPackage, schema_name=_schema(request), public_id=package_uuid)
    return _send(request, package)


@second_factor_anew
def _send(request: HttpRequest, package: ExitPackage) -> HttpResponseBase:
    try:
        opened = actions.fetch(package=package, regency=request.regency, by=request.user, at=timezone.now())  # type: ignore[attr-defined]
    except actions.ExportRefused as refused:
        messages.error(request, str(refused))
        return redirect("exports:packages")
    name = f"{package.schema_name}-{timezone.localtime(package.asked_at):%Y%m%d}.zip"
    response = FileResponse(opened, as_attachment=True, filename=name, content_type="application/zip")
    response.block_size = 64 * 1024
    response["Cache-Control"] = "private, no-store"
    return response


def _schema(request: HttpRequest) -> str:
    return request.regency.schema_name  # type: ignore[attr-defined, no-any-return]
