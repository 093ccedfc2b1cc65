"""Arithmetic of the year's money and of how often villages claim (SM-12): pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import floor
from statistics import median


@dataclass(frozen=True)
class Forecast:
    """How far the remaining money reaches."""

    remaining: Decimal
    persons: int
    """For how many more people it is enough."""
    per_day: Decimal
    """Mean approvals per calendar day of the period looked at."""
    runs_out: date | None
    """The day on which the money for the last whole person is gone; None when nothing was approved."""
    lasts_the_year: bool


def forecast(*, remaining: Decimal, amount: Decimal, approvals: int, days: int, today: date) -> Forecast:
    """SM-12: at the mean of `approvals` in the last `days` calendar days, when does `remaining` run out?

    `amount` is that of one benefit, above zero; `days` counts from 1. Raises ValueError otherwise.
    """
    if amount <= 0 or days < 1:
        raise ValueError("an amount above zero and at least one day are needed")
    persons = max(0, floor(remaining / amount))
    per_day = Decimal(approvals) / days
    if persons == 0:
        return Forecast(remaining, 0, per_day, today, False)
    if approvals == 0:
        return Forecast(remaining, persons, per_day, None, True)
    reach = min(floor(persons * days / approvals), 365_000)
    runs_out = today + timedelta(days=reach)
    return Forecast(remaining, persons, per_day, runs_out, runs_out > date(today.year, 12, 31))


@dataclass(frozen=True)
class VillageRate:
    """Claims of a village against its people."""

    name: str
    claims: int
    population: int | None
    per_thousand: Decimal | None
    unusual: bool


def rates(villages: Iterable[tuple[str, int, int | None]], *, times: Decimal = Decimal(2)) -> list[VillageRate]:
    """SM-12: (name, claims, population) to claims per 1,000 people, highest first.

    A village is unusual when its rate is more than `times` the median of those that claimed and it has at least
    three claims: a reason to look, not a proof. Without a population there is no rate.
    """
    rows = [(name, claims, people, _per_thousand(claims, people)) for name, claims, people in villages]
    known = [rate for _n, claims, _p, rate in rows if rate is not None and claims]
    usual = Decimal(median(known)) if known else Decimal(0)
    found = [
        VillageRate(name, claims, people, rate, bool(rate is not None and claims >= 3 and rate > usual * times))
        for name, claims, people, rate in rows
    ]
    return sorted(found, key=lambda row: (-(row.per_thousand or Decimal(-1)), -row.claims, row.name))


def _per_thousand(claims: int, people: int | None) -> Decimal | None:
    if not people:
        return None
    return (Decimal(claims) * 1000 / people).quantize(Decimal("0.01"), ROUND_HALF_UP)
