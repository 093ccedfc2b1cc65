"""What an assessment can begin with: editions of the instruments, regencies to learn from."""

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from onboarding.assessment.models import Instrument
from tenants.models import Regency


def current() -> QuerySet[Instrument]:
    """The newest published edition of each instrument; those that decide modules first."""
    newest = Window(RowNumber(), partition_by="code", order_by=F("edition").desc())
    ranked = Instrument.objects.filter(published_at__isnull=False).annotate(rank=newest)
    keys = [row.pk for row in ranked.only("pk") if row.rank == 1]  # type: ignore[attr-defined]
    return Instrument.objects.filter(pk__in=keys).order_by("-edition", "code")


def recommended() -> list[int]:
    """What a regency should begin with: the instrument that decides modules."""
    return [instrument.pk for instrument in current() if instrument.read.module_defaults]


def partners() -> list[tuple[str, str]]:
    """Regencies that work here, with their names."""
    found = Regency.objects.filter(state__in=[Regency.State.ACTIVE, Regency.State.READ_ONLY])
    return [(regency.code, regency.title) for regency in found.order_by("name")[:600]]


def editions() -> QuerySet[Instrument]:
    """Every edition, published or draft."""
    return Instrument.objects.order_by("code", "-edition")
