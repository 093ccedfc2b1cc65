"""Offers and contracts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.accounts.access import require
from tenants.billing import actions, documents, queries
from tenants.billing.console.paging import asked_of, page_of
from tenants.billing.forms import (
    AcceptanceForm,
    AddendumForm,
    AdditionForm,
    ContractForm,
    QuoteForm,
    ReasonForm,
    ScanForm,
    TreasurerForm,
)
from tenants.billing.models import Addendum, Contract, Plan, Quotation, Scan
from tenants.billing.serving import pdf_response
from tenants.files.serving import serve
from tenants.permissions import ConsolePermission


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def quotations(request: HttpRequest) -> HttpResponse:
    """Offers, newest first."""
    asked = asked_of(request)
    state = asked["state"] if asked["state"] in Quotation.State.values else ""
    context = {
        **page_of(request, queries.quotations(state, asked["q"]), {**asked, "state": state}),
        "chips": [("", _("Semua")), *Quotation.State.choices],
        "state": state,
        "may": _may(request),
    }
    return render(request, "billing/console/quotations.html", context)


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.MANAGE_BILLING)
def quote(request: HttpRequest) -> HttpResponse:
    """Compose an offer; it is stored as a draft, so that its price is seen before it goes out."""
    plans = list(Plan.objects.valid_on(actions.central_day(timezone.now())).prefetch_related("items"))
    first = {"regency": request.GET.get("regency", ""), "starts_on": actions.central_day(timezone.now())}
    form = QuoteForm(request.POST or None, plans=plans, initial=first)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.quote(**form.cleaned_data, by=request.user, at=timezone.now())
            return redirect("console:billing:quotation", made.pk)
        except actions.BillingRefused as refused:
            form.add_error(None, str(refused))
            status = 409
    context = {
        "form": form,
        "title": _("Penawaran baru"),
        "lead": _("Harga dihitung dari paket, kelas penduduk, dan bulan yang tersisa."),
        "button": _("Hitung"),
        "crumbs": [(_("Penawaran"), "/console/billing/quotations/")],
    }
    return render(request, "billing/console/form.html", context, status=status)


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def quotation(request: HttpRequest, pk: int) -> HttpResponse:
    """One offer with its prices."""
    return _quotation(request, pk)


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def quotation_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """An offer as PDF; a draft carries a watermark."""
    found = get_object_or_404(queries.quotations(), pk=pk)
    return pdf_response(documents.quotation_pdf(found), found.number or "penawaran")


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def quotation_steps(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an offer out, or take it back."""
    found = get_object_or_404(Quotation, pk=pk)
    name, form = request.POST.get("transition", ""), ReasonForm(request.POST)
    if not name:
        return _quotation(request, pk, status=422, error=_("Pilih salah satu keputusan."))
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        if name == "issue":
            actions.issue_quotation(quotation=found, by=request.user, at=timezone.now())
        elif name == "withdraw":
            actions.withdraw_quotation(quotation=found, reason=reason, by=request.user, at=timezone.now())
        else:
            raise Http404
    except actions.BillingRefused as refused:
        return _quotation(request, pk, status=409, error=str(refused))
    return redirect("console:billing:quotation", pk)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def acceptance(request: HttpRequest, pk: int) -> HttpResponse:
    """The regency ordered it: a contract, or an addendum to one."""
    found = get_object_or_404(Quotation, pk=pk)
    form = AddendumForm(request.POST) if found.contract_id else ContractForm(request.POST)
    if not form.is_valid():
        return _quotation(request, pk, status=400, form=form)
    try:
        made = _accept(found, form.cleaned_data, request)
    except actions.BillingRefused as refused:
        return _quotation(request, pk, status=409, form=form, error=str(refused))
    messages.success(request, _("Kontrak tercatat. Tagihan dapat disusun dari sini."))
    return redirect("console:billing:contract", made.contract_id if isinstance(made, Addendum) else made.pk)


def _accept(found: Quotation, data: dict[str, Any], request: HttpRequest) -> Contract | Addendum:
    if found.contract_id:
        return actions.accept_as_addendum(quotation=found, **data, by=request.user, at=timezone.now())
    return actions.accept_as_contract(quotation=found, **data, by=request.user, at=timezone.now())


def _quotation(request: HttpRequest, pk: int, *, status: int = 200, **given: Any) -> HttpResponse:
    found = get_object_or_404(
        queries.quotations().select_related("regency", "plan__budget_year", "population_class", "contract"), pk=pk
    )
    may = _may(request)
    decisions: list[dict[str, Any]] = []
    if may and found.state == Quotation.State.DRAFT:
        decisions = [{"key": "issue", "label": _("Terbitkan penawaran"), "tone": "primary"}]
    if may and found.state == Quotation.State.ISSUED:
        decisions = [
            {
                "key": "withdraw",
                "label": _("Tarik penawaran"),
                "tone": "danger",
                "needs_reason": True,
                "reason_help": _("Tercatat di jejak audit."),
            }
        ]
    context = {
        "offer": found,
        "tone": queries.TONES.get(found.state, ""),
        "lines": found.lines.all(),
        "decisions": decisions,
        "crumbs": [(_("Penawaran"), "/console/billing/quotations/")],
        **({"form": AddendumForm() if found.contract_id else ContractForm()} if may else {}),
        **given,
    }
    return render(request, "billing/console/quotation.html", context, status=status)


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def contracts(request: HttpRequest) -> HttpResponse:
    """Contracts, newest first."""
    asked = asked_of(request)
    context = page_of(request, queries.contracts(asked["q"]), asked)
    return render(request, "billing/console/contracts.html", context)


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract: what it holds, whether the work was accepted, what was billed, what could join it."""
    return _contract(request, pk)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the BAST, of the contract or of an addendum."""
    found = get_object_or_404(Contract, pk=pk)
    form = AcceptanceForm(request.POST, contract=found)
    if not form.is_valid():
        return _contract(request, pk, status=400, handover_form=form)
    try:
        actions.record_acceptance(contract=found, **form.cleaned_data, by=request.user, at=timezone.now())
    except actions.BillingRefused as refused:
        return _contract(request, pk, status=409, handover_form=form, error=str(refused))
    return redirect("console:billing:contract", pk)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def treasurer(request: HttpRequest, pk: int) -> HttpResponse:
    """Another treasurer pays from now on."""
    found = get_object_or_404(Contract, pk=pk)
    form = TreasurerForm(request.POST)
    if not form.is_valid():
        return _contract(request, pk, status=400, treasurer_form=form)
    actions.replace_treasurer(contract=found, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("Tersimpan. Tagihan yang sudah terbit tidak berubah."))
    return redirect("console:billing:contract", pk)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def scans(request: HttpRequest, pk: int) -> HttpResponse:
    """A signed paper of the contract, for the treasurer's LS file."""
    found = get_object_or_404(Contract, pk=pk)
    form = ScanForm(request.POST, request.FILES, kinds=Scan.OF_CONTRACT)
    if not form.is_valid():
        return _contract(request, pk, status=422, scan_form=form)
    actions.keep_scan(contract=found, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("Berkas tersimpan. Kabupaten melihat berkas yang sama."))
    return redirect("console:billing:contract", pk)


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def scan(request: HttpRequest, uuid: str) -> HttpResponseBase:
    """A signed paper, of a contract or of a bill."""
    return serve(get_object_or_404(Scan, public_id=uuid), inline=True)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def additions(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what further modules would cost for the remaining months; stored only when asked to be offered."""
    found = get_object_or_404(queries.contracts(), pk=pk)
    form = AdditionForm(request.POST, contract=found)
    if not form.is_valid():
        return _contract(request, pk, status=400, addition_form=form)
    data = form.cleaned_data
    try:
        if request.POST.get("do") == "quote":
            made = actions.quote_addition(contract=found, **data, by=request.user, at=timezone.now())
            return redirect("console:billing:quotation", made.pk)
        shown = actions.price_addition(contract=found, **data)
    except actions.BillingRefused as refused:
        return _contract(request, pk, status=409, addition_form=form, error=str(refused))
    return _contract(request, pk, addition_form=form, shown=shown)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Compose the bill of an instalment or of an addendum."""
    found = get_object_or_404(queries.contracts(), pk=pk)
    part, addendum = request.POST.get("part", "1"), request.POST.get("addendum", "")
    if not part.isdecimal() or (addendum and not addendum.isdecimal()):
        raise Http404
    joined = get_object_or_404(Addendum, pk=addendum, contract=found) if addendum else None
    try:
        made = actions.draft_invoice(
            contract=found, addendum=joined, part=int(part[:3]), by=request.user, at=timezone.now()
        )
    except actions.BillingRefused as refused:
        return _contract(request, pk, status=409, error=str(refused))
    return redirect("console:billing:invoice", made.pk)


def _contract(request: HttpRequest, pk: int, *, status: int = 200, **given: Any) -> HttpResponse:
    found = get_object_or_404(queries.contracts(), pk=pk)
    may, addenda = _may(request), list(found.addenda.order_by("pk"))
    context = {
        "contract": found,
        "bills": found.invoices.with_balance().order_by("pk"),
        "addenda": addenda,
        "unaccepted": not found.bast_date or any(not addendum.bast_date for addendum in addenda),
        "billable": _billable(found),
        "scans": found.scans.filter(invoice=None),
        "tones": queries.TONES,
        "may": may,
        "crumbs": [(_("Kontrak"), "/console/billing/contracts/")],
        **(_forms(found) if may else {}),
        **given,
    }
    return render(request, "billing/console/contract.html", context, status=status)


def _forms(found: Contract) -> dict[str, Any]:
    return {
        "addition_form": AdditionForm(contract=found),
        "handover_form": AcceptanceForm(contract=found),
        "scan_form": ScanForm(kinds=Scan.OF_CONTRACT),
        "treasurer_form": TreasurerForm(),
    }


def _billable(found: Contract) -> list[dict[str, Any]]:
    """What has no bill yet: instalments and addenda."""
    live = found.invoices.exclude(state__in=["void", "credited"])
    billed = set(live.values_list("addendum_id", "part"))
    of = found.instalments
    parts: list[dict[str, Any]] = [
        {"part": part, "addendum": "", "label": _("Tagihan ke-%(n)s dari %(of)s") % {"n": part, "of": of}}
        for part in range(1, of + 1)
        if (None, part) not in billed
    ]
    joined = [
        {"part": 1, "addendum": addendum.pk, "label": _("Adendum %s") % addendum.number}
        for addendum in found.addenda.all()
        if (addendum.pk, 1) not in billed
    ]
    return parts + joined


def _may(request: HttpRequest) -> bool:
    return bool(request.user.has(ConsolePermission.MANAGE_BILLING))  # type: ignore[union-attr]
