"""The public site: what Rujukan is, what it can do, who is here."""

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from modules.menu import SECTORS
from modules.registry import discover
from tenants import regions
from tenants.accounts.access import public_page
from tenants.addresses import site_url
from tenants.models import Domain


@public_page
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What this is, the modules by sector, and the regencies that work here with their addresses."""
    open_here = Domain.objects.select_related("tenant").filter(
        Q(tenant__state="active") | Q(tenant__state="read_only"), is_primary=True
    )
    context = {
        "regencies": [
            (domain.tenant, site_url(domain.domain), domain.domain)
            for domain in open_here.order_by("tenant__name")[:60]
        ],
        "sectors": [
            (label, modules)
            for sector, label in SECTORS.items()
            if (modules := [module for module in discover() if module.sector is sector])
        ],
        "modules": len(discover()),
        "total": len(regions.regencies()),
        "base_domain": settings.BASE_DOMAIN,
    }
    return render(request, "onboarding/home.html", context)
