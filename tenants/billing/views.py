"""What a regency sees of its own bills, and where the provider's events come in.

Bills lie in public. A page of a regency reads them in an explicit context and asks for its own alone.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tenants.accounts.access import public_page, require, signed_in
from tenants.accounts.permissions import StaffPermission
from tenants.billing import actions, documents, queries
from tenants.billing.forms import ScanForm
from tenants.billing.models import BillingProfile, Invoice, Measure, Scan
from tenants.billing.providers import SignatureInvalid, provider
from tenants.billing.serving import pdf_response
from tenants.files.serving import serve
from tenants.models import Regency
from tenants.people.formats import rupiah, tanggal
from tenants.queries import last_change
from tenants.schemas.context import in_public

_LARGEST = 500_000


@csrf_exempt
@require_POST
@public_page
def stripe_events(request: HttpRequest) -> HttpResponse:
    """Stripe's events: signature checked, stored as they came, answered at once; a worker does the rest."""
    if not settings.STRIPE_WEBHOOK_SECRET:
        raise Http404
    payload = request.body
    if len(payload) > _LARGEST:
        return HttpResponseBadRequest()
    try:
        event = provider("stripe").verified(payload, request.headers.get("Stripe-Signature", ""))
    except SignatureInvalid:
        return HttpResponseBadRequest()
    actions.store_event(event=event, payload=payload.decode(), at=timezone.now())
    return HttpResponse(status=200)


@require_GET
@require(StaffPermission.VIEW_BILLING)
def bills(request: HttpRequest) -> HttpResponse:
    """The bills of this regency, what is still owed, and what was written about it."""
    day = actions.central_day(timezone.now())
    with in_public():
        rows = [(bill, bill.is_overdue(day)) for bill in queries.bills_of(_own(request))[:100]]
        measures = list(
            Measure.objects.filter(regency_id=_own(request)).select_related("invoice").exclude(kind="reopened")[:1]
        )
        profile = BillingProfile.objects.filter(regency_id=_own(request)).select_related("population_class").first()
    late = [bill for bill, overdue in rows if overdue]
    context = {
        "rows": rows,
        "tones": queries.TONES,
        "late": late,
        "measures": measures if late else [],
        "profile": profile,
        "lead": _lead(rows),
    }
    return render(request, "billing/staff/bills.html", context)


@require_GET
@signed_in
def restriction(request: HttpRequest) -> HttpResponse:
    """Why nothing can be changed here now, what goes on, and what opens it again."""
    regency: Any = request.regency  # type: ignore[attr-defined]
    change = last_change(regency)
    if regency.state != Regency.State.READ_ONLY or change is None:
        return redirect("work")
    with in_public():
        measure = queries.restriction_of(regency)
    context = {
        "change": change,
        "reason": change.data.get("reason", ""),
        "invoice": measure.invoice if measure else None,
        "may": request.user.has(StaffPermission.VIEW_BILLING),  # type: ignore[union-attr]
    }
    return render(request, "billing/staff/restriction.html", context)


@require_GET
@require(StaffPermission.VIEW_BILLING)
def bill(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One bill: where the money goes, what arrived, and the papers of the LS file."""
    return _bill(request, uuid)


def _bill(request: HttpRequest, uuid: UUID, *, form: ScanForm | None = None, status: int = 200) -> HttpResponse:
    day = actions.central_day(timezone.now())
    may = request.user.has(StaffPermission.FILE_BILLING)  # type: ignore[union-attr]
    with in_public():
        found = _find(request, uuid)
        overdue = found.is_overdue(day)
        context = {
            "bill": found,
            "told": found.snapshot,
            "overdue": overdue,
            "tone": queries.TONES["overdue" if overdue else found.state],
            "lines": list(found.lines.all()),
            "payments": list(found.payments.counted().prefetch_related("slips")),
            "credit_notes": list(found.credit_notes.all()),
            "measures": list(found.measures.exclude(kind="reopened")[:1]) if overdue else [],  # the last word
            "files": documents.ls_file(
                found,
                queries.scans_of(found),
                lambda paper: reverse("billing:paper", args=[uuid, paper]),
                lambda scan: reverse("billing:scan", args=[uuid, scan.public_id]),
            ),
            "form": (form or ScanForm(kinds=Scan.Kind)) if may else None,
            "crumbs": [(_("Tagihan"), "/work/settings/billing/")],
        }
    return render(request, "billing/staff/bill.html", context, status=status)


@require_POST
@require(StaffPermission.FILE_BILLING)
def scans(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A signed paper for the LS file, from the regency: also while it is read-only, because it helps to pay."""
    with in_public():
        found = _find(request, uuid)
    form = ScanForm(request.POST, request.FILES, kinds=Scan.Kind)
    if not form.is_valid():
        return _bill(request, uuid, form=form, status=422)
    regency: Any = request.regency  # type: ignore[attr-defined]
    actions.keep_scan_from_regency(
        regency=regency, invoice=found, **form.cleaned_data, by=request.user, at=timezone.now()
    )
    messages.success(request, _("Berkas tersimpan. Penyelenggara melihat berkas yang sama."))
    return redirect("billing:bill", uuid)


@require_GET
@require(StaffPermission.VIEW_BILLING)
def scan(request: HttpRequest, uuid: UUID, scan_uuid: UUID) -> HttpResponseBase:
    """A signed paper of a bill or of its contract."""
    with in_public():
        kept = {each.public_id: each for each in queries.scans_of(_find(request, uuid)).values()}
        if scan_uuid not in kept:
            raise Http404
        return serve(kept[scan_uuid], inline=True)


@require_GET
@require(StaffPermission.VIEW_BILLING)
def paper(request: HttpRequest, uuid: UUID, paper: str) -> HttpResponse:
    """One of the papers of a bill as PDF."""
    if paper not in documents.PAPERS:
        raise Http404
    with in_public():
        found = _find(request, uuid)
        content = documents.PAPERS[paper][1](found)
    return pdf_response(content, f"{paper}-{found.number}")


def _own(request: HttpRequest) -> int:
    return int(request.regency.pk)  # type: ignore[attr-defined]


def _find(request: HttpRequest, uuid: UUID) -> Any:
    found = queries.bills_of(_own(request)).filter(public_id=uuid).first()
    if found is None:
        raise Http404
    return found


def _lead(rows: list[tuple[Any, bool]]) -> str:
    waiting = [bill for bill, _overdue in rows if bill.state == Invoice.State.ISSUED]
    if not waiting:
        return _("Tidak ada tagihan yang menunggu pembayaran.")
    owed = sum(bill.balance for bill in waiting)
    next_due = min(bill.due_on for bill in waiting)
    return _("%(owed)s menunggu pembayaran; yang paling dekat jatuh tempo %(day)s.") % {
        "owed": rupiah(owed),
        "day": tanggal(next_due),
    }
