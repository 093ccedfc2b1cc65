"""Approving, refusing, taking back; the SK."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from modules.santunan_kematian.actions import decisions, programme
from modules.santunan_kematian.actions.errors import BudgetExhausted, CeilingTooLow, NotReady, OwnClaim
from modules.santunan_kematian.models import Budget, Decision, Programme
from modules.santunan_kematian.queries import budget as money
from modules.services import public as services
from tenants.letters.models import Letter
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, TODAY, Cast


@pytest.mark.rule("SM-08")
def test_an_approval_sets_money_aside(cast: Cast) -> None:
    claim = stage.approved(cast)
    budget = Budget.objects.get(year=2026)
    assert (budget.committed, budget.remaining) == (Decimal(1_000_000), Decimal(1_999_000_000))
    assert claim.case.state == "disetujui"
    decision = claim.decisions.get()
    assert [rule for rule, _ in decision.findings] == [f"SM-0{n}" for n in range(1, 9)]


@pytest.mark.rule("SM-08")
def test_the_2001st_approval_is_refused(cast: Cast) -> None:
    """Rp 2 billion is 2,000 benefits: the last fits exactly, the next does not."""
    Budget.objects.update(committed=Decimal(1_999_000_000))
    stage.approved(cast)
    late = stage.verified(cast, 2)
    with pytest.raises(BudgetExhausted, match=r"Sisa pagu 2026 Rp 0 tidak cukup untuk Rp 1\.000\.000"):
        decisions.approve_claim(claim=late, by=cast.director, at=NOON)
    late.case.refresh_from_db()
    assert late.case.state == "keputusan"
    assert Decision.objects.count() == 1


@pytest.mark.rule("SM-08")
def test_the_database_itself_keeps_the_ceiling(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="budget_committed_within_ceiling"), transaction.atomic():
        Budget.objects.update(committed=F("ceiling") + 1)


@pytest.mark.rule("SM-08")
def test_a_year_without_a_ceiling_pays_nothing(cast: Cast) -> None:
    claim = stage.verified(cast)
    with pytest.raises(BudgetExhausted, match="2027 belum ditetapkan"):
        decisions.approve_claim(claim=claim, by=cast.director, at=NOON + timedelta(days=60))


@pytest.mark.rule("SM-08")
def test_the_ceiling_never_falls_below_what_is_promised(cast: Cast) -> None:
    stage.approved(cast)
    with pytest.raises(CeilingTooLow, match=r"Rp 1\.000\.000"):
        programme.set_ceiling(year=2026, ceiling=Decimal(999_999), basis="", by=cast.director, at=NOON)


def test_taken_back_the_money_is_free_again(cast: Cast) -> None:
    claim = stage.approved(cast)
    decisions.revoke_approval(claim=claim, reason="Data keliru", by=cast.director, at=NOON)
    assert money.remaining(2026) == Decimal(2_000_000_000)
    decisions.approve_claim(claim=claim, by=cast.director, at=NOON)
    assert claim.decisions.count() == 2
    assert money.remaining(2026) == Decimal(1_999_000_000)


def test_what_stands_in_an_sk_is_not_taken_back(cast: Cast) -> None:
    claim = stage.approved(cast)
    decisions.issue_decree(decisions=[claim.decisions.get()], by=cast.director, at=NOON)
    with pytest.raises(NotReady):
        decisions.revoke_approval(claim=claim, reason="Data keliru", by=cast.director, at=NOON)


def test_a_refusal_needs_a_reason(cast: Cast) -> None:
    claim = stage.verified(cast)
    with pytest.raises(services.ReasonMissing), transaction.atomic():
        decisions.refuse_claim(claim=claim, reason="  ", by=cast.director, at=NOON)
    decisions.refuse_claim(claim=claim, reason="Bukan keluarga miskin", by=cast.director, at=NOON)
    assert money.remaining(2026) == Decimal(2_000_000_000)


@pytest.mark.rule("SM-09")
def test_who_filed_does_not_decide(cast: Cast) -> None:
    claim = stage.verified(cast)
    cast.operator.grants.create(role=cast.director.grants.get().role)
    with pytest.raises(OwnClaim):
        decisions.approve_claim(claim=claim, by=cast.operator, at=NOON)


def test_decided_twice_at_once_is_decided_once(cast: Cast) -> None:
    claim = stage.approved(cast)
    with pytest.raises(services.StateChanged):
        decisions.approve_claim(claim=claim, by=cast.director, at=NOON)
    assert Budget.objects.get().committed == Decimal(1_000_000)


@pytest.mark.rule("SM-13")
def test_one_sk_with_its_list(cast: Cast) -> None:
    claims = [stage.approved(cast, n) for n in (1, 2)]
    found = [claim.decisions.get() for claim in claims]
    decree = decisions.issue_decree(decisions=found, by=cast.director, at=NOON)
    assert decree.number == "400.9/001/SANTUNAN/2026"
    assert set(Decision.objects.values_list("decree", flat=True)) == {decree.pk}
    letter = Letter.objects.of(decree).get()
    assert '"total": ["", "", "Jumlah", "", "", "", "", "2.000.000"]' in str(letter.data)
    assert stage.nik(1) not in str(letter.data)
    with pytest.raises(NotReady):
        decisions.issue_decree(decisions=found, by=cast.director, at=NOON)


@pytest.mark.rule("SM-12")
def test_remaining_budget_and_forecast(cast: Cast) -> None:
    for n in range(1, 4):
        stage.approved(cast, n)
    found = money.outlook(amount=Decimal(1_000_000), today=TODAY)
    assert (found.persons, found.remaining) == (1997, Decimal(1_997_000_000))
    # Three in the first week: 1,997 more last 4,659 days.
    assert found.runs_out == TODAY + timedelta(days=4659)


@pytest.mark.rule("SM-11")
def test_two_programmes_never_overlap(cast: Cast) -> None:
    first = Programme.objects.get()
    with pytest.raises(IntegrityError, match="programme_one_at_a_time"), transaction.atomic():
        Programme.objects.create(
            code="lain",
            name="Lain",
            valid_from=TODAY,
            amount=1,
            limit_days=1,
            account_code=first.account_code,
            created_at=NOON,
        )
