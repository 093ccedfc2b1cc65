"""The reports of SM-12 and SM-13: monthly realisation, rates by village, deaths to report."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractMonth

from modules.santunan_kematian.forecast import VillageRate, rates
from modules.santunan_kematian.models import Claim, DeathReport, Payment
from modules.santunan_kematian.queries.budget import budget_of
from modules.santunan_kematian.queries.days import between
from tenants.organisation.calendar import regency_zone
from tenants.organisation.models import Village


@dataclass(frozen=True)
class Month:
    """One line of the monthly realisation."""

    month: int
    persons: int
    amount: Decimal
    cumulative: Decimal
    percent: Decimal | None
    """Of the year's ceiling; None when there is none."""


def realisation(year: int) -> list[Month]:
    """Payments by month of a year with the running total; all twelve months."""
    start, end = between(date(year, 1, 1), date(year, 12, 31))
    paid = (
        Payment.objects.counted()
        .filter(paid_at__gte=start, paid_at__lt=end)
        .annotate(month=ExtractMonth("paid_at", tzinfo=regency_zone()))
        .values("month")
        .annotate(persons=Count("pk"), total=Sum("amount"))
    )
    by_month = {row["month"]: row for row in paid}
    budget = budget_of(year)
    ceiling = budget.ceiling if budget else Decimal(0)
    running, months = Decimal(0), []
    for month in range(1, 13):
        row = by_month.get(month)
        amount = row["total"] if row else Decimal(0)
        running += amount
        percent = (running * 100 / ceiling).quantize(Decimal("0.01")) if ceiling else None
        months.append(Month(month, row["persons"] if row else 0, amount, running, percent))
    return months


def village_rates(year: int) -> list[VillageRate]:
    """Claims filed in a year per 1,000 people, all villages."""
    filed = Claim.objects.counted().filter(filed_date__year=year)
    counted: dict[int, int] = dict(filed.values_list("village").annotate(claims=Count("pk")))
    villages = Village.objects.select_related("district").order_by("code")
    return rates((f"{v.title}, {v.district.name}", counted.get(v.pk, 0), v.population) for v in villages)


def deaths(*, first: date, last: date) -> QuerySet[Claim]:
    """SM-10: deaths of paid claims that were reported between two days (both included), oldest death first."""
    start, end = between(first, last)
    reported = Q(
        death_reports__destination=DeathReport.Destination.CIVIL_REGISTRY,
        death_reports__reported_at__gte=start,
        death_reports__reported_at__lt=end,
    )
    return (
        Claim.objects.counted()
        .filter(reported)
        .annotate(
            reported_at=F("death_reports__reported_at"),
            acknowledged_at=F("death_reports__acknowledged_at"),
            reference=F("death_reports__reference"),
            report_id=F("death_reports__pk"),
        )
        .select_related("case", "village__district")
        .order_by("death_date", "pk")
    )


def waiting_reports() -> QuerySet[DeathReport]:
    """Reports that nobody has acknowledged yet, oldest first."""
    return (
        DeathReport.objects.counted()
        .filter(acknowledged_at=None)
        .select_related("claim__case", "claim__village")
        .order_by("reported_at")
    )
