"""Taking back what stands in an SK, and carrying unpaid approvals into another year. Nothing paid ever changes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from modules.santunan_kematian.actions import letters, numbers
from modules.santunan_kematian.actions.errors import BudgetExhausted, NothingChosen, NotReady
from modules.santunan_kematian.actions.steps import lock_all, move, refuse_silence
from modules.santunan_kematian.models import Budget, Decision, Decree, DecreeRevocation, Payment
from modules.santunan_kematian.queries.days import day_of
from tenants.audit.actions import record
from tenants.letters import actions as letter_actions
from tenants.letters.models import Letter
from tenants.people.formats import rupiah


@transaction.atomic
def revoke_decree(*, decree: Decree, reason: str, outcome: str, by: Any, at: datetime) -> DecreeRevocation:
    """Take an SK back by another one, as long as nothing of it was paid.

    `outcome` says what becomes of its claims: "approved", they stay approved and wait for a new SK with their money
    set aside; "refused", they are refused for the same reason, and their money is free again. The decisions of the
    old SK stay with it, revoked. Raises NotReady, or the engine's ReasonMissing and NotYourTurn.
    """
    lock_all(decree.decisions.values_list("claim_id", flat=True))
    decree = Decree.objects.select_for_update(of=("self",)).select_related("programme").get(pk=decree.pk)
    if DecreeRevocation.objects.filter(decree=decree).exists():
        raise NotReady(_("SK %(number)s sudah dicabut.") % {"number": decree.number})
    standing = decree.decisions.select_for_update(of=("self",)).filter(revoked_at=None).select_related("claim__case")
    decisions = list(standing.order_by("pk"))
    _refuse_listed(decisions)
    papers = list(Letter.objects.of(decree))
    if any(letter.state == Letter.State.QUEUED for letter in papers):
        raise NotReady(_("PDF SK ini masih dibuat. Tunggu sebentar, lalu cabut."))
    refuse_silence(reason)
    _hold(decision.budget_id for decision in decisions)
    made = DecreeRevocation.objects.create(
        decree=decree,
        number=f"-{at.timestamp()}",
        date=day_of(at),
        reason=reason.strip()[:500],
        outcome=outcome,
        revoked_by=by,
        revoked_at=at,
    )
    made.number = numbers.take("decree", made, at)  # before the audit's lock, as when an SK is issued
    made.save(update_fields=["number"])
    undo = _refuse if outcome == DecreeRevocation.Outcome.REFUSED else _approve_anew
    for decision in decisions:
        undo(decision, made, by=by, at=at)
    for letter in papers:
        if letter.is_valid:
            letter_actions.revoke(letter=letter, reason=made.reason[:300], by=by, at=at)
    letters.decree_revocation(revocation=made, decisions=decisions, by=by, at=at)
    data = {"decree": decree.number, "claims": len(decisions), "outcome": outcome}
    record("santunan_kematian.decree_revoked", subject=made, by=by, at=at, data=data)
    return made


@transaction.atomic
def move_to_year(*, decisions: Sequence[Decision], by: Any, at: datetime) -> int:
    """Bind unpaid approvals of earlier years to the ceiling of the year of `at`, all of them or none; how many.

    What is free again in the old year stays there. Raises NothingChosen; NotReady for one that was paid, revoked or
    moved meanwhile; BudgetExhausted.
    """
    lock_all(decision.claim_id for decision in decisions)
    keys = [decision.pk for decision in decisions]
    found = Decision.objects.select_for_update(of=("self",)).filter(pk__in=keys).select_related("budget", "claim__case")
    chosen = list(found.order_by("pk"))
    if not chosen:
        raise NothingChosen(_("Pilih paling sedikit satu persetujuan."))
    year, paid = day_of(at).year, Payment.objects.filter(decision__in=chosen, paid_at__isnull=False)
    if paid.exists() or any(d.budget is None or d.revoked_at or d.budget.year >= year for d in chosen):
        raise NotReady(_("Ada persetujuan yang sudah cair, dicabut, atau dipindahkan. Muat ulang halaman ini."))
    total = sum((decision.amount for decision in chosen), Decimal(0))
    budget = _room(year, total, [decision.budget_id for decision in chosen])
    for decision in chosen:
        before: Any = decision.budget
        Budget.objects.filter(pk=before.pk).update(committed=F("committed") - decision.amount)
        Budget.objects.filter(pk=budget.pk).update(committed=F("committed") + decision.amount)
        decision.budget = budget
        decision.save(update_fields=["budget"])
        data = {"from": before.year, "to": year, "amount": str(decision.amount)}
        record("santunan_kematian.approval_moved", subject=decision.claim, by=by, at=at, data=data)
    return len(chosen)


def _room(year: int, total: Decimal, old: Sequence[int | None]) -> Budget:
    """The year's budget, locked with the old ones, when it has room for `total`."""
    wanted = Budget.objects.filter(year=year).first()
    if wanted is None:
        raise BudgetExhausted(_("Pagu santunan tahun %(year)s belum ditetapkan.") % {"year": year})
    budget = _hold([*old, wanted.pk])[wanted.pk]
    if budget.remaining < total:
        values = {"year": year, "rest": rupiah(budget.remaining, short=True), "total": rupiah(total, short=True)}
        raise BudgetExhausted(_("Sisa pagu %(year)s %(rest)s tidak cukup untuk %(total)s.") % values)
    return budget


def _hold(keys: Any) -> dict[int, Budget]:
    rows = Budget.objects.select_for_update().filter(pk__in=[key for key in keys if key]).order_by("pk")
    return {row.pk: row for row in rows}


def _refuse_listed(decisions: Sequence[Decision]) -> None:
    listed = Payment.objects.filter(decision__in=decisions).select_related("payment_list").order_by("-paid_at")
    for payment in listed:
        values = {"number": payment.payment_list.number}
        if payment.paid_at:
            raise NotReady(_("SK ini sudah dibayar dengan daftar %(number)s dan tidak dapat dicabut lagi.") % values)
        raise NotReady(_("Batalkan dahulu daftar bayar %(number)s, yang memuat penerima SK ini.") % values)


def _refuse(decision: Decision, made: DecreeRevocation, *, by: Any, at: datetime) -> None:
    """Back through the decision to a refusal; the amount is free again."""
    claim = decision.claim
    _end(decision, made, by=by, at=at)
    Budget.objects.filter(pk=decision.budget_id).update(committed=F("committed") - decision.amount)  # type: ignore[misc]
    Decision.objects.create(
        claim=claim,
        outcome=Decision.Outcome.REFUSED,
        reason=made.reason,
        findings=decision.findings,
        decided_by=by,
        decided_at=at,
    )
    claim.released_at = at
    claim.save(update_fields=["released_at"])
    move(claim, "cabut", by=by, at=at, reason=made.reason)
    move(claim, "tolak", by=by, at=at, reason=made.reason)
    record("santunan_kematian.claim_refused", subject=claim, by=by, at=at)


def _approve_anew(decision: Decision, made: DecreeRevocation, *, by: Any, at: datetime) -> None:
    """The same approval without the SK, with the same money."""
    _end(decision, made, by=by, at=at)
    Decision.objects.create(
        claim=decision.claim,
        outcome=Decision.Outcome.APPROVED,
        amount=decision.amount,
        budget_id=decision.budget_id,
        findings=decision.findings,
        decided_by=by,
        decided_at=at,
    )


def _end(decision: Decision, made: DecreeRevocation, *, by: Any, at: datetime) -> None:
    decision.revoked_at, decision.revoked_by, decision.revoked_reason = at, by, made.reason
    decision.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
