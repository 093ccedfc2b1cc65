"""What two regencies give each other; pure. Both sides learn: each gives where it is clearly stronger.

Source: `assessment.json`, `mutual_exchange`: every item is *diberikan*, *diterima* or *dikembangkan bersama*.
How large a difference counts, and what both find hard, are design: 10 points of 100, and both below 60.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from onboarding.assessment.rules.scoring import Outcome

CLEAR = Decimal(10)
HARD = Decimal(60)
Direction = Literal["diberikan", "diterima", "dikembangkan bersama"]


@dataclass(frozen=True, slots=True)
class Learning:
    """A section in which one helps the other, or both start from low."""

    section: str
    direction: Direction
    ours: Decimal
    theirs: Decimal


def learnings(ours: Outcome, theirs: Outcome) -> list[Learning]:
    """Section by section of the same instrument: who is stronger. Sections that one has not answered say nothing."""
    found = []
    for result in ours.sections:
        other = theirs.by_section.get(result.section.code)
        if result.score is None or other is None or other.score is None:
            continue
        direction = direction_of(result.score, other.score)
        if direction:
            found.append(Learning(result.section.code, direction, result.score, other.score))
    return found


def direction_of(ours: Decimal, theirs: Decimal) -> Direction | None:
    """Which way a strength goes, from scores of 0 to 100."""
    if theirs - ours >= CLEAR:
        return "diterima"
    if ours - theirs >= CLEAR:
        return "diberikan"
    return "dikembangkan bersama" if max(ours, theirs) < HARD else None


def module_directions(taken: Iterable[str], runs: Iterable[str], theirs: Iterable[str]) -> dict[str, Direction]:
    """By module: given when we run what the other lacks, received when the other runs what we take over.

    `taken`: modules that we decided to take over; `runs`: what we run already; `theirs`: what the other runs.
    A module that we take over and nobody runs is built together; one that both run needs no exchange.
    """
    own, other = set(runs), set(theirs)
    found: dict[str, Direction] = {
        code: "diterima" if code in other else "dikembangkan bersama" for code in taken if code not in own
    }
    return found | dict.fromkeys(sorted(own - other), "diberikan")
