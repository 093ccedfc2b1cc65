"""Money: the list, the SP2D, the family's hands, and telling the registries (SM-10, SM-13)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from modules.santunan_kematian.actions import letters, numbers
from modules.santunan_kematian.actions.errors import AlreadyClaimed, NothingChosen, NotReady, PhotoMissing, Refused
from modules.santunan_kematian.actions.steps import lock_all, locked, move, refuse_silence
from modules.santunan_kematian.models import (
    Budget,
    Claim,
    DeathReport,
    Decision,
    Handover,
    Payment,
    PaymentList,
    RegisterEntry,
)
from modules.santunan_kematian.queries.days import day_of
from tenants.audit.actions import record
from tenants.files.actions import store
from tenants.files.uploads import JPEG, PNG


@transaction.atomic
def list_payments(*, decisions: Sequence[Decision], by: Any, at: datetime) -> PaymentList:
    """A daftar bayar of approved claims that stand in an SK. All are cash, except those with a bank account.

    Raises NothingChosen, NotReady, or AlreadyClaimed when the database knows a payment for the same person.
    """
    lock_all(decision.claim_id for decision in decisions)
    chosen = list(
        Decision.objects.select_for_update(of=("self",))
        .filter(pk__in=[decision.pk for decision in decisions])
        .select_related("claim__case", "claim__programme", "claim__village", "decree")
        .order_by("pk")
    )
    if not chosen:
        raise NothingChosen(_("Pilih paling sedikit satu pengajuan untuk daftar bayar."))
    if any(d.outcome != "approved" or d.revoked_at or not d.decree_id for d in chosen):
        raise NotReady(_("Daftar bayar hanya memuat pengajuan yang sudah ada SK-nya. Muat ulang halaman ini."))
    programme = chosen[0].claim.programme
    if any(d.claim.programme_id != programme.pk for d in chosen):
        raise NotReady(_("Satu daftar bayar hanya memuat pengajuan dari satu program. Pilih per program."))
    made = PaymentList.objects.create(
        number=f"-{at.timestamp()}",
        date=day_of(at),
        programme=programme,
        is_rehearsal=chosen[0].claim.is_rehearsal,
        listed_by=by,
        listed_at=at,
    )
    for decision in chosen:
        _add(made, decision)
        move(decision.claim, "daftarkan", by=by, at=at)
    made.number = numbers.take("list", made, at)
    made.save(update_fields=["number"])
    record("santunan_kematian.payments_listed", subject=made, by=by, at=at, data={"payments": len(chosen)})
    return made


def _add(made: PaymentList, decision: Decision) -> None:
    claim = decision.claim
    try:
        with transaction.atomic():
            Payment.objects.create(
                payment_list=made,
                claim=claim,
                decision=decision,
                person=claim.person,
                is_rehearsal=claim.is_rehearsal,
                amount=decision.amount,
                method=Payment.Method.TRANSFER if claim.heir_account else Payment.Method.CASH,
            )
    except IntegrityError as problem:
        raise AlreadyClaimed(
            _("%(number)s tidak dapat dibayar: sudah ada pembayaran untuk orang ini.") % {"number": claim.number}
        ) from problem


@transaction.atomic
def disburse(*, payment_list: PaymentList, sp2d_number: str, sp2d_date: date, by: Any, at: datetime) -> PaymentList:
    """Record the SP2D that paid a list. From here the deaths are known to the registries (SM-10).

    Raises NotReady when the list was paid before or the SP2D has another list.
    """
    lock_all(payment_list.payments.values_list("claim_id", flat=True))
    payment_list = PaymentList.objects.select_for_update().get(pk=payment_list.pk)
    _refuse_closed(payment_list)
    payment_list.sp2d_number, payment_list.sp2d_date = sp2d_number.strip(), sp2d_date
    payment_list.disbursed_by, payment_list.disbursed_at = by, at
    try:
        with transaction.atomic():
            payment_list.save()
    except IntegrityError as problem:
        raise NotReady(_("Nomor SP2D ini sudah dipakai daftar bayar lain. Periksa nomornya.")) from problem
    payments = list(
        payment_list.payments.select_related("claim__case", "claim__programme", "claim__village", "decision__budget")
    )
    _refuse_other_year(payments, sp2d_date)
    entries = _entries_of(payment.claim for payment in payments)
    budgets = [payment.decision.budget_id for payment in payments if payment.decision.budget_id]
    list(Budget.objects.select_for_update().filter(pk__in=budgets).order_by("pk"))
    for payment in payments:
        payment.paid_at, payment.receipt_number = at, numbers.take("receipt", payment, at)
        payment.save(update_fields=["paid_at", "receipt_number"])
        Budget.objects.filter(pk=payment.decision.budget_id).update(paid=F("paid") + payment.amount)  # type: ignore[misc]
        move(payment.claim, "cairkan", by=by, at=at)
        _report_death(payment.claim, entries.get(payment.claim.nik_hash), by=by, at=at)
        record(
            "santunan_kematian.benefit_paid",
            subject=payment.claim,
            by=by,
            at=at,
            data={"amount": str(payment.amount), "sp2d": payment_list.sp2d_number},
        )
    letters.payment_list(payment_list=payment_list, payments=payments, by=by, at=at)
    return payment_list


def _refuse_closed(payment_list: PaymentList) -> None:
    if payment_list.disbursed_at:
        raise NotReady(_("Daftar bayar ini sudah cair dengan SP2D %(number)s.") % {"number": payment_list.sp2d_number})
    if payment_list.cancelled_at:
        raise NotReady(_("Daftar bayar ini sudah dibatalkan. Susun daftar baru untuk pengajuan di dalamnya."))


def _refuse_other_year(payments: Sequence[Payment], sp2d_date: date) -> None:
    """An SP2D draws on the budget of its own year."""
    for payment in payments:
        budget = payment.decision.budget
        if budget is not None and budget.year != sp2d_date.year:
            raise NotReady(
                _(
                    "%(number)s disetujui atas pagu %(year)s, SP2D bertanggal tahun %(now)s. Pindahkan dahulu"
                    " persetujuannya ke pagu %(now)s pada halaman Program."
                )
                % {"number": payment.claim.number, "year": budget.year, "now": sp2d_date.year}
            )


@transaction.atomic
def cancel_list(*, payment_list: PaymentList, reason: str, by: Any, at: datetime) -> PaymentList:
    """Give up a list that no SP2D has paid; its claims wait for another. Raises NotReady, or the engine's refusals."""
    lock_all(payment_list.payments.values_list("claim_id", flat=True))
    payment_list = PaymentList.objects.select_for_update().get(pk=payment_list.pk)
    _refuse_closed(payment_list)
    refuse_silence(reason)
    payments = list(payment_list.payments.select_related("claim__case"))
    for payment in payments:
        move(payment.claim, "keluarkan", by=by, at=at, reason=reason)
        payment.delete()
    payment_list.cancelled_at, payment_list.cancelled_by, payment_list.cancelled_reason = at, by, reason.strip()[:500]
    payment_list.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_reason"])
    data = {"payments": len(payments)}
    record("santunan_kematian.payment_list_cancelled", subject=payment_list, by=by, at=at, data=data)
    return payment_list


def _entries_of(claims: Iterable[Claim]) -> dict[str, RegisterEntry]:
    """The current lines of the register of these people, locked, by the hash of their NIK."""
    hashes = [claim.nik_hash for claim in claims if claim.nik]
    found = RegisterEntry.objects.current().select_for_update().filter(nik_hash__in=hashes).order_by("pk")
    return {entry.nik_hash: entry for entry in found}


def _report_death(claim: Claim, entry: RegisterEntry | None, *, by: Any, at: datetime) -> None:
    """SM-10: to the civil registry and to the social register, where the person ends today."""
    for destination in DeathReport.Destination:
        DeathReport.objects.get_or_create(claim=claim, destination=destination, defaults={"reported_at": at})
    if entry is None or claim.is_rehearsal:  # nobody has died in a rehearsal
        return
    entry.ended_at, entry.ended_reason = at, RegisterEntry.Ended.DEATH
    entry.valid_to = max(entry.valid_from, claim.death_date)
    entry.save(update_fields=["ended_at", "ended_reason", "valid_to"])
    record("santunan_kematian.register_entry_ended", subject=entry, by=by, at=at, data={"claim": claim.number})


@transaction.atomic
def hand_over(
    *,
    payment: Payment,
    day: date,
    place: str,
    receiver_name: str,
    witness_name: str,
    photo: Any,
    by: Any,
    at: datetime,
    note: str = "",
) -> Handover:
    """The family has the money. Makes the kuitansi and the minutes; closes the case when the registry has answered.

    Raises PhotoMissing where the programme wants one, Refused for a day before the payment, or a FileRefused.
    """
    claim = locked(payment.claim)
    payment = Payment.objects.select_for_update(of=("self",)).select_related("payment_list").get(pk=payment.pk)
    if claim.programme.photo_required and not photo:
        raise PhotoMissing(_("Program ini mensyaratkan foto penyerahan. Lampirkan fotonya."))
    if payment.paid_at is None or not day_of(payment.paid_at) <= day <= day_of(at):
        raise Refused(_("Tanggal penyerahan harus sejak tanggal cair sampai hari ini."))
    made = Handover.objects.create(
        payment=payment,
        number=f"-{at.timestamp()}-{payment.pk}",
        date=day,
        place=place,
        receiver_name=receiver_name,
        witness_name=witness_name,
        note=note,
        handed_by=by,
        handed_at=at,
    )
    made.number = numbers.take("handover", made, at)
    if photo:
        made.photo = store(upload=photo, kind="foto_penyerahan", subject=claim, by=by, at=at, allowed=(JPEG, PNG))
    made.save(update_fields=["number", "photo"])
    move(claim, "serahkan", by=by, at=at)
    letters.receipt_of_money(payment=payment, claim=claim, by=by, at=at)
    letters.minutes(handover=made, payment=payment, claim=claim, by=by, at=at)
    record("santunan_kematian.benefit_handed_over", subject=claim, by=by, at=at)
    if claim.death_reports.filter(destination="dukcapil", acknowledged_at__isnull=False).exists():
        move(claim, "konfirmasi", by=None, at=at)
    return made


@transaction.atomic
def acknowledge_death(*, report: DeathReport, reference: str, by: Any, at: datetime) -> DeathReport:
    """The registry has recorded the death; a case that waited only for this is closed. Raises NotReady."""
    claim = locked(report.claim)
    report = DeathReport.objects.select_for_update().get(pk=report.pk)
    if report.acknowledged_at:
        raise NotReady(_("Laporan ini sudah dikonfirmasi."))
    report.acknowledged_at, report.acknowledged_by, report.reference = at, by, reference
    report.save(update_fields=["acknowledged_at", "acknowledged_by", "reference"])
    record(
        "santunan_kematian.death_acknowledged",
        subject=claim,
        by=by,
        at=at,
        data={"destination": report.destination},
    )
    if report.destination == DeathReport.Destination.CIVIL_REGISTRY and claim.case.state == "diserahkan":
        move(claim, "konfirmasi", by=by, at=at)
    return report
