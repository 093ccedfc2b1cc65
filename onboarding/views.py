"""The public site: what Rujukan is, what it can do, who is here."""

from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from modules.menu import SECTORS
from onboarding import sandbox
from onboarding.catalogue import queries as catalogue
from onboarding.tasks import reset_sandbox
from tenants import regions
from tenants.accounts.access import public_page
from tenants.addresses import site_url
from tenants.models import Domain
from tenants.ratelimit import limited


@public_page
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What this is, the modules by sector, and the regencies that work here with their addresses."""
    open_here = (
        Domain.objects.select_related("tenant")
        .filter(Q(tenant__state="active") | Q(tenant__state="read_only"), is_primary=True)
        .exclude(tenant__code=regions.SANDBOX.code)
    )
    entries = catalogue.entries()
    context = {
        "regencies": [
            (domain.tenant, site_url(domain.domain), domain.domain)
            for domain in open_here.order_by("tenant__name")[:60]
        ],
        "sectors": [(SECTORS[sector], list(found)) for sector, found in groupby(entries, lambda entry: entry.sector)],
        "modules": len(entries),
        "here": open_here.count(),
        "total": len(regions.regencies()),
        "sandbox": sandbox.address(),
        "base_domain": settings.BASE_DOMAIN,
    }
    return render(request, "onboarding/home.html", context)


@public_page
@require_http_methods(["GET", "POST"])
@limited("post")
def sandbox_parts(request: HttpRequest) -> HttpResponse:
    """In Kabupaten Contoh: who one may be there; a POST signs the visitor in as that person."""
    if not sandbox.is_here(request.regency):  # type: ignore[attr-defined]
        raise Http404
    if request.method == "POST":
        person = sandbox.player(request.POST.get("part", "")[:60])
        if person is None:
            raise Http404
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("/work/")
    return render(request, "onboarding/sandbox.html", {"parts": sandbox.parts()})


@public_page
@require_POST
@limited("post")
def sandbox_reset(request: HttpRequest) -> HttpResponse:
    """Make Kabupaten Contoh anew, for everybody who is in it."""
    if not sandbox.is_here(request.regency):  # type: ignore[attr-defined]
        raise Http404
    if sandbox.may_reset():
        reset_sandbox.delay()
        messages.success(request, _("Kabupaten Contoh sedang disusun ulang. Tunggu beberapa detik, lalu muat ulang."))
    else:
        messages.info(request, _("Kabupaten Contoh baru saja disusun ulang. Coba lagi beberapa menit lagi."))
    return redirect("sandbox")
