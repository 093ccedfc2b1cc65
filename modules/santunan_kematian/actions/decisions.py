"""The head of the office decides; an approval sets money aside in the same transaction (SM-08)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from modules.santunan_kematian import rules
from modules.santunan_kematian.actions import letters, numbers
from modules.santunan_kematian.actions.errors import BudgetExhausted, ChecksFailed, NothingChosen, NotReady, OwnClaim
from modules.santunan_kematian.actions.steps import lock_all, locked, move, refuse_silence
from modules.santunan_kematian.models import Budget, Claim, Decision, Decree
from modules.santunan_kematian.queries import claims as queries
from modules.santunan_kematian.queries.days import day_of
from tenants.audit.actions import record
from tenants.people.formats import rupiah


@transaction.atomic
def approve_claim(*, claim: Claim, by: Any, at: datetime) -> Decision:
    """Approve and set the amount aside in the year of `at`.

    The year's row is locked first and the check constraint stands behind it, so that two approvals at once never
    pass the ceiling. Raises BudgetExhausted, ChecksFailed, OwnClaim, or the engine's NotYourTurn, StateChanged.
    """
    claim = locked(claim)
    _refuse_own(claim, by)
    budget = Budget.objects.select_for_update().filter(year=day_of(at).year).first()
    # Before anything is judged, so that a second press learns that the first one was enough.
    move(claim, "setujui", by=by, at=at)
    checks = queries.examine(claim, today=day_of(at))
    budget = _set_aside(claim, budget, day_of(at).year)
    if failed := [check for check in rules.exclusions(checks) if check.key != "budget"]:
        raise ChecksFailed(failed)
    if any(check.key == "poverty" and not check.passed for check in checks):
        raise ChecksFailed([check for check in checks if check.key == "poverty"])
    decision = Decision.objects.create(
        claim=claim,
        outcome=Decision.Outcome.APPROVED,
        amount=claim.amount,
        budget=budget,
        findings=[[check.rule, check.outcome.value] for check in checks],
        decided_by=by,
        decided_at=at,
    )
    record(
        "santunan_kematian.claim_approved",
        subject=claim,
        by=by,
        at=at,
        data={"amount": str(claim.amount), "year": budget.year},
    )
    return decision


@transaction.atomic
def refuse_claim(*, claim: Claim, reason: str, by: Any, at: datetime) -> Decision:
    """Refuse with a reason that the family reads; the person's place is free again."""
    claim = locked(claim)
    _refuse_own(claim, by)
    checks = queries.examine(claim, today=day_of(at))
    refuse_silence(reason)
    move(claim, "tolak", by=by, at=at, reason=reason)
    decision = Decision.objects.create(
        claim=claim,
        outcome=Decision.Outcome.REFUSED,
        reason=reason[:500],
        findings=[[check.rule, check.outcome.value] for check in checks],
        decided_by=by,
        decided_at=at,
    )
    claim.released_at = at
    claim.save(update_fields=["released_at"])
    record("santunan_kematian.claim_refused", subject=claim, by=by, at=at)
    return decision


@transaction.atomic
def ask_again(*, claim: Claim, reason: str, by: Any, at: datetime) -> Claim:
    """Back to the verifier with a question."""
    claim = locked(claim)
    move(claim, "periksa_ulang", by=by, at=at, reason=reason)
    record("santunan_kematian.examination_requested", subject=claim, by=by, at=at)
    return claim


@transaction.atomic
def revoke_approval(*, claim: Claim, reason: str, by: Any, at: datetime) -> Decision:
    """Take an approval back before it is listed for payment; its money is free again. Raises NotReady."""
    claim = locked(claim)
    decision = claim.decisions.select_for_update().filter(revoked_at=None, outcome="approved").first()
    if decision is None or decision.decree_id:
        raise NotReady(
            _("Belum disetujui, atau sudah termuat dalam SK. Yang termuat dalam SK dicabut dari halaman SK.")
        )
    Budget.objects.select_for_update().get(pk=decision.budget_id)  # type: ignore[misc]
    refuse_silence(reason)
    move(claim, "cabut", by=by, at=at, reason=reason)
    Budget.objects.filter(pk=decision.budget_id).update(committed=F("committed") - decision.amount)  # type: ignore[misc]
    decision.revoked_at, decision.revoked_by, decision.revoked_reason = at, by, reason[:500]
    decision.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    record("santunan_kematian.approval_revoked", subject=claim, by=by, at=at, data={"amount": str(decision.amount)})
    return decision


@transaction.atomic
def issue_decree(*, decisions: Sequence[Decision], by: Any, at: datetime) -> Decree:
    """One numbered SK for approved claims of one programme, with the list of recipients as annex (SM-13).

    Raises NothingChosen; NotReady when one is revoked, refused, or already in another SK.
    """
    lock_all(decision.claim_id for decision in decisions)
    chosen = list(
        Decision.objects.select_for_update(of=("self",))
        .filter(pk__in=[decision.pk for decision in decisions])
        .select_related("claim__case", "claim__village__district", "claim__programme")
        .order_by("pk")
    )
    if not chosen:
        raise NothingChosen(_("Pilih paling sedikit satu pengajuan yang sudah disetujui."))
    if any(d.outcome != "approved" or d.revoked_at or d.decree_id for d in chosen):
        raise NotReady(
            _("Ada pengajuan yang belum disetujui atau sudah termuat dalam SK lain. Muat ulang halaman ini.")
        )
    programme = chosen[0].claim.programme
    if any(d.claim.programme_id != programme.pk for d in chosen):
        raise NotReady(_("Satu SK hanya memuat pengajuan dari satu program. Pilih per program."))
    decree = Decree.objects.create(
        number=f"-{at.timestamp()}",
        date=day_of(at),
        programme=programme,
        is_rehearsal=chosen[0].claim.is_rehearsal,
        issued_by=by,
        issued_at=at,
    )
    Decision.objects.filter(pk__in=[d.pk for d in chosen]).update(decree=decree)
    decree.number = numbers.take("decree", decree, at)
    decree.save(update_fields=["number"])
    letters.decree(decree=decree, decisions=chosen, by=by, at=at)
    record("santunan_kematian.decree_issued", subject=decree, by=by, at=at, data={"claims": len(chosen)})
    return decree


def _set_aside(claim: Claim, budget: Budget | None, year: int) -> Budget:
    """The claim's amount, in the year's locked row."""
    if budget is None:
        raise BudgetExhausted(_("Pagu santunan tahun %(year)s belum ditetapkan.") % {"year": year})
    values = {"rest": rupiah(budget.remaining, short=True), "amount": rupiah(claim.amount, short=True), "year": year}
    text = _("Sisa pagu %(year)s %(rest)s tidak cukup untuk %(amount)s.") % values
    if budget.remaining < claim.amount:
        raise BudgetExhausted(text)
    try:
        with transaction.atomic():
            Budget.objects.filter(pk=budget.pk).update(committed=F("committed") + claim.amount)
    except IntegrityError as problem:
        raise BudgetExhausted(text) from problem
    budget.refresh_from_db()
    return budget


def _refuse_own(claim: Claim, by: Any) -> None:
    if by is not None and by.pk in {claim.filed_by_id, claim.drafted_by_id}:
        raise OwnClaim(_("Anda yang mengajukan klaim ini; keputusan dibuat orang lain."))
