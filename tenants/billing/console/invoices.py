"""Bills: the list, and one of them with everything that may be decided about it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenants.accounts.access import require
from tenants.billing import actions, documents, queries, rules
from tenants.billing.forms import (
    CreditForm,
    GraceForm,
    InvoiceFilterForm,
    PaymentForm,
    ReasonForm,
    ScanForm,
    TaxInvoiceForm,
)
from tenants.billing.models import BudgetYear, CreditNote, Invoice, Payment, Scan
from tenants.billing.queries import InvoiceFilter, Step
from tenants.billing.serving import pdf_response
from tenants.paging import newest_first
from tenants.people.formats import rupiah
from tenants.permissions import ConsolePermission

PAGE = 50
Answer = Callable[[Invoice], Any]
_OF_BILL = [kind for kind in Scan.Kind if kind not in Scan.OF_CONTRACT]


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def invoices(request: HttpRequest) -> HttpResponse:
    """All bills, fifty at a time, narrowed by search, state and year."""
    form = InvoiceFilterForm(request.GET or None)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    day = actions.central_day(timezone.now())
    wanted = InvoiceFilter(asked.get("q", "").replace("\x00", ""), asked.get("state", ""), asked.get("year"))
    kept = {name: asked[name] for name in ("q", "state", "year") if asked.get(name)}
    page = newest_first(request, queries.invoices(wanted, day), PAGE, kept=kept)
    context = {
        **page.links,
        "form": form,
        "rows": [(bill, bill.is_overdue(day)) for bill in page.rows],
        "tones": queries.TONES,
        "figures": _figures(queries.totals(day)),
        "narrowed": bool(kept),
    }
    return render(request, "billing/console/invoices.html", context)


def _figures(totals: queries.Totals) -> list[dict[str, Any]]:
    return [
        {
            "label": _("Belum dibayar"),
            "value": rupiah(totals.owed, short=True),
            "note": _("%s tagihan") % totals.owed_count,
            "url": "?state=issued",
        },
        {
            "label": _("Lewat jatuh tempo"),
            "value": rupiah(totals.overdue, short=True),
            "note": _("%s tagihan") % totals.overdue_count,
            "url": "?state=overdue",
            "tone": "warn" if totals.overdue_count else "",
        },
        {
            "label": _("Antrean ke penyedia"),
            "value": totals.calls,
            "note": _("%s perlu orang") % totals.failed,
            "url": "/console/billing/events/",
            "tone": "bad" if totals.failed else "",
        },
    ]


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """One bill: its lines, what arrived, its history, and the bar of decisions."""
    return _page(request, pk)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def steps(request: HttpRequest, pk: int) -> HttpResponse:
    """A decision of the bar: issue, discard, void, remind, restrict or open again."""
    name, reason = request.POST.get("transition", ""), ReasonForm(request.POST)
    why = reason.cleaned_data["reason"] if reason.is_valid() else ""
    who, now = request.user, timezone.now()
    deeds: dict[str, Answer] = {
        "issue": lambda bill: actions.issue_invoice(invoice=bill, by=who, at=now),
        "discard": lambda bill: actions.delete_draft(invoice=bill, by=who, at=now),
        "void": lambda bill: actions.void_invoice(invoice=bill, reason=why, by=who, at=now),
        "remind": lambda bill: actions.remind(invoice=bill, by=who, at=now),
        "read_only": lambda bill: actions.make_read_only(invoice=bill, reason=why, by=who, at=now),
        "reopen": lambda bill: actions.reopen(invoice=bill, reason=why, by=who, at=now),
    }
    if not name:
        return _page(request, pk, status=422, error=_("Pilih salah satu keputusan."))
    if name not in deeds:
        raise Http404
    response = _do(request, pk, deeds[name])
    return redirect("console:billing:invoices") if name == "discard" and response.status_code == 302 else response


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def payments(request: HttpRequest, pk: int) -> HttpResponse:
    """Record an SP2D with its tax slips."""
    return _hand_in(request, pk, "payment_form", PaymentForm(request.POST), actions.record_payment)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def reversal(request: HttpRequest, pk: int, payment: int) -> HttpResponse:
    """Take back a payment that was recorded wrongly."""
    found = get_object_or_404(Payment.objects.select_related("invoice"), pk=payment, invoice_id=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _do(
        request,
        pk,
        lambda bill: actions.reverse_payment(payment=found, reason=reason, by=request.user, at=timezone.now()),
    )


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def credit_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a part of a bill, or all of it."""
    return _hand_in(request, pk, "credit_form", CreditForm(request.POST), actions.credit)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def graces(request: HttpRequest, pk: int) -> HttpResponse:
    """Wait until a day."""
    return _hand_in(request, pk, "grace_form", GraceForm(request.POST), actions.grant_grace)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def tax_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the number of the faktur pajak."""
    return _hand_in(request, pk, "tax_form", TaxInvoiceForm(request.POST), actions.record_tax_invoice)


@require_POST
@require(ConsolePermission.MANAGE_BILLING)
def scans(request: HttpRequest, pk: int) -> HttpResponse:
    """A signed paper of the bill, for the treasurer's LS file."""
    bill = get_object_or_404(Invoice.objects.issued().select_related("contract"), pk=pk)
    keep = partial(actions.keep_scan, contract=bill.contract)
    return _hand_in(request, pk, "scan_form", ScanForm(request.POST, request.FILES, kinds=_OF_BILL), keep)


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def paper(request: HttpRequest, pk: int, paper: str) -> HttpResponse:
    """The bill as PDF, or one of the papers of the LS file."""
    bill = get_object_or_404(Invoice.objects.issued(), pk=pk)
    if paper not in documents.PAPERS:
        raise Http404
    return pdf_response(documents.PAPERS[paper][1](bill), f"{paper}-{bill.number}")


@require_GET
@require(ConsolePermission.VIEW_BILLING)
def credit_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A credit note as PDF."""
    note = get_object_or_404(CreditNote.objects.select_related("invoice"), pk=pk)
    return pdf_response(documents.credit_note_pdf(note), note.number)


def _hand_in(request: HttpRequest, pk: int, name: str, form: Form, act: Callable[..., Any]) -> HttpResponse:
    """What a form says is done to the bill; else the page again, with the form (context `name`) as it was typed."""
    if not form.is_valid():
        return _page(request, pk, status=400, **{name: form})
    return _do(
        request,
        pk,
        lambda bill: act(invoice=bill, **form.cleaned_data, by=request.user, at=timezone.now()),
        **{name: form},
    )


def _do(request: HttpRequest, pk: int, deed: Answer, **forms: Any) -> HttpResponse:
    bill = get_object_or_404(Invoice, pk=pk)
    try:
        deed(bill)
    except actions.BillingRefused as refused:
        return _page(request, pk, status=409, error=str(refused), **forms)
    messages.success(request, _("Tersimpan."))
    return redirect("console:billing:invoice", pk)


def _page(request: HttpRequest, pk: int, *, status: int = 200, **given: Any) -> HttpResponse:
    bill = get_object_or_404(Invoice.objects.with_balance().select_related("regency", "contract", "addendum"), pk=pk)
    may = request.user.has(ConsolePermission.MANAGE_BILLING)  # type: ignore[union-attr]
    day = actions.central_day(timezone.now())
    year = BudgetYear.objects.get(year=bill.year)
    standing = queries.standing(bill, day)
    context = {
        "bill": bill,
        "overdue": bill.is_overdue(day),
        "tone": queries.TONES["overdue" if bill.is_overdue(day) else bill.state],
        "standing": standing,
        "lines": bill.lines.all(),
        "payments": bill.payments.prefetch_related("slips").select_related("recorded_by"),
        "credit_notes_of": bill.credit_notes.all(),
        "calls": bill.calls.all(),
        "events": _history(bill),
        "files": _ls_file(bill) if bill.number else [],
        "decisions": _decisions(bill, standing) if may else [],
        "may": may,
        "crumbs": [(_("Tagihan"), "/console/billing/")],
        **(_forms(bill, year, day) if may else {}),
        **given,
    }
    return render(request, "billing/console/invoice.html", context, status=status)


def _forms(bill: Invoice, year: BudgetYear, day: Any) -> dict[str, Any]:
    """The forms that make sense now, filled with what is expected."""
    forms: dict[str, Any] = {}
    if bill.state == Invoice.State.ISSUED:
        forms["payment_form"] = PaymentForm(initial=_expected(bill, year))
        forms["credit_form"] = CreditForm()
    if bill.is_overdue(day):
        forms["grace_form"] = GraceForm(initial={"until": day + timedelta(days=year.grace_days)})
    if bill.number and not bill.tax_invoice:
        forms["tax_form"] = TaxInvoiceForm()
    if bill.number:
        forms["scan_form"] = ScanForm(kinds=_OF_BILL)
    return forms


def _ls_file(bill: Invoice) -> list[dict[str, str]]:
    return documents.ls_file(
        bill,
        queries.scans_of(bill),
        lambda paper: reverse("console:billing:paper", args=[bill.pk, paper]),
        lambda scan: reverse("console:billing:scan", args=[scan.public_id]),
    )


def _expected(bill: Any, year: BudgetYear) -> dict[str, Any]:
    """What an SP2D for the whole bill would bring; empty once a part of it is settled."""
    if bill.balance != bill.total:
        return {"received": bill.balance}
    kept = rules.withholding(rules.Amounts(bill.net, bill.dpp, bill.ppn, bill.total), year)
    return {"received": kept.received, "ppn": kept.ppn or None, "pph23": kept.pph23 or None}


def _decisions(bill: Invoice, standing: queries.Standing) -> list[dict[str, Any]]:
    if bill.state == Invoice.State.DRAFT:
        return [
            {"key": "issue", "label": _("Terbitkan"), "tone": "primary"},
            {"key": "discard", "label": _("Buang draf"), "tone": "danger"},
        ]
    found: list[dict[str, Any]] = []
    if standing.step == Step.REMINDER:
        found.append({"key": "remind", "label": _("Kirim pengingat"), "tone": "primary"})
    if standing.step == Step.READ_ONLY:
        found.append(
            {
                "key": "read_only",
                "label": _("Batasi: baca saja"),
                "tone": "danger",
                "needs_reason": True,
                "reason_help": _("Pegawai hanya dapat membaca dan mengunduh. Warga tidak terganggu."),
            }
        )
    if bill.regency.state == "read_only" and bill.measures.filter(kind="read_only").exists():
        found.append({"key": "reopen", "label": _("Buka kembali"), "tone": "primary", "needs_reason": True})
    if bill.state == Invoice.State.ISSUED and not bill.payments.counted().exists():
        found.append(
            {
                "key": "void",
                "label": _("Batalkan tagihan"),
                "tone": "danger",
                "needs_reason": True,
                "reason_help": _("Nomornya tetap terpakai dan tercatat sebagai dibatalkan."),
            }
        )
    return found


def _history(bill: Invoice) -> list[dict[str, Any]]:
    """States and measures together, newest first."""
    happened = [
        (row.at, row.get_state_display(), row.reason, row.by, None) for row in bill.states.select_related("by")
    ] + [(row.at, row.get_kind_display(), row.reason, row.by, row.until) for row in bill.measures.select_related("by")]
    return [
        {"at": at, "label": label, "reason": reason, "by": by.name if by else _("Sistem"), "until": until}
        for at, label, reason, by, until in sorted(happened, key=lambda row: row[0], reverse=True)
    ]
