"""What a regency sees of its own bills, and where the provider's events come in.

Bills lie in public. A page of a regency reads them in an explicit context and asks for its own alone.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tenants.accounts.access import public_page, require
from tenants.accounts.permissions import StaffPermission
from tenants.billing import actions, documents, queries
from tenants.billing.models import BillingProfile, Invoice, Measure
from tenants.billing.providers import SignatureInvalid, provider
from tenants.billing.serving import pdf_response
from tenants.people.formats import rupiah, tanggal
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
            Measure.objects.filter(regency_id=_own(request)).select_related("invoice").exclude(kind="reopened")[:5]
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
@require(StaffPermission.VIEW_BILLING)
def bill(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One bill: where the money goes, what arrived, and the papers of the LS file."""
    day = actions.central_day(timezone.now())
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
            "measures": list(found.measures.exclude(kind="reopened")) if overdue else [],
            "files": _files(found),
            "crumbs": [(_("Tagihan"), "/work/settings/billing/")],
        }
    return render(request, "billing/staff/bill.html", context)


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


def _files(found: Invoice) -> list[dict[str, Any]]:
    """The LS file of chapter 6.2: what is made here, and what comes from elsewhere."""
    told = found.snapshot
    made = [
        {"name": label, "url": f"/work/settings/billing/{found.public_id}/{key}/", "note": "PDF"}
        for key, (label, _made) in documents.PAPERS.items()
    ]
    elsewhere = [
        {"name": _("Kontrak/SPK"), "note": _("%s, disimpan PPK") % told["contract_number"]},
        {
            "name": _("Faktur pajak"),
            "note": found.tax_invoice or _("Menyusul dari penyelenggara setelah tagihan terbit."),
        },
        {"name": _("Referensi bank"), "note": _("Surat keterangan rekening dari bank penyelenggara, diminta sekali.")},
    ]
    return [*made, *elsewhere]


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
