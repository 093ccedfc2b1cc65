"""Runs and regencies as the console shows them."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from onboarding.models import ProvisioningRun, ProvisioningStep
from tenants import regions
from tenants.models import Regency
from tenants.regions import RegencyInfo

TONES = {"queued": "", "running": "info", "done": "ok", "failed": "bad", "abandoned": ""}
_FEW = 12


@dataclass(frozen=True)
class Progress:
    """How far a run is, for the bar and the steps under it."""

    run: ProvisioningRun
    steps: list[ProvisioningStep]

    @property
    def percent(self) -> int:
        """0 to 100, by steps; the running one counts half."""
        weight = {"done": 2, "running": 1}
        return round(100 * sum(weight.get(step.state, 0) for step in self.steps) / (2 * len(self.steps) or 1))

    @property
    def is_moving(self) -> bool:
        """Whether the page should ask again."""
        return self.run.state in ("queued", "running")

    @property
    def seconds(self) -> float:
        return sum(step.seconds or 0 for step in self.steps)


def progress(run: ProvisioningRun) -> Progress:
    """A run with its steps in order."""
    return Progress(run, list(run.steps.all()))


def runs(state: str = "") -> QuerySet[ProvisioningRun]:
    """Runs, newest first, with how many of their steps are done."""
    found = ProvisioningRun.objects.order_by("-pk").annotate(
        done=Count("steps", filter=Q(steps__state="done")), total=Count("steps")
    )
    return found.filter(state=state) if state else found


@dataclass(frozen=True)
class Candidate:
    """One of the 514, and whether it is here already."""

    info: RegencyInfo
    state: str


def candidates(search: str) -> list[Candidate]:
    """Regencies of the whole country whose name, province or code begins or contains what was typed."""
    words = search.strip().lower()
    if not words:
        return []
    found = [info for info in regions.regencies() if words in f"{info.code} {info.title} {info.province}".lower()]
    found.sort(key=lambda info: (not info.name.lower().startswith(words), info.name, info.code))
    few = found[:_FEW]
    here = dict(Regency.objects.filter(code__in=[info.code for info in few]).values_list("code", "state"))
    return [Candidate(info, here.get(info.code, "")) for info in few]
