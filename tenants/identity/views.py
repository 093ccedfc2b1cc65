"""A regency's own face: the page where it is chosen, and its crest for everybody."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from tenants.accounts.access import public_page, require
from tenants.accounts.permissions import StaffPermission
from tenants.identity import crest as crests
from tenants.identity.actions import FIELDS, change_identity
from tenants.identity.forms import IdentityForm
from tenants.identity.serving import crest_answer
from tenants.letters.letterhead import contact_lines
from tenants.models import Regency
from tenants.schemas.context import in_public


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_IDENTITY)
def identity(request: HttpRequest) -> HttpResponse:
    """Crest, colour and contact of the regency, with how header and letterhead will look."""
    regency = _own(request)
    form = IdentityForm(request.POST or None, request.FILES or None, instance=_own(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                change_identity(
                    regency=regency,
                    values=form.values(),
                    crest=form.cleaned_data["crest_file"],
                    without_crest=form.cleaned_data.get("without_crest", False),
                    by=request.user,
                    at=timezone.now(),
                )
            except crests.CrestRefused as refused:
                form.add_error("crest_file", str(refused))
            else:
                messages.success(request, _("Identitas disimpan. Semua halaman dan surat baru memakainya."))
                return redirect("identity:identity")
    return render(request, "tenants/identity.html", {"form": form, **_shown(regency)}, status=status)


@require_GET
@require(StaffPermission.MANAGE_IDENTITY)
def preview(request: HttpRequest) -> HttpResponse:
    """How it would look with what stands in the form now; nothing is kept or refused."""
    regency = _own(request)
    for name in FIELDS:
        field = Regency._meta.get_field(name)
        setattr(regency, name, request.GET.get(name, "")[: field.max_length])
    if regency.brand not in Regency.Brand.values:
        regency.brand = _own(request).brand
    return render(request, "tenants/identity.html#preview", _shown(regency))


@public_page
@require_safe
def crest(request: HttpRequest, version: str, size: str) -> HttpResponse:
    """The crest, on its regency's own host; another picture has another address, so it may be kept for ever."""
    return crest_answer(request.regency, version, size)  # type: ignore[attr-defined]


def _own(request: HttpRequest) -> Regency:
    """The regency of this host as it stands in the database: the remembered one is shared by all threads."""
    with in_public():
        return Regency.objects.get(pk=request.regency.pk)  # type: ignore[attr-defined]


def _shown(regency: Regency) -> dict[str, Any]:
    return {"shown": regency, "lines": contact_lines(regency)}
