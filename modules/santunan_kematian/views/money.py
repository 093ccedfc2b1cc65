"""From approval to the family's hands: SK, payment lists, SP2D, handover."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from modules.santunan_kematian.actions import decisions as deciding
from modules.santunan_kematian.actions import payments as paying
from modules.santunan_kematian.actions.errors import Refused
from modules.santunan_kematian.forms import DisbursementForm, HandoverForm
from modules.santunan_kematian.models import Decision, Decree, PaymentList
from modules.santunan_kematian.permissions import SantunanPermission as P
from modules.santunan_kematian.queries import reading
from modules.santunan_kematian.queries.days import day_of
from modules.santunan_kematian.queries.lists import PAGE
from modules.santunan_kematian.views.access import chosen_decisions, claim_of
from modules.services import public as services
from tenants import sheets
from tenants.accounts.access import require
from tenants.audit.actions import record
from tenants.files.uploads import FileRefused
from tenants.paging import newest_first
from tenants.people.formats import tanggal


def _waiting() -> Any:
    found = Decision.objects.counted().filter(outcome="approved", revoked_at=None, payment=None)
    return found.select_related("claim__case", "claim__village", "decree").order_by("decided_at")


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.OVERVIEW)
def decrees(request: HttpRequest) -> HttpResponse:
    """Approved claims that wait for an SK, and the SKs so far; a POST issues one."""
    waiting = _waiting().filter(decree=None)
    error = ""
    if request.method == "POST" and request.user.has(P.DECIDE):  # type: ignore[union-attr]
        chosen = waiting.filter(pk__in=chosen_decisions(request))
        try:
            made = deciding.issue_decree(decisions=list(chosen), by=request.user, at=timezone.now())
            messages.success(request, _("SK %(number)s diterbitkan.") % {"number": made.number})
            return redirect("santunan_kematian:decrees")
        except Refused as refusal:
            error = str(refusal)
    rows = Decree.objects.counted().select_related("issued_by", "revocation").annotate(people=Count("decisions"))
    page = newest_first(request, rows, PAGE, name="after")
    issued = page.rows
    papers = reading.letters_about(issued)
    revoking = reading.letters_about([decree.revocation for decree in issued if hasattr(decree, "revocation")])
    context = {
        "waiting": waiting,
        "rows": [
            (
                decree,
                papers.get(decree.pk),
                revoking.get(decree.revocation.pk) if hasattr(decree, "revocation") else None,
            )
            for decree in issued
        ],
        "next_url": page.next_url,
        "may_issue": request.user.has(P.DECIDE),  # type: ignore[union-attr]
        "error": error,
    }
    return render(request, "santunan_kematian/decrees.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.OVERVIEW)
def payments(request: HttpRequest) -> HttpResponse:
    """What may be paid, and the lists so far; a POST makes one."""
    waiting = _waiting().exclude(decree=None)
    error = ""
    if request.method == "POST" and request.user.has(P.PAY):  # type: ignore[union-attr]
        chosen = list(waiting.filter(pk__in=chosen_decisions(request)))
        try:
            made = paying.list_payments(decisions=chosen, by=request.user, at=timezone.now())
            messages.success(request, _("Daftar bayar %(number)s disusun.") % {"number": made.number})
            return redirect("santunan_kematian:payment_list", made.pk)
        except (Refused, services.CaseRefused) as refusal:
            error = str(refusal)
    page = newest_first(request, PaymentList.objects.counted().with_totals(), PAGE, name="after")
    context = {
        "waiting": waiting,
        "without_decree": _waiting().filter(decree=None).count(),
        "lists": page.rows,
        "next_url": page.next_url,
        "may_list": request.user.has(P.PAY),  # type: ignore[union-attr]
        "error": error,
    }
    return render(request, "santunan_kematian/payments.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.OVERVIEW)
def payment_list(request: HttpRequest, payment_list: int) -> HttpResponse:
    """One list with its people; a POST records the SP2D that pays it."""
    found = get_object_or_404(
        PaymentList.objects.counted().with_totals().select_related("programme", "cancelled_by"), pk=payment_list
    )
    may = not found.cancelled_at and request.user.has(P.DISBURSE) and found.disbursed_at is None  # type: ignore[union-attr]
    form = DisbursementForm(request.POST or None, initial={"sp2d_date": timezone.localdate()})
    if request.method == "POST" and may and form.is_valid():
        try:
            paying.disburse(payment_list=found, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Cair. Kematian sudah dilaporkan ke Disdukcapil dan data sosial."))
            return redirect("santunan_kematian:payment_list", found.pk)
        except (Refused, services.CaseRefused) as refusal:
            form.add_error(None, str(refusal))
    context = {
        "list": found,
        "rows": found.payments.select_related("claim__case", "claim__village", "handover"),
        "form": form if may else None,
        "letter": reading.letters_about([found]).get(found.pk),
        "may_cancel": not found.disbursed_at and not found.cancelled_at and request.user.has(P.PAY),  # type: ignore[union-attr]
        "may_hand_over": request.user.has(P.HAND_OVER),  # type: ignore[union-attr]
        "may_download": request.user.has(P.PAY) or request.user.has(P.DISBURSE),  # type: ignore[union-attr]
    }
    return render(request, "santunan_kematian/payment_list.html", context, status=422 if form.errors else 200)


@require_safe
@require(P.PAY)
def bank_file(request: HttpRequest, payment_list: int, kind: str) -> HttpResponse:
    """The list for the bank with full account numbers; that it was taken is on record."""
    found = get_object_or_404(PaymentList.objects.counted(), pk=payment_list)
    head = [_("No"), _("Nama penerima"), _("NIK"), _("Bank"), _("Nomor rekening"), _("Cara"), _("Jumlah"), _("Berita")]
    rows = [
        [
            number,
            p.claim.heir_name,
            str(p.claim.heir_nik),
            p.claim.heir_bank,
            str(p.claim.heir_account or ""),
            p.get_method_display(),
            int(p.amount),
            f"Santunan {p.claim.number}",
        ]
        for number, p in enumerate(found.payments.select_related("claim__case"), start=1)
    ]
    with transaction.atomic():
        record("santunan_kematian.bank_file_downloaded", subject=found, by=request.user, at=timezone.now())
    name = f"daftar-bayar-{found.pk}"
    return sheets.as_csv(name, head, rows) if kind == "csv" else sheets.as_xlsx(name, head, rows)


@require(P.HAND_OVER)
def handover(request: HttpRequest, number: str) -> HttpResponse:
    """Who received the money; makes kuitansi and minutes."""
    claim = claim_of(request, number)
    if claim.case.state != "cair":
        return redirect("santunan_kematian:case", number)
    initial = {
        "day": timezone.localdate(),
        "receiver_name": claim.heir_name,
        "place": _("Balai %(village)s") % {"village": claim.village.title},
    }
    form = HandoverForm(request.POST or None, request.FILES or None, initial=initial)
    form.fields["photo"].required = claim.programme.photo_required
    if request.method == "POST" and form.is_valid():
        try:
            made = paying.hand_over(payment=claim.payment, by=request.user, at=timezone.now(), **form.cleaned_data)
            said = _("Diserahkan %(day)s. Kuitansi dan berita acara sedang dibuat.")
            messages.success(request, said % {"day": tanggal(made.date)})
            return redirect("santunan_kematian:case", number)
        except (Refused, services.CaseRefused, FileRefused) as refusal:
            form.add_error(None, str(refusal))
    paid = day_of(claim.payment.paid_at) if claim.payment.paid_at else None
    context = {"claim": claim, "case": claim.case, "form": form, "paid_date": paid}
    return render(request, "santunan_kematian/handover.html", context, status=422 if form.errors else 200)
