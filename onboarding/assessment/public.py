"""What the rest of onboarding may use of assessments."""

from dataclasses import dataclass
from decimal import Decimal

from onboarding.assessment.actions.assessments import open_assessment
from onboarding.assessment.actions.refusals import AssessmentRefused
from onboarding.assessment.catalogue import CatalogueModule
from onboarding.assessment.catalogue import modules as catalogue
from onboarding.assessment.models import Assessment, Instrument
from onboarding.assessment.queries import results as computed
from onboarding.assessment.queries.editions import current
from tenants.schemas.context import in_public

__all__ = [
    "AssessmentRefused",
    "CatalogueModule",
    "Decided",
    "Result",
    "assessments_of",
    "catalogue",
    "current_instruments",
    "decided_modules",
    "open_assessment",
    "results_of",
]


@dataclass(frozen=True, slots=True)
class Result:
    """One instrument of an assessment. `total` counts 0 to 100 for readiness and 1 to 5 for an index."""

    instrument: str
    total: Decimal | None
    band: str
    is_complete: bool
    failing: tuple[str, ...]
    """Critical questions that have not passed."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A module of the catalogue with the decision that holds: adopsi, adaptasi, tunda, nasional or tidak."""

    code: str
    name: str
    decision: str
    wave: int
    by_people: bool
    """Decided by people; else it is the system's suggestion."""
    causes: tuple[str, ...]


def results_of(code: str) -> list[Result]:
    """The results of an assessment by its code, one for each instrument; empty when there is no such assessment."""
    with in_public():
        found = Assessment.objects.filter(code=code).first()
        scored = computed.scores_only(found) if found else ()
        return [
            Result(
                instrument=str(each.sheet.instrument),
                total=each.outcome.total,
                band=each.outcome.band.name if each.outcome.band else "",
                is_complete=each.outcome.is_complete,
                failing=each.outcome.failing,
            )
            for each in scored
        ]


def decided_modules(code: str) -> list[Decided]:
    """Every module of the catalogue with its decision, by wave; empty without a readiness sheet."""
    with in_public():
        found = Assessment.objects.filter(code=code).first()
        lines = computed.results(found).lines if found else ()
        return [
            Decided(
                code=line.module.code,
                name=line.module.name,
                decision=line.decision,
                wave=line.module.wave,
                by_people=line.is_decided,
                causes=line.causes,
            )
            for line in lines
        ]


def assessments_of(regency_code: str) -> list[Assessment]:
    """The assessments of a regency that still have their people, newest first."""
    with in_public():
        return list(Assessment.objects.filter(regency_code=regency_code, anonymised_at=None).order_by("-pk"))


def current_instruments() -> list[Instrument]:
    """The newest published edition of each instrument: what `open_assessment` takes."""
    with in_public():
        return list(current())
