"""What is offered, by which calendar, and to which offices the bills go."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tenants.accounts.access import require
from tenants.billing import actions
from tenants.billing.console.paging import PAGE, asked_of
from tenants.billing.forms import BudgetYearForm, PlanForm, PlanItemFormSet, PopulationClassForm, ProfileForm
from tenants.billing.models import BillingProfile, BudgetYear, Plan, PopulationClass
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.queries import after, chosen

_BACK = "/console/billing/plans/"


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def plans(request: HttpRequest) -> HttpResponse:
    """Plans, budget years and population classes."""
    context = {
        "plans": Plan.objects.select_related("budget_year").prefetch_related("items"),
        "years": BudgetYear.objects.all(),
        "classes": PopulationClass.objects.all(),
        "may": request.user.has(ConsolePermission.MANAGE_BILLING),  # type: ignore[union-attr]
    }
    return render(request, "billing/console/plans.html", context)


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.MANAGE_BILLING)
def plan(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A plan with its items and prices."""
    found = get_object_or_404(Plan, pk=pk) if pk else None
    copied = request.GET.get("from", "")
    model = found or (Plan.objects.filter(pk=copied).first() if copied.isdecimal() and len(copied) < 18 else None)
    classes = list(PopulationClass.objects.all())
    options: dict[str, Any] = {"form_kwargs": {"classes": classes}, "prefix": "items"}
    form = PlanForm(request.POST or None, instance=found)
    rows = PlanItemFormSet(request.POST or None, initial=_rows(model), **options)
    status, error = 400 if request.method == "POST" else 200, ""
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            actions.save_plan(plan=form.save(commit=False), items=_items(rows), by=request.user, at=timezone.now())
            messages.success(request, _("Tersimpan."))
            return redirect("console:billing:plans")
        except actions.BillingRefused as refused:
            status, error = 409, str(refused)
    context = {
        "form": form,
        "rows": rows,
        "error": error,
        "found": found,
        "title": str(found) if found else _("Paket harga baru"),
        "crumbs": [(_("Paket harga"), _BACK)],
    }
    return render(request, "billing/console/plan.html", context, status=status)


def _rows(found: Plan | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    return [
        {
            "key": item.key,
            "name": item.name,
            "modules": ", ".join(item.modules),
            "is_base": item.is_base,
            **{f"price_{price.population_class.key}": price.yearly for price in item.prices.all()},
        }
        for item in found.items.prefetch_related("prices__population_class")
    ]


def _items(rows: Any) -> list[actions.Item]:
    return [
        actions.Item(
            key=row.cleaned_data["key"],
            name=row.cleaned_data["name"],
            modules=row.cleaned_data["modules"],
            is_base=row.cleaned_data["is_base"],
            prices=row.prices(),
        )
        for row in rows
        if row.cleaned_data.get("key") and not row.cleaned_data.get("DELETE")
    ]


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.MANAGE_BILLING)
def year(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """The rules of a budget year."""
    found = get_object_or_404(BudgetYear, year=year) if year else None
    form = BudgetYearForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.save_budget_year(year=form.save(commit=False), by=request.user, at=timezone.now())
        return redirect("console:billing:plans")
    title = _("Kalender anggaran %s") % found if found else _("Kalender anggaran baru")
    lead = _("Semua angka di sini belum tentu sama dengan aturan tahun itu. Periksa dengan BPKAD sebelum dipakai.")
    return _form(request, form, title, lead)


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.MANAGE_BILLING)
def population_class(request: HttpRequest, key: str | None = None) -> HttpResponse:
    """A class of regencies."""
    found = get_object_or_404(PopulationClass, key=key) if key else None
    form = PopulationClassForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.save_population_class(population_class=form.save(commit=False), by=request.user, at=timezone.now())
        return redirect("console:billing:plans")
    title = _("Kelas %s") % found if found else _("Kelas penduduk baru")
    return _form(request, form, title, _("Kelas tidak boleh bertumpang tindih."))


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def profiles(request: HttpRequest) -> HttpResponse:
    """To which office the bills of each regency go, fifty at a time."""
    asked = asked_of(request)
    found = chosen(asked["q"], "").exclude(state=Regency.State.DRAFT).select_related("billing__population_class")
    if asked.get("after_name"):
        found = after(found, asked["after_name"], asked["after_code"])
    rows = list(found[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    kept = {"q": asked["q"]} if asked["q"] else {}
    context = {
        "rows": rows[:PAGE],
        "q": asked["q"],
        "next_url": "?" + urlencode({**kept, "after_name": last.name, "after_code": last.code}) if last else "",
        "first_url": "?" + urlencode(kept) if asked.get("after_name") else "",
        "may": request.user.has(ConsolePermission.MANAGE_BILLING),  # type: ignore[union-attr]
    }
    return render(request, "billing/console/profiles.html", context)


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.MANAGE_BILLING)
def profile(request: HttpRequest, code: str) -> HttpResponse:
    """The office of one regency."""
    regency = get_object_or_404(Regency, code=code)
    form = ProfileForm(request.POST or None, instance=BillingProfile.objects.filter(regency=regency).first())
    if request.method == "POST" and form.is_valid():
        actions.save_profile(regency=regency, **form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("Tersimpan."))
        return redirect("console:billing:profiles")
    lead = _("Kantor yang menerima tagihan. Nama orang tidak dikirim ke penyedia pembayaran.")
    return _form(request, form, regency.title, lead, (_("Alamat tagihan"), "/console/billing/profiles/"))


def _form(request: HttpRequest, form: Any, title: str, lead: str, back: tuple[str, str] | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "lead": lead, "crumbs": [back or (_("Paket harga"), _BACK)]}
    return render(request, "billing/console/form.html", context, status=400 if form.errors else 200)
