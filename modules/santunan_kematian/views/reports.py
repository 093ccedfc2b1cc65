"""Monthly realisation, rates by village, deaths for the registry."""

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from modules.santunan_kematian.actions import letters
from modules.santunan_kematian.actions import payments as paying
from modules.santunan_kematian.actions.errors import Refused
from modules.santunan_kematian.forms import PeriodForm
from modules.santunan_kematian.models import Claim, DeathReport
from modules.santunan_kematian.permissions import SantunanPermission as P
from modules.santunan_kematian.queries import budget
from modules.santunan_kematian.queries import reports as queries
from modules.santunan_kematian.queries.claims import programme_on
from modules.services import public as services
from tenants import sheets
from tenants.accounts.access import require
from tenants.audit.actions import record
from tenants.people.formats import MONTHS


@require_safe
@require(P.OVERVIEW)
def reports(request: HttpRequest) -> HttpResponse:
    """The year: money by month, claims by village."""
    year, today = _year(request), timezone.localdate()
    months = queries.realisation(year)
    programme = programme_on(today)
    past = [month for month in months if (year, month.month) <= (today.year, today.month)]
    context = {
        "year": year,
        "year_text": str(year),
        "years": range(today.year - 3, today.year + 1),
        "months": [(MONTHS[m.month - 1], m) for m in months],
        "names": [name[:3] for name in MONTHS],
        "curve": [{"label": _("Cair sejak awal tahun"), "values": [month.cumulative / 1_000_000 for month in past]}],
        "persons": sum(month.persons for month in months),
        "total": months[-1].cumulative,
        "budget": budget.budget_of(year),
        "outlook": budget.outlook(amount=programme.amount, today=today) if programme else None,
        "rates": [row for row in queries.village_rates(year) if row.claims],
    }
    return render(request, "santunan_kematian/reports.html", context)


@require_safe
@require(P.OVERVIEW)
def report_file(request: HttpRequest, report: str) -> HttpResponse:
    """A report as XLSX."""
    year = _year(request)
    if report == "villages":
        head = [_("Desa/kelurahan"), _("Pengajuan"), _("Penduduk"), _("Per 1.000 jiwa"), _("Perlu dilihat")]
        rows: list[list[Any]] = [
            [r.name, r.claims, r.population, r.per_thousand, _("ya") if r.unusual else ""]
            for r in queries.village_rates(year)
        ]
    else:
        head = [_("Bulan"), _("Jiwa"), _("Rupiah"), _("Kumulatif"), _("Persen pagu")]
        rows = [[MONTHS[m.month - 1], m.persons, m.amount, m.cumulative, m.percent] for m in queries.realisation(year)]
    return sheets.as_xlsx(f"santunan-{report}-{year}", head, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.OVERVIEW)
def deaths(request: HttpRequest) -> HttpResponse:
    """Deaths that were reported in a period, and which of them the registry has recorded; a POST makes the letter."""
    first, last = _period(request)
    claims = list(queries.deaths(first=first, last=last))
    programme = programme_on(last) or programme_on(timezone.localdate())
    if request.method == "POST" and request.user.has(P.REPORT_DEATHS) and programme:  # type: ignore[union-attr]
        with transaction.atomic():
            made = letters.death_list(
                claims=claims, first=first, last=last, programme=programme, by=request.user, at=timezone.now()
            )
            _record_list(request, programme, claims)
        return redirect("santunan_kematian:letter", made.public_id)
    context = {
        "claims": claims,
        "form": PeriodForm(initial={"first": first, "last": last}),
        "first": first,
        "last": last,
        "waiting": queries.waiting_reports().filter(destination="dukcapil").count(),
        "social": queries.waiting_reports().filter(destination="data_sosial")[:50],
        "may_report": request.user.has(P.REPORT_DEATHS),  # type: ignore[union-attr]
        "may_update_register": request.user.has(P.REGISTER),  # type: ignore[union-attr]
    }
    return render(request, "santunan_kematian/deaths.html", context)


@require_safe
@require(P.REPORT_DEATHS)
def death_file(request: HttpRequest) -> HttpResponse:
    """The list for Disdukcapil as XLSX with full numbers; that it was taken is on record."""
    first, last = _period(request)
    claims = list(queries.deaths(first=first, last=last))
    programme = programme_on(last) or programme_on(timezone.localdate())
    if programme:
        with transaction.atomic():
            _record_list(request, programme, claims)
    head = [
        _("NIK"), _("Nomor KK"), _("Nama"), _("L/P"), _("Tanggal lahir"), _("Tanggal meninggal"), _("Tempat"),
        _("Alamat"), _("Desa/kelurahan"), _("Kecamatan"), _("Pelapor"), _("Hubungan"), _("Nomor pengajuan"),
    ]  # fmt: skip
    rows = ([
        str(c.nik or ""), str(c.kk), c.name, c.sex, c.birth_date.isoformat(), c.death_date.isoformat(), c.death_place,
        c.address, c.village.title, c.village.district.name, c.heir_name, c.get_heir_relation_display(), c.number,
    ] for c in claims)  # fmt: skip
    return sheets.as_xlsx(f"daftar-kematian-{first:%Y%m%d}-{last:%Y%m%d}", head, rows)


@require(P.OVERVIEW)
def acknowledgement(request: HttpRequest, report: int) -> HttpResponse:
    """The civil registry, or who keeps the social register, has recorded a death."""
    found = get_object_or_404(DeathReport.objects.counted().select_related("claim__case"), pk=report)
    is_civil = found.destination == DeathReport.Destination.CIVIL_REGISTRY
    needed = P.REPORT_DEATHS if is_civil else P.REGISTER
    if request.method == "POST" and request.user.has(needed):  # type: ignore[union-attr]
        reference = request.POST.get("reference", "").strip()[:80]
        try:
            paying.acknowledge_death(report=found, reference=reference, by=request.user, at=timezone.now())
            messages.success(request, _("Kematian %(number)s dikonfirmasi.") % {"number": found.claim.number})
        except (Refused, services.CaseRefused) as refusal:
            messages.error(request, str(refusal))
    return redirect("santunan_kematian:deaths")


def _record_list(request: HttpRequest, programme: Any, claims: list[Claim]) -> None:
    record(
        "santunan_kematian.death_list_made",
        subject=programme,
        by=request.user,
        at=timezone.now(),
        data={"claims": len(claims)},
    )


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    return int(text) if re.fullmatch(r"2[01][0-9]{2}", text) else timezone.localdate().year


def _period(request: HttpRequest) -> tuple[date, date]:
    form = PeriodForm(request.GET)
    if form.is_valid() and form.cleaned_data["first"] <= form.cleaned_data["last"]:
        return form.cleaned_data["first"], form.cleaned_data["last"]
    today = timezone.localdate()
    return today.replace(day=1), today
