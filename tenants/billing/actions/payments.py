"""What arrived for a bill: an SP2D, and the taxes that the treasurer kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.billing.actions.ledger import balance, locked, move
from tenants.billing.actions.measures import reopen_when_nothing_is_late
from tenants.billing.actions.queue import enqueue
from tenants.billing.actions.refusals import NotInThisState, Overpaid, ReasonMissing, SP2DTaken
from tenants.billing.models import Invoice, Payment, ProviderCall, TaxSlip
from tenants.billing.rules import central_day
from tenants.people.formats import rupiah

State = Invoice.State


@dataclass(frozen=True)
class Slip:
    """A tax that was withheld: its kind ("ppn", "pph23"), the number of the proof, and the amount."""

    kind: str
    number: str
    amount: Decimal


@transaction.atomic
def record_payment(
    *,
    invoice: Invoice,
    sp2d_number: str,
    sp2d_date: date,
    received: Decimal,
    slips: Iterable[Slip] = (),
    by: Any,
    at: datetime,
) -> Payment:
    """Record an SP2D: what arrived, and each withheld tax as its own line. Together they count against the bill.

    The bill is settled when nothing is owed any more; then the provider is told and a regency that was restricted
    for it opens again. Raises NotInThisState, SP2DTaken, Overpaid.
    """
    slips = list(slips)
    invoice = locked(invoice)
    _must_be_owed(invoice)
    if sp2d_date > central_day(at):
        raise NotInThisState(_("Tanggal SP2D tidak boleh setelah hari ini."))
    payment = Payment(
        invoice=invoice,
        regency=invoice.regency,
        method=Payment.Method.SP2D,
        sp2d_number=" ".join(sp2d_number.split()),
        sp2d_date=sp2d_date,
        received=received,
        gross=received + sum((slip.amount for slip in slips), Decimal(0)),
        recorded_at=at,
        recorded_by=by,
    )
    _store(payment, slips)
    data = {"sp2d": payment.sp2d_number, "received": str(received), "gross": str(payment.gross)}
    record("billing.payment_recorded", subject=invoice, by=by, at=at, data=data)
    settle(invoice, by, at)
    return payment


@transaction.atomic
def record_provider_payment(*, invoice: Invoice, reference: str, amount: Decimal, at: datetime) -> Payment:
    """Money that the provider itself collected (a card). Raises NotInThisState, SP2DTaken, Overpaid."""
    invoice = locked(invoice)
    _must_be_owed(invoice)
    payment = Payment(
        invoice=invoice,
        regency=invoice.regency,
        method=Payment.Method.PROVIDER,
        provider_reference=reference,
        received=amount,
        gross=amount,
        recorded_at=at,
    )
    _store(payment, [])
    record("billing.provider_payment_recorded", subject=invoice, by=None, at=at, data={"received": str(amount)})
    settle(invoice, None, at)
    return payment


def _must_be_owed(invoice: Invoice) -> None:
    if invoice.state != State.ISSUED:
        raise NotInThisState(
            _("Tagihan ini berkeadaan “%s”: tidak ada yang perlu dibayar.") % invoice.get_state_display()
        )


def _store(payment: Payment, slips: list[Slip]) -> None:
    owed = balance(payment.invoice)
    if not 0 < payment.gross <= owed:
        raise Overpaid(
            _("Yang diterima dan dipungut berjumlah %(gross)s, sedangkan sisa tagihan %(owed)s. Periksa angkanya.")
            % {"gross": rupiah(payment.gross), "owed": rupiah(owed)}
        )
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError as refused:
        if "payment_sp2d_once" not in str(refused) and "payment_reference_once" not in str(refused):
            raise
        raise SP2DTaken(_("SP2D %s sudah dicatat. Periksa tagihan lain dari kabupaten ini.") % payment) from None
    TaxSlip.objects.bulk_create(
        TaxSlip(payment=payment, kind=slip.kind, number=slip.number.strip(), amount=slip.amount) for slip in slips
    )


def settle(invoice: Invoice, by: Any, at: datetime) -> None:
    """Close a bill of which nothing is owed any more."""
    if balance(invoice):
        return
    move(invoice, State.PAID, by, at)
    record("billing.invoice_settled", subject=invoice, by=by, at=at)
    enqueue(invoice, ProviderCall.Kind.CLOSE, at)
    reopen_when_nothing_is_late(invoice=invoice, by=by, at=at)


@transaction.atomic
def reverse_payment(*, payment: Payment, reason: str, by: Any, at: datetime) -> Payment:
    """Take back a payment that was recorded wrongly; the bill is owed again. Raises NotInThisState, ReasonMissing.

    The provider cannot take back what was closed there: reconciliation shows that until it is recorded anew.
    """
    if not reason.strip():
        raise ReasonMissing(_("Tulis apa yang salah pada catatan ini."))
    invoice = locked(payment.invoice)
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.reversed_at or payment.method != Payment.Method.SP2D:
        raise NotInThisState(_("Catatan pembayaran ini tidak dapat ditarik."))
    payment.reversed_at, payment.reversed_by, payment.reversed_reason = at, by, reason.strip()[:500]
    payment.save(update_fields=["reversed_at", "reversed_by", "reversed_reason"])
    record("billing.payment_reversed", subject=invoice, by=by, at=at, data={"reason": payment.reversed_reason})
    if invoice.state == State.PAID:
        move(invoice, State.ISSUED, by, at, payment.reversed_reason)
    return payment
