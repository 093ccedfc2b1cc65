"""The year's money: how much is left, and until when (SM-12)."""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from modules.santunan_kematian.forecast import Forecast, forecast
from modules.santunan_kematian.models import Budget, Decision, Payment
from modules.santunan_kematian.queries.days import between, day_of

PERIOD = 90
"""Days whose mean the forecast goes by."""


def budget_of(year: int) -> Budget | None:
    """The row of a year, if a ceiling was set."""
    return Budget.objects.filter(year=year).first()


def remaining(year: int) -> Decimal:
    """What is not set aside yet; nothing when no ceiling was set."""
    found = budget_of(year)
    return found.remaining if found else Decimal(0)


def unpaid_of_earlier_years(year: int) -> QuerySet[Decision]:
    """Approvals that hold money of a year before `year` and have not been paid, oldest first."""
    paid = Payment.objects.filter(decision=OuterRef("pk"), paid_at__isnull=False)
    found = Decision.objects.counted().filter(~Exists(paid), outcome="approved", revoked_at=None)
    found = found.filter(budget__year__lt=year)
    return found.select_related("claim__case", "claim__village", "budget", "decree").order_by("decided_at", "pk")


def outlook(*, amount: Decimal, today: date) -> Forecast:
    """SM-12 for the current year, from the approvals of the last 90 days (or since the first of them)."""
    since = today - timedelta(days=PERIOD - 1)
    start, end = between(since, today)
    recent = Decision.objects.counted().filter(
        outcome=Decision.Outcome.APPROVED,
        revoked_at=None,
        decided_at__gte=start,
        decided_at__lt=end,
    )
    found = recent.aggregate(number=Count("pk"), first=Min("decided_at"))
    first = day_of(found["first"]) if found["first"] else since
    days = (today - max(since, first)).days + 1
    return forecast(
        remaining=remaining(today.year), amount=amount, approvals=found["number"], days=max(days, 7), today=today
    )
