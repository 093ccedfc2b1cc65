"""What other parts may use of billing."""

from collections.abc import Collection

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from tenants.billing.models import Contract

__all__ = ["plan_name", "plan_names"]


def plan_names(codes: Collection[str] = ()) -> dict[str, str]:
    """The plan of each regency whose contract runs today, by Kemendagri code; of all of them without `codes`.

    Called in public.
    """
    running = _running().order_by("starts_on", "pk")
    if codes:
        running = running.filter(regency__code__in=codes)
    return dict(running.values_list("regency__code", "plan__name"))


def plan_name() -> Subquery:
    """The same as a column of a query over regencies."""
    newest = _running().filter(regency=OuterRef("pk")).order_by("-starts_on", "-pk")
    return Subquery(newest.values("plan__name")[:1])


def _running() -> QuerySet[Contract]:
    today = timezone.localdate()
    return Contract.objects.filter(starts_on__lte=today, ends_on__gte=today)
