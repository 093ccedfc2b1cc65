"""What is done about a bill that is late. The calendar of the budget says what may be done; a person decides it.

The order is: reminders, grace, read-only for staff. Citizens' tracking, public pages and exports go on in every
one of them, and nothing is ever deleted.
"""

from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tenants.actions import change_state
from tenants.audit.actions import Operator, record
from tenants.billing import tasks
from tenants.billing.actions.ledger import locked
from tenants.billing.actions.refusals import NotInThisState, ReasonMissing, TooEarly
from tenants.billing.models import BillingProfile, Invoice, Measure
from tenants.billing.queries import Step, open_bills, restriction_of, standing
from tenants.billing.rules import central_day
from tenants.models import Regency

Kind = Measure.Kind


@transaction.atomic
def remind(*, invoice: Invoice, by: Any, at: datetime) -> Measure:
    """Send the next reminder to the office that is billed. Raises NotInThisState, TooEarly."""
    invoice = _late(invoice, at)
    _refuse_unless(invoice, Step.REMINDER, at)
    measure = _store(invoice, Kind.REMINDER, by, at)
    record("billing.reminder_sent", subject=invoice, by=by, at=at)
    transaction.on_commit(partial(tasks.remind.delay, measure.pk), robust=True)
    return measure


@transaction.atomic
def grant_grace(*, invoice: Invoice, until: date, reason: str, by: Any, at: datetime) -> Measure:
    """Wait until a day that a person chose. May be granted at any time and again. Raises ReasonMissing, TooEarly."""
    invoice = _late(invoice, at)
    if until <= central_day(at):
        raise TooEarly(_("Kelonggaran berakhir paling cepat besok."))
    BillingProfile.objects.filter(regency=invoice.regency).update(grace_until=until)
    measure = _store(invoice, Kind.GRACE, by, at, until=until, reason=_given(reason))
    record("billing.grace_granted", subject=invoice, by=by, at=at, data={"until": until.isoformat()})
    return measure


@transaction.atomic
def make_read_only(*, invoice: Invoice, reason: str, by: Any, at: datetime) -> Measure:
    """The hardest step: staff may read and export but not change. Raises TooEarly, ReasonMissing, NotInThisState.

    Only after every reminder of the calendar and a grace that is over; never while no treasurer can pay.
    """
    reason = _given(reason)
    invoice = _late(invoice, at)
    _refuse_unless(invoice, Step.READ_ONLY, at)
    if invoice.regency.state != Regency.State.ACTIVE:
        raise NotInThisState(_("%s tidak sedang aktif.") % invoice.regency.title)
    change_state(regency=invoice.regency, state=Regency.State.READ_ONLY, reason=reason, by=by, at=at)
    measure = _store(invoice, Kind.READ_ONLY, by, at, reason=reason)
    record("billing.regency_restricted", subject=invoice, by=by, at=at, data={"reason": reason})
    return measure


@transaction.atomic
def reopen(*, invoice: Invoice, reason: str, by: Any, at: datetime) -> Measure:
    """Open a regency again that was restricted for a bill, paid or not. Raises NotInThisState, ReasonMissing."""
    reason = _given(reason)
    invoice = locked(invoice)
    if not restriction_of(invoice.regency):
        raise NotInThisState(_("%s tidak dibatasi karena tagihan.") % invoice.regency.title)
    return _open(invoice, reason, by, at)


def reopen_when_nothing_is_late(*, invoice: Invoice, by: Any, at: datetime) -> None:
    """Open the regency again when its last late bill is owed no longer: paid, credited or voided.

    Only what was restricted for a bill opens. The caller holds the bill and its regency (`ledger.locked`).
    """
    late = Invoice.objects.open().filter(regency=invoice.regency, due_on__lt=central_day(at)).exclude(pk=invoice.pk)
    if late.exists():
        return
    if restriction_of(invoice.regency):
        reason = _("Tagihan %s selesai; tidak ada lagi yang terlambat.") % invoice.number
        _open(invoice, reason, by or Operator(_("Sistem")), at)
    BillingProfile.objects.filter(regency=invoice.regency).update(grace_until=None)


def _open(invoice: Invoice, reason: str, by: Any, at: datetime) -> Measure:
    change_state(regency=invoice.regency, state=Regency.State.ACTIVE, reason=reason, by=by, at=at)
    measure = _store(invoice, Kind.REOPENED, by if by.pk else None, at, reason=reason)
    record("billing.regency_reopened", subject=invoice, by=by, at=at)
    return measure


def _late(invoice: Invoice, at: datetime) -> Invoice:
    invoice = locked(invoice)
    if not invoice.is_overdue(central_day(at)):
        raise NotInThisState(_("Tagihan ini belum lewat jatuh tempo atau sudah selesai."))
    return invoice


def _refuse_unless(invoice: Invoice, step: str, at: datetime) -> None:
    found = standing(invoice, central_day(at))
    if found.step != step:
        raise TooEarly(found.sentence)


def _store(
    invoice: Invoice, kind: str, by: Any, at: datetime, *, until: date | None = None, reason: str = ""
) -> Measure:
    open_bills.changed()
    return Measure.objects.create(
        regency=invoice.regency, invoice=invoice, kind=kind, by=by, at=at, until=until, reason=reason
    )


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(_("Tulis alasannya: kabupaten membacanya."))
    return reason.strip()[:500]
