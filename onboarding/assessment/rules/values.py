"""From what somebody filled in to a score: one function per kind of question, all pure.

Source: `assessment.json`, the kinds of the readiness instrument ("skor 0-4, lihat tipe") and the levels 1 to 5 of
Pemdi 2026 and SPBE 2020.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from onboarding.assessment.schema import Instrument, NumberQuestion, Question, RatioQuestion

Value = Mapping[str, Any]
"""`{"choice": 3}`, `{"choice": "ya"}`, `{"items": [0, 2]}`, `{"number": "12.5"}`,
`{"numerator": "8", "denominator": "10"}`."""


def figure(question: RatioQuestion | NumberQuestion, value: Value) -> Decimal | None:
    """The number that the thresholds are compared with: percent for a ratio; None when there is nothing to divide."""
    if question.type == "number":
        return Decimal(value["number"]) if value.get("number") not in (None, "") else None
    if not value.get("denominator") or value.get("numerator") in (None, ""):
        return None
    below = Decimal(value["denominator"])
    return 100 * Decimal(value["numerator"]) / below if below > 0 else None


def score_of(instrument: Instrument, question: Question, value: Value) -> Decimal | None:
    """The score of one answer before verification, or None when it says nothing.

    A ratio or number takes the first threshold that it reaches, else `below`; a checklist 4 × ticked / items.
    """
    if question.type in ("ratio", "number"):
        return _graded(question, value)  # type: ignore[arg-type]
    if question.type == "multi":
        if "items" not in value:
            return None
        ticked = {int(item) for item in value["items"] if 0 <= int(item) < len(question.items)}
        return Decimal(instrument.scoring.highest) * len(ticked) / len(question.items)
    if question.type == "bool":
        return {"ya": Decimal(question.scores.ya), "tidak": Decimal(question.scores.tidak)}.get(value.get("choice", ""))
    known = {option.score for option in instrument.options(question)}
    chosen = value.get("choice")
    return Decimal(chosen) if chosen in known else None


def shortage(question: RatioQuestion, value: Value) -> int:
    """How many are missing: the denominator less the numerator, never below zero."""
    if figure(question, value) is None:
        return 0
    return max(0, int(Decimal(value["denominator"]) - Decimal(value["numerator"])))


def _graded(question: RatioQuestion | NumberQuestion, value: Value) -> Decimal | None:
    number = figure(question, value)
    if number is None:
        return None
    for step in question.thresholds:
        if (step.min is not None and number >= step.min) or (step.max is not None and number <= step.max):
            return Decimal(step.score)
    return Decimal(question.below)
