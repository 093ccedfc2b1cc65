"""The arithmetic of bills holds for any price, any month and any number of instalments."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.billing import rules
from tenants.billing.models import BudgetYear

PRICES = st.integers(1, 10**11).map(Decimal)
PERCENT = st.decimals(0, 30, places=2)


def year(**changes: object) -> BudgetYear:
    values = {"year": 2026, "quiet_until": date(2026, 3, 31), "last_payment_date": date(2026, 12, 15)}
    return BudgetYear(**{**values, **changes})


@given(PRICES, PERCENT, PERCENT, st.integers(1, 12))
def test_what_arrives_and_what_is_kept_make_the_bill(net: Decimal, ppn: Decimal, pph: Decimal, numerator: int) -> None:
    rates = year(ppn_percent=ppn, pph23_percent=pph, dpp_numerator=numerator, dpp_denominator=12)
    amounts = rules.taxed(net, rates)
    kept = rules.withholding(amounts, rates)
    assert amounts.total == amounts.net + amounts.ppn
    assert kept.received + kept.ppn + kept.pph23 == amounts.total
    assert kept.received >= 0
    assert all(value == value.to_integral_value() for value in (amounts.dpp, amounts.ppn, kept.received))


def test_taxes_of_2026_and_their_threshold() -> None:
    amounts = rules.taxed(Decimal(84_000_000), year())
    assert (amounts.dpp, amounts.ppn) == (77_000_000, 9_240_000)
    kept = rules.withholding(amounts, year())
    assert (kept.ppn, kept.pph23, kept.received) == (9_240_000, 1_680_000, 82_320_000)
    small = rules.taxed(Decimal(1_000_000), year())
    assert rules.withholding(small, year()).received == small.total


@given(PRICES, st.integers(0, 12))
def test_proration_never_exceeds_the_year_and_grows_with_months(yearly: Decimal, months: int) -> None:
    part = rules.prorated(yearly, months)
    assert 0 <= part <= yearly
    assert rules.prorated(yearly, 12) == yearly
    assert part <= rules.prorated(yearly, min(12, months + 1))
    assert abs(part - yearly * months / 12) <= Decimal("0.5")


@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.sampled_from(BudgetYear.Proration.values))
def test_months_left_follow_the_rule_of_the_year(start: date, rule: str) -> None:
    left = rules.months_left(start, year(proration=rule))
    assert 0 <= left <= 12
    if start.year == 2026 and rule == "started_month":
        assert left == 13 - start.month
    if start.year == 2026 and rule == "next_month" and start.day > 1:
        assert left == 12 - start.month
    if start.year == 2027:
        assert left == 0


@given(st.lists(PRICES, min_size=1, max_size=6), st.integers(1, 12))
def test_instalments_are_the_whole(amounts: list[Decimal], parts: int) -> None:
    shares = [rules.instalment(amounts, part, parts) for part in range(1, parts + 1)]
    assert [sum(column) for column in zip(*shares, strict=True)] == amounts
    assert all(share >= 0 for row in shares for share in row)


@given(st.dates(date(2026, 1, 1), date(2026, 11, 1)), st.integers(12, 365), st.integers(1, 12))
def test_parts_of_a_period_leave_no_day_out(start: date, days: int, parts: int) -> None:
    end = start + timedelta(days=days)
    pieces = [rules.part_of_period(start, end, part, parts) for part in range(1, parts + 1)]
    assert (pieces[0][0], pieces[-1][1]) == (start, end)
    for before, after in itertools.pairwise(pieces):
        assert after[0] == before[1] + timedelta(days=1)


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="twelve"):
        rules.prorated(Decimal(1), 13)
    with pytest.raises(ValueError, match="no part"):
        rules.instalment([Decimal(1)], 3, 2)


@pytest.mark.parametrize(
    ("day", "until"),
    [
        (date(2026, 1, 2), date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 3, 31)),
        (date(2026, 4, 1), None),
        (date(2026, 12, 15), None),
        (date(2026, 12, 16), date(2026, 12, 31)),
    ],
)
def test_nobody_is_reminded_while_no_treasurer_can_pay(day: date, until: date | None) -> None:
    assert rules.quiet_until(day, year()) == until
