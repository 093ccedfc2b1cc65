"""What a changed workflow would have done with cases that have already run: a rehearsal on the past, without writing.

A past case is replayed step by step, as people took them. Where the changed definition has no such step, or it leads
elsewhere, the case would have run otherwise, and its replay stops there: nobody knows what people would have done.
"""

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
class Group:
    """Cases that would have run otherwise for the same reason."""

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


def simulate(definition: Definition, cases: Iterable[Past], calendar: Calendar) -> Result:
    """Replay past cases through a definition that is not published yet."""
    found: dict[str, list[str]] = {}
    replayed = same = late_before = late_after = 0
    for case in cases:
        replayed += 1
        way, reason = replay(definition, case.steps)
        late_before += _was_late(case.definition, case, len(case.steps), calendar)
        late_after += _was_late(definition, case, way, calendar)
        if reason:
            found.setdefault(reason, []).append(case.number)
        else:
            same += 1
    groups = [Group(text, len(numbers), tuple(numbers[:EXAMPLES])) for text, numbers in found.items()]
    groups.sort(key=lambda group: -group.count)
    return Result(replayed, same, tuple(groups), late_before, late_after)


def replay(definition: Definition, steps: Sequence[PastStep]) -> tuple[int, str]:
    """How many steps could have been taken alike, and why not all of them; empty when all could."""
    here = definition.start
    for place, past in enumerate(steps):
        step = definition.transition(past.transition)
        if step is None:
            return place, _("Langkah “%s” tidak ada lagi.") % past.label
        if here not in step.from_states:
            words = {"step": past.label, "state": definition.state(here).label}
            return place, _("Langkah “%(step)s” tidak lagi keluar dari tahap “%(state)s”.") % words
        if step.to != past.to_state:
            words = {"step": past.label, "state": definition.state(step.to).label}
            return place + 1, _("Langkah “%(step)s” sekarang menuju tahap “%(state)s”.") % words
        here = step.to
    if not definition.state(here).is_end:
        return len(steps), _("Tahap “%s” bukan akhir lagi.") % definition.state(here).label
    return len(steps), ""


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
