"""Bills: drawn from a contract, issued with a number that never goes away, credited or voided when wrong."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.billing import rules
from tenants.billing.actions.ledger import balance, came_into, locked, move
from tenants.billing.actions.measures import reopen_when_nothing_is_late
from tenants.billing.actions.numbers import take_number
from tenants.billing.actions.queue import enqueue
from tenants.billing.actions.quotations import profile_of
from tenants.billing.actions.refusals import (
    IssuerIncomplete,
    NotInThisState,
    NotYetDue,
    Overpaid,
    ReasonMissing,
)
from tenants.billing.models import (
    Addendum,
    BillingProfile,
    BudgetYear,
    Contract,
    CreditNote,
    Invoice,
    InvoiceLine,
    ProviderCall,
    Quotation,
)
from tenants.billing.providers import provider
from tenants.billing.rules import central_day

State = Invoice.State
Kind = ProviderCall.Kind


@transaction.atomic
def draft_invoice(
    *, contract: Contract, addendum: Addendum | None = None, part: int = 1, by: Any, at: datetime
) -> Invoice:
    """A draft of instalment `part` of a contract, or of one of its addenda. Raises NotInThisState when it is there."""
    agreed: Quotation = addendum.quotation if addendum else contract.quotation
    parts = 1 if addendum else contract.instalments
    if not 1 <= part <= parts:
        raise NotInThisState(_("Kontrak ini ditagih dalam %s kali.") % parts)
    lines = list(agreed.lines.all())
    shares = rules.instalment([line.amount for line in lines] + [agreed.dpp, agreed.ppn], part, parts)
    *amounts, dpp, ppn = shares
    net = sum(amounts, Decimal(0))
    starts_on, ends_on = rules.part_of_period(agreed.starts_on, agreed.ends_on, part, parts)
    try:
        with transaction.atomic():
            invoice = Invoice.objects.create(
                regency=contract.regency,
                contract=contract,
                addendum=addendum,
                part=part,
                year=contract.year,
                period_start=starts_on,
                period_end=ends_on,
                net=net,
                dpp=dpp,
                ppn=ppn,
                total=net + ppn,
                created_at=at,
            )
    except IntegrityError as refused:
        if "invoice_part_once" not in str(refused):
            raise
        raise NotInThisState(_("Tagihan ke-%s dari kontrak ini sudah ada.") % part) from None
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=invoice, position=position, text=line.text, amount=amount)
        for position, (line, amount) in enumerate(zip(lines, amounts, strict=True), 1)
    )
    record("billing.invoice_drafted", subject=invoice, by=by, at=at, data={"total": str(invoice.total)})
    return invoice


@transaction.atomic
def issue_invoice(*, invoice: Invoice, by: Any, at: datetime) -> Invoice:
    """Give the bill its number and its term, freeze it, and hand it to the provider's queue.

    Raises NotInThisState, NotYetDue (UU 1/2004: payment follows delivery), ProfileMissing, IssuerIncomplete.
    """
    invoice = locked(invoice)
    _must_be(invoice, State.DRAFT)
    day = central_day(at)
    _refuse_before_delivery(invoice, day)
    if not settings.BILLING_ISSUER["account"]:
        raise IssuerIncomplete(_("Nomor rekening penyelenggara belum diisi (BILLING_ACCOUNT)."))
    profile = profile_of(invoice.regency)
    year = BudgetYear.objects.get(year=invoice.year)
    through = provider()
    invoice.snapshot = _snapshot(invoice, profile)
    invoice.issued_on, invoice.due_on = day, day + timedelta(days=year.days_until_due)
    invoice.state, invoice.provider = State.ISSUED, through.name
    invoice.number = take_number("invoice", day)
    invoice.save()
    came_into(invoice, State.ISSUED, by, at)
    record("billing.invoice_issued", subject=invoice, by=by, at=at, data={"total": str(invoice.total)})
    enqueue(invoice, Kind.OPEN, at)
    return invoice


def _refuse_before_delivery(invoice: Invoice, day: date) -> None:
    contract, order = invoice.contract, _order(invoice)
    if contract.terms == Contract.Terms.ARREARS and invoice.period_end >= day:
        raise NotYetDue(
            _("Masa layanan belum berakhir. Menurut kontrak, tagihan terbit setelah masa layanan berakhir.")
        )
    if contract.terms == Contract.Terms.ACCEPTANCE and not order.bast_date:
        raise NotYetDue(_("Belum ada BAST. Pembayaran mengikuti serah terima: catat BAST-nya dahulu."))


def _order(invoice: Invoice) -> Contract | Addendum:
    """What was ordered and is accepted by a BAST of its own."""
    return invoice.addendum or invoice.contract


def _snapshot(invoice: Invoice, profile: BillingProfile) -> dict[str, Any]:
    contract, order = invoice.contract, _order(invoice)
    return {
        "issuer": dict(settings.BILLING_ISSUER),
        "institution": profile.institution,
        "regency": invoice.regency.title,
        "address": profile.address,
        "npwp": profile.npwp,
        "contract_number": contract.number,
        "contract_date": contract.signed_on.isoformat(),
        "addendum": invoice.addendum.number if invoice.addendum else "",
        "account_code": contract.account_code,
        "treasurer_name": contract.treasurer_name,
        "treasurer_npwp": contract.treasurer_npwp,
        "bast_number": order.bast_number,
        "bast_date": order.bast_date.isoformat() if order.bast_date else "",
        "parts": 1 if invoice.addendum else contract.instalments,
    }


@transaction.atomic
def delete_draft(*, invoice: Invoice, by: Any, at: datetime) -> None:
    """A draft has no number yet and may go. Raises NotInThisState."""
    invoice = locked(invoice)
    _must_be(invoice, State.DRAFT)
    record("billing.draft_discarded", subject=invoice, by=by, at=at, data={"total": str(invoice.total)})
    invoice.delete()


@transaction.atomic
def record_tax_invoice(*, invoice: Invoice, number: str, by: Any, at: datetime) -> Invoice:
    """The number of the faktur pajak that belongs to the bill; once. Raises NotInThisState."""
    invoice = locked(invoice)
    if invoice.state == State.DRAFT or invoice.tax_invoice:
        raise NotInThisState(_("Nomor faktur pajak dicatat sekali, setelah tagihan terbit."))
    invoice.tax_invoice = "".join(number.split())
    try:
        with transaction.atomic():
            invoice.save(update_fields=["tax_invoice"])
    except IntegrityError:
        raise NotInThisState(_("Nomor faktur pajak itu sudah dipakai tagihan lain.")) from None
    record("billing.tax_invoice_recorded", subject=invoice, by=by, at=at, data={"number": invoice.tax_invoice})
    return invoice


@transaction.atomic
def void_invoice(*, invoice: Invoice, reason: str, by: Any, at: datetime) -> Invoice:
    """An issued bill of which nothing was paid is owed no longer; its number stays used.

    Raises NotInThisState, ReasonMissing.
    """
    reason = _given(reason)
    invoice = locked(invoice)
    _must_be(invoice, State.ISSUED)
    if invoice.payments.counted().exists() or invoice.credit_notes.exists():
        raise NotInThisState(_("Sudah ada pembayaran atau nota kredit. Buat nota kredit untuk sisanya."))
    move(invoice, State.VOID, by, at, reason)
    record("billing.invoice_voided", subject=invoice, by=by, at=at, data={"reason": reason})
    enqueue(invoice, Kind.VOID, at)
    reopen_when_nothing_is_late(invoice=invoice, by=by, at=at)
    return invoice


@transaction.atomic
def credit(*, invoice: Invoice, net: Decimal, ppn: Decimal, reason: str, by: Any, at: datetime) -> CreditNote:
    """Take back a part of what is still owed of a bill. Raises NotInThisState, Overpaid, ReasonMissing."""
    reason = _given(reason)
    invoice = locked(invoice)
    _must_be(invoice, State.ISSUED)
    day = central_day(at)
    if min(net, ppn) < 0 or not 0 < net + ppn <= balance(invoice):
        raise Overpaid(_("Nota kredit paling banyak sebesar sisa tagihan."))
    note = CreditNote.objects.create(
        invoice=invoice,
        net=net,
        ppn=ppn,
        total=net + ppn,
        reason=reason,
        issued_on=day,
        issued_at=at,
        issued_by=by,
        number=take_number("credit", day),
    )
    record("billing.invoice_credited", subject=invoice, by=by, at=at, data={"total": str(note.total)})
    enqueue(invoice, Kind.CREDIT, at, note)
    if not balance(invoice):
        paid = invoice.payments.counted().exists()
        move(invoice, State.PAID if paid else State.CREDITED, by, at, reason)
        if paid:
            enqueue(invoice, Kind.CLOSE, at)
        reopen_when_nothing_is_late(invoice=invoice, by=by, at=at)
    return note


def _must_be(invoice: Invoice, state: str) -> None:
    if invoice.state != state:
        raise NotInThisState(
            _("Tagihan ini berkeadaan “%s”, jadi langkah itu tidak dapat dilakukan.") % invoice.get_state_display()
        )


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(_("Tulis alasannya: tercatat pada tagihan dan di jejak audit."))
    return reason.strip()[:500]
