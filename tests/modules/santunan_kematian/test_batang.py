"""Batang's own scenario (e-Sakti): the acceptance of the module."""

from datetime import timedelta
from decimal import Decimal

import pytest

from modules.santunan_kematian.actions import claims, decisions, payments, verification
from modules.santunan_kematian.actions.errors import BudgetExhausted, ChecksFailed, SurveyFirst
from modules.santunan_kematian.models import Budget, Claim
from modules.santunan_kematian.queries import claims as queries
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, TODAY, Cast


def test_what_batang_promises(cast: Cast) -> None:
    terms = cast.programme.terms
    assert (terms.amount, terms.limit_days, terms.in_working_days) == (Decimal(1_000_000), 60, False)
    assert terms.village_letter_enough
    assert (cast.programme.funding, cast.programme.account_code) == ("btt", "5.3.01.01.01.0001")
    assert Budget.objects.get().ceiling == Decimal(2_000_000_000)


@pytest.mark.rule("SM-01", "SM-06", "SM-08", "SM-10", "SM-13")
def test_twenty_claims_filed_decided_and_paid_on_one_day(cast: Cast) -> None:
    """Complete in the morning, in the family's hands the same day; the village's letter is enough."""
    chosen = [stage.approved(cast, n, at=NOON + timedelta(minutes=n)) for n in range(1, 21)]
    at = NOON + timedelta(hours=1)
    stage.paid(cast, chosen, at=at)
    for claim in chosen:
        claim.refresh_from_db()
        payments.hand_over(
            payment=claim.payment,
            day=TODAY,
            place="Balai Desa",
            receiver_name=claim.heir_name,
            witness_name="H. Suwandi",
            photo=stage.photo(),
            by=cast.treasurer,
            at=at + timedelta(minutes=30),
        )
    assert set(Claim.objects.values_list("case__state", "filed_date")) == {("diserahkan", TODAY)}
    budget = Budget.objects.get()
    assert (budget.committed, budget.paid) == (Decimal(20_000_000), Decimal(20_000_000))
    numbers = list(Claim.objects.order_by("pk").values_list("case__number", flat=True))
    assert numbers == [f"SK-2026-{n:06}" for n in range(1, 21)]


@pytest.mark.rule("SM-01")
def test_the_60th_day_is_in_time_and_the_61st_is_not(cast: Cast) -> None:
    stage.filed(cast, 1, died=TODAY - timedelta(days=60))
    with pytest.raises(ChecksFailed, match="61 hari"):
        stage.filed(cast, 2, died=TODAY - timedelta(days=61))


@pytest.mark.rule("SM-08")
def test_two_billion_and_no_more(cast: Cast) -> None:
    Budget.objects.update(committed=Decimal(1_999_000_000))
    stage.approved(cast, 2000)
    with pytest.raises(BudgetExhausted):
        stage.approved(cast, 2001)
    assert Budget.objects.get().committed == Decimal(2_000_000_000)


@pytest.mark.rule("SM-05")
def test_an_infant_without_nik_is_paid(cast: Cast) -> None:
    told = stage.data(1, nik=None, name="Bayi Ny. Siti", birth_date=TODAY - timedelta(days=6))
    stage.register(told, cast)
    claim = claims.draft_claim(
        data=told,
        village=cast.village,
        documents=stage.papers(*stage.PAPERS, "surat_lahir"),
        by=cast.operator,
        at=NOON,
    )
    claims.file_claim(claim=claim, by=cast.operator, at=NOON)
    claims.endorse_claim(claim=claim, by=cast.village_head, at=NOON)
    verification.confirm_complete(claim=claim, by=cast.verifier, at=NOON)
    decisions.approve_claim(claim=claim, by=cast.director, at=NOON)
    stage.paid(cast, [claim])
    claim.case.refresh_from_db()
    assert claim.case.state == "cair"


@pytest.mark.rule("SM-07")
def test_a_household_outside_the_register_is_surveyed_and_paid(cast: Cast) -> None:
    claim = claims.draft_claim(
        data=stage.data(),
        village=cast.village,
        documents=stage.papers(*stage.PAPERS, "surat_miskin"),
        by=cast.operator,
        at=NOON,
    )
    claims.file_claim(claim=claim, by=cast.operator, at=NOON)
    claims.endorse_claim(claim=claim, by=cast.village_head, at=NOON)
    with pytest.raises(SurveyFirst):
        verification.confirm_complete(claim=claim, by=cast.verifier, at=NOON)
    verification.request_survey(claim=claim, by=cast.verifier, at=NOON)
    verification.record_survey(
        claim=claim,
        roof="seng",
        floor="tanah",
        walls="kayu",
        photo=stage.photo(),
        latitude=Decimal("-7.01234"),
        longitude=Decimal("109.81234"),
        by=cast.surveyor,
        at=NOON,
    )
    verification.confirm_complete(claim=claim, by=cast.verifier, at=NOON)
    decisions.approve_claim(claim=claim, by=cast.director, at=NOON)
    stage.paid(cast, [claim])
    assert all(check.passed for check in queries.examine(claim, today=TODAY))
