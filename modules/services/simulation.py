"""What a changed workflow would have done with cases that have already run: a rehearsal on the past, without writing.

A past case is replayed step by step, as people took them. Where the changed definition has no such step, or it leads
elsewhere, the case would have run otherwise, and its replay stops there: nobody knows what people would have done.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from modules.services.definition import Definition
from tenants.organisation.calendar import Calendar

MOST = 1000
"""Past cases that one simulation replays, the newest first."""
EXAMPLES = 5


@dataclass(frozen=True)
class Past:
    """What one case went through."""

    number: str
    definition: Definition
    """The one that it ran on."""
    filed_at: datetime
    steps: tuple["PastStep", ...]


@dataclass(frozen=True)
class PastStep:
    transition: str
    label: str
    to_state: str
    at: datetime


@dataclass(frozen=True)
class Divergence:
    """Why a case would have run otherwise; equal ones are counted together."""

    text: str


@dataclass(frozen=True)
class Group:
    text: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What the replay of many cases showed."""

    replayed: int
    same: int
    groups: tuple[Group, ...]
    late_before: int
    """Cases that stayed somewhere longer than the definition allowed on which they ran."""
    late_after: int
    """Cases that would have been late by the limits of the changed one, as far as their replay goes."""

    @property
    def differing(self) -> int:
        return self.replayed - self.same


def simulate(definition: Definition, cases: Iterable[Past], calendar: Calendar) -> Result:
    """Replay past cases through a definition that is not published yet."""
    found: dict[str, list[str]] = {}
    replayed = same = 0
    late: Counter[str] = Counter()
    for case in cases:
        replayed += 1
        way, divergence = replay(definition, case.steps)
        late["before"] += _was_late(case.definition, case, len(case.steps), calendar)
        late["after"] += _was_late(definition, case, way, calendar)
        if divergence is None:
            same += 1
        else:
            found.setdefault(divergence.text, []).append(case.number)
    groups = [Group(text, len(numbers), tuple(numbers[:EXAMPLES])) for text, numbers in found.items()]
    groups.sort(key=lambda group: -group.count)
    return Result(replayed, same, tuple(groups), late["before"], late["after"])


def replay(definition: Definition, steps: Sequence[PastStep]) -> tuple[int, Divergence | None]:
    """How many steps could have been taken alike, and why not all of them."""
    here = definition.start
    for place, past in enumerate(steps):
        step = definition.transition(past.transition)
        if step is None:
            return place, Divergence(_("Langkah “%s” tidak ada lagi.") % past.label)
        if here not in step.from_states:
            state = definition.state(here).label
            return place, Divergence(
                _("Langkah “%(step)s” tidak lagi keluar dari tahap “%(state)s”.") % {"step": past.label, "state": state}
            )
        if step.to != past.to_state:
            state = definition.state(step.to).label
            return place + 1, Divergence(
                _("Langkah “%(step)s” sekarang menuju tahap “%(state)s”.") % {"step": past.label, "state": state}
            )
        here = step.to
    if not definition.state(here).is_end:
        return len(steps), Divergence(_("Tahap “%s” bukan akhir lagi.") % definition.state(here).label)
    return len(steps), None


def _was_late(definition: Definition, case: Past, steps: int, calendar: Calendar) -> bool:
    """Whether one of the first `steps` was taken after the limit of the state that it left."""
    here, since = definition.start, case.filed_at
    for past in case.steps[:steps]:
        state = definition.state(here)
        waits = state.days is None or state.waits_for_applicant
        if not waits and past.at > calendar.due_at(since, state.days or 0):
            return True
        here, since = past.to_state, past.at
        if not any(known.key == here for known in definition.states):
            return False
    return False
