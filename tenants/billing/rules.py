"""The arithmetic of bills: pure, in whole rupiah, with nothing of the database in it.

Sources: domain chapter 6.2. Rates and calendar are data of the budget year, because they are unverified and change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from tenants.billing.models import BudgetYear

_RUPIAH = Decimal(1)


@dataclass(frozen=True)
class Amounts:
    """A price, the base of its tax, the tax, and what is billed: `total` = `net` + `ppn`."""

    net: Decimal
    dpp: Decimal
    ppn: Decimal
    total: Decimal


@dataclass(frozen=True)
class Withholding:
    """What a treasurer who collects taxes is expected to keep, and what then arrives."""

    ppn: Decimal
    pph23: Decimal
    received: Decimal


def central_day(at: datetime) -> date:
    """The day of a moment at the central team's desk."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def whole(amount: Decimal) -> Decimal:
    """To whole rupiah, halves up: a treasurer transfers no sen."""
    return amount.quantize(_RUPIAH, ROUND_HALF_UP)


def taxed(net: Decimal, year: BudgetYear) -> Amounts:
    """PPN on the base that the year prescribes: 12 % of 11/12 of the price (PMK 131/2024, unverified)."""
    dpp = whole(net * year.dpp_numerator / year.dpp_denominator)
    ppn = whole(net * year.dpp_numerator / year.dpp_denominator * year.ppn_percent / 100)
    return Amounts(net, dpp, ppn, net + ppn)


def withholding(amounts: Amounts, year: BudgetYear) -> Withholding:
    """What the treasurer keeps of a bill; nothing up to the year's threshold. Received and kept make the total."""
    if amounts.total <= year.withheld_above:
        return Withholding(Decimal(0), Decimal(0), amounts.total)
    pph23 = whole(amounts.net * year.pph23_percent / 100)
    return Withholding(amounts.ppn, pph23, amounts.total - amounts.ppn - pph23)


def months_left(start: date, year: BudgetYear) -> int:
    """How many months of the budget year are billed for what starts on `start`; 0 when none is left."""
    if start.year < year.year:
        return 12
    if start.year > year.year:
        return 0
    if year.proration == BudgetYear.Proration.WHOLE_YEAR:
        return 12
    left = 13 - start.month
    if year.proration == BudgetYear.Proration.NEXT_MONTH and start.day > 1:
        left -= 1
    return left


def prorated(yearly: Decimal, months: int) -> Decimal:
    """The price of `months` of twelve."""
    if not 0 <= months <= 12:
        raise ValueError("a budget year has twelve months")
    return whole(yearly * months / 12)


def instalment(amounts: Sequence[Decimal], part: int, parts: int) -> list[Decimal]:
    """The share of each amount in instalment `part` of `parts`; what does not divide is in the last one."""
    if not 1 <= part <= parts:
        raise ValueError(f"there is no part {part} of {parts}")
    shares = [(amount / parts).quantize(_RUPIAH, ROUND_DOWN) for amount in amounts]
    if part < parts:
        return shares
    return [amount - share * (parts - 1) for amount, share in zip(amounts, shares, strict=True)]


def part_of_period(start: date, end: date, part: int, parts: int) -> tuple[date, date]:
    """First and last day of instalment `part`: the days of the period in equal shares, without gap or overlap."""
    days = (end - start).days + 1
    first = start.toordinal() + days * (part - 1) // parts
    last = start.toordinal() + days * part // parts - 1
    return date.fromordinal(first), date.fromordinal(max(first, last))


def quiet_until(day: date, year: BudgetYear) -> date | None:
    """When `day` lies where no treasurer can pay, the last day of that time; else None.

    From January until the DPA is out, and from the last SPM in December on.
    """
    if day <= year.quiet_until:
        return year.quiet_until
    return year.ends_on if day > year.last_payment_date else None
