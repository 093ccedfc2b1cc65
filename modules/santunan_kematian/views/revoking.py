"""Taking back an SK or a payment list that nothing was paid of, and carrying approvals into a new year."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from modules.santunan_kematian.actions import payments as paying
from modules.santunan_kematian.actions import revocation as actions
from modules.santunan_kematian.actions.errors import Refused
from modules.santunan_kematian.forms import ReasonForm, RevocationForm
from modules.santunan_kematian.models import Decree, PaymentList
from modules.santunan_kematian.permissions import SantunanPermission as P
from modules.santunan_kematian.queries.budget import budget_of, unpaid_of_earlier_years
from modules.santunan_kematian.views.access import chosen_decisions
from modules.services import public as services
from tenants.accounts.access import require


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.DECIDE)
def revocation(request: HttpRequest, decree: int) -> HttpResponse:
    """Take an SK back by another one; what becomes of its claims is part of the choice."""
    found = get_object_or_404(Decree.objects.counted().select_related("revocation"), pk=decree)
    form = RevocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.revoke_decree(decree=found, by=request.user, at=timezone.now(), **form.cleaned_data)
            said = _("SK %(old)s dicabut dengan SK %(new)s.")
            messages.success(request, said % {"old": found.number, "new": made.number})
            return redirect("santunan_kematian:decrees")
        except (Refused, services.CaseRefused) as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "title": _("Cabut SK %(number)s") % {"number": found.number},
        "lead": _("SK pencabutan mendapat nomornya sendiri. Hanya selama belum ada yang dibayar."),
        "action": _("Cabut SK"),
        "crumbs": _crumbs((_("SK"), reverse("santunan_kematian:decrees"))),
        "claims": found.decisions.select_related("claim__case", "claim__village").order_by("pk"),
    }
    return render(request, "santunan_kematian/revoking.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.PAY)
def cancellation(request: HttpRequest, payment_list: int) -> HttpResponse:
    """Give up a list before any SP2D."""
    found = get_object_or_404(PaymentList.objects.counted(), pk=payment_list)
    form = ReasonForm(request.POST or None)
    address = reverse("santunan_kematian:payment_list", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        try:
            paying.cancel_list(payment_list=found, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Daftar bayar %(number)s dibatalkan.") % {"number": found.number})
            return redirect(address)
        except (Refused, services.CaseRefused) as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "title": _("Batalkan daftar bayar %(number)s") % {"number": found.number},
        "lead": _("Pengajuan di dalamnya tetap disetujui dan menunggu daftar bayar lain."),
        "action": _("Batalkan daftar"),
        "crumbs": _crumbs((_("Daftar bayar"), reverse("santunan_kematian:payments")), (found.number, address)),
        "claims": found.payments.select_related("claim__case", "claim__village").order_by("pk"),
    }
    return render(request, "santunan_kematian/revoking.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.CONFIGURE)
def unpaid(request: HttpRequest) -> HttpResponse:
    """Approvals of earlier years that were not paid; a POST binds the chosen ones to this year's ceiling."""
    year, error = timezone.localdate().year, ""
    waiting = unpaid_of_earlier_years(year)
    if request.method == "POST":
        try:
            moved = actions.move_to_year(
                decisions=list(waiting.filter(pk__in=chosen_decisions(request))), by=request.user, at=timezone.now()
            )
            messages.success(request, _("%(n)s persetujuan pindah ke pagu %(year)s.") % {"n": moved, "year": year})
            return redirect("santunan_kematian:programme")
        except Refused as refusal:
            error = str(refusal)
    context = {
        "waiting": waiting,
        "year": year,
        "budget": budget_of(year),
        "error": error,
        "crumbs": _crumbs((_("Program"), reverse("santunan_kematian:programme"))),
    }
    return render(request, "santunan_kematian/unpaid.html", context, status=422 if error else 200)


def _crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Santunan kematian"), reverse("santunan_kematian:claims")), *further]
