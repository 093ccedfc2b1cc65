"""The index of community satisfaction (PermenPANRB 14/2017) as pure arithmetic over a questionnaire.

The elements weigh alike (one ninth each for the nine of the regulation); the index is their weighted mean times 25.
Elements, factor, limits of the grades and the smallest group that is shown are settings of the questionnaire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

CENT = Decimal("0.01")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Element(_Part):
    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")
    name: str = Field(min_length=1, max_length=80)
    question: str = Field(min_length=1, max_length=200)
    answers: tuple[str, str, str, str]
    """From 1, the worst, to 4."""


class Grade(_Part):
    letter: str = Field(pattern=r"^[A-Z]$")
    name: str = Field(min_length=1, max_length=40)
    lowest: Decimal = Field(alias="from")


class Questions(_Part):
    """What is asked, and how it is counted."""

    law: str = Field(max_length=120)
    factor: int = Field(ge=1, le=100)
    smallest_group: int = Field(ge=1, le=100)
    """Results of fewer answers than this are not shown: they would tell who said what."""
    grades: list[Grade] = Field(min_length=1)
    elements: list[Element] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        keys = [element.key for element in self.elements]
        if len(set(keys)) != len(keys):
            raise ValueError("an element stands twice")
        limits = [grade.lowest for grade in self.grades]
        if limits != sorted(set(limits), reverse=True):
            raise ValueError("grades are listed from the best to the worst")
        return self


@dataclass(frozen=True)
class Outcome:
    """What a number of answers come to."""

    questions: Questions
    count: int
    sums: tuple[int, ...]
    """Points by element, in the order of the questionnaire."""

    @property
    def is_shown(self) -> bool:
        """Whether enough people answered that nobody can be recognised."""
        return self.count >= self.questions.smallest_group

    @cached_property
    def means(self) -> tuple[Decimal, ...]:
        """Mean of each element, two places."""
        return tuple(_rounded(Decimal(total) / self.count) for total in self.sums) if self.count else ()

    @cached_property
    def index(self) -> Decimal | None:
        """25 to 100; None without answers. Rounded once, from the sums."""
        if not self.count:
            return None
        return _rounded(Decimal(sum(self.sums)) * self.questions.factor / (self.count * len(self.sums)))

    @property
    def grade(self) -> Grade | None:
        """The best grade whose limit the index reaches."""
        if self.index is None:
            return None
        return next((grade for grade in self.questions.grades if self.index >= grade.lowest), None)

    def weakest(self, count: int = 3) -> list[Element]:
        """The elements with the lowest means: where something is to be done."""
        order = sorted(range(len(self.sums)), key=lambda place: (self.sums[place], place))
        return [self.questions.elements[place] for place in order[:count]]

    def as_json(self) -> dict[str, Any]:
        """As a report keeps it: counts and sums, so that means and index are rounded once, when they are shown."""
        return {"count": self.count, "sums": list(self.sums)}


def outcome(questions: Questions, count: int, sums: Sequence[int]) -> Outcome:
    """The outcome of `count` answers with these points by element."""
    return Outcome(questions, count, tuple(sums) or (0,) * len(questions.elements))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
