"""The villages of the regency."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenants.accounts.access import require
from tenants.organisation import queries
from tenants.organisation.exports import villages_workbook
from tenants.organisation.forms import VillageSearchForm
from tenants.organisation.models import Unit
from tenants.organisation.permissions import OrganisationPermission
from tenants.organisation.views.answers import download

PAGE = 100


@require_GET
@require(OrganisationPermission.VIEW)
def villages(request: HttpRequest) -> HttpResponse:
    """By code, a hundred at a time; by name, code and kecamatan."""
    form = VillageSearchForm(request.GET)
    text, district, after = _wanted(form)
    found = queries.search_villages(text, district_code=district).filter(code__gt=after).order_by("code")
    rows = list(found[: PAGE + 1])
    shown = rows[:PAGE]
    offices = {unit.village_id: unit for unit in Unit.objects.open().filter(village__in=shown)}
    districts = list(queries.districts_with_counts())
    query = {key: value for key, value in (("q", text), ("district", district)) if value}
    context = {
        "form": form,
        "rows": [(village, offices.get(village.pk)) for village in shown],
        "districts": len(districts),
        "desa": sum(each.desa for each in districts),  # type: ignore[attr-defined]
        "kelurahan": sum(each.kelurahan for each in districts),  # type: ignore[attr-defined]
        "searched": bool(query),
        "export": urlencode(query),
        "next_url": f"?{urlencode({**query, 'after': shown[-1].code})}" if len(rows) > PAGE else "",
        "first_url": f"?{urlencode(query)}" if after else "",
    }
    return render(request, "organisation/villages.html", context)


@require_GET
@require(OrganisationPermission.VIEW)
def villages_export(request: HttpRequest) -> HttpResponse:
    """What the search finds, as XLSX."""
    text, district, _after = _wanted(VillageSearchForm(request.GET))
    return download(villages_workbook(text, district), "desa.xlsx")


def _wanted(form: VillageSearchForm) -> tuple[str, str, str]:
    if not form.is_valid():
        return "", "", ""
    wanted = form.cleaned_data
    return wanted["q"], wanted["district"].code if wanted["district"] else "", wanted["after"]
