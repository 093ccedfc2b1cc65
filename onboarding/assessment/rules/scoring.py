"""The result of an instrument from its answers, exactly as the instrument says; pure.

Sources: chapter 5 of the domain report and `assessment.json`.
- Readiness (method `percent`): question = mean of the units that answered; section = 100 · Σ(score·weight) /
  Σ(4·weight) over the answered questions; total = Σ(section·weight) / 100. An unverified answer counts at most 2.
  Gates cap the band.
- Pemdi 2026, PermenPANRB 8/2026 (method `index`): aspect = Σ(weight·level) / aspect weight; total = Σ(aspect
  weight/100 · aspect). SPBE 2020, PermenPANRB 59/2020, is the same sum written over all indicators.
What nobody has answered adds nothing to a total: until the answers are complete it is a floor, and marked so.
Totals are summed from unrounded sections and rounded once, at the end: a predicate begins at an exact bound.
"""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import overload

from onboarding.assessment.rules.values import Value, score_of
from onboarding.assessment.schema import Band, Instrument, Question, Section

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: of which unit, and whether an operator has verified its evidence."""

    question: str
    unit: int
    value: Value
    verified: bool = False


@dataclass(frozen=True, slots=True)
class QuestionResult:
    question: Question
    score: Decimal | None
    """Mean of the units that answered, each capped while unverified; None without an answer."""
    claimed: Decimal | None
    """The same without the cap: what it will be once everything is verified."""
    quartile: Decimal | None
    """The lower quartile of the units."""
    answered: int
    verified: int
    units: int

    @property
    def missing(self) -> int:
        """How many units have not answered."""
        return self.units - self.answered

    @property
    def share(self) -> Decimal:
        """Percent of units that answered."""
        return HUNDRED * self.answered / self.units if self.units else Decimal(0)


@dataclass(frozen=True, slots=True)
class SectionResult:
    section: Section
    exact: Decimal | None
    """Unrounded, for the total."""
    exact_claimed: Decimal | None
    answered: int
    asked: int

    @property
    def score(self) -> Decimal | None:
        """As it is shown, and compared with the bounds of modules."""
        return _rounded(self.exact)

    @property
    def claimed(self) -> Decimal | None:
        return _rounded(self.exact_claimed)


@dataclass(frozen=True)
class Outcome:
    """Everything that is known about one instrument of one regency."""

    instrument: Instrument
    questions: dict[str, QuestionResult]
    sections: tuple[SectionResult, ...]
    total: Decimal | None
    claimed: Decimal | None
    band: Band | None
    uncapped: Band | None
    """The band by the total alone; differs from `band` when a gate holds it down."""
    failing: tuple[str, ...]
    """Critical questions that hold the band down, or that nobody answered."""
    is_complete: bool

    @cached_property
    def by_section(self) -> dict[str, SectionResult]:
        return {result.section.code: result for result in self.sections}

    @property
    def answered(self) -> int:
        return sum(result.answered for result in self.questions.values())

    @property
    def expected(self) -> int:
        """Answers that would make it whole: each question times its units."""
        return sum(result.units for result in self.questions.values())

    @property
    def verified(self) -> int:
        return sum(result.verified for result in self.questions.values())


def outcome(instrument: Instrument, given: Iterable[Given], units: Mapping[str, int]) -> Outcome:
    """Score an instrument. `units`: how many of each scope there are; with no office named it stays incomplete."""
    by_question: dict[str, list[Given]] = {}
    for answer in given:
        by_question.setdefault(answer.question, []).append(answer)
    questions = {
        name: question_result(instrument, question, by_question.get(name, []), units.get(question.scope, 0))
        for name, question in instrument.questions.items()
    }
    sections = tuple(_section_result(instrument, section, questions) for section in instrument.sections)
    total = _total((result.exact, result.section.weight) for result in sections)
    failing = _failing(instrument, questions)
    uncapped = band_of(instrument, total)
    return Outcome(
        instrument=instrument,
        questions=questions,
        sections=sections,
        total=total,
        claimed=_total((result.exact_claimed, result.section.weight) for result in sections),
        band=_capped(instrument, uncapped, questions),
        uncapped=uncapped,
        failing=failing,
        is_complete=_is_complete(instrument, questions),
    )


def question_result(instrument: Instrument, question: Question, given: list[Given], units: int) -> QuestionResult:
    """One question over its units: mean, lower quartile, who is missing."""
    cap = instrument.scoring.unverified_cap
    scores, claims, verified = [], [], 0
    for answer in given:
        claim = score_of(instrument, question, answer.value)
        if claim is None:
            continue
        claims.append(claim)
        scores.append(claim if cap is None or answer.verified else min(claim, Decimal(cap)))
        verified += answer.verified
    return QuestionResult(
        question=question,
        score=_mean(scores),
        claimed=_mean(claims),
        quartile=lower_quartile(scores),
        answered=len(scores),
        verified=verified,
        units=max(units, len(scores)),
    )


def lower_quartile(scores: list[Decimal]) -> Decimal | None:
    """A quarter of the units score no better than this (inclusive method)."""
    if len(scores) < 2:
        return scores[0] if scores else None
    return _rounded(statistics.quantiles(scores, n=4, method="inclusive")[0])


def band_of(instrument: Instrument, total: Decimal | None) -> Band | None:
    """The band or predicate of a total as it is shown, that is rounded to two decimals."""
    if total is None:
        return None
    return next((band for band in instrument.scoring.bands if total >= band.min), instrument.scoring.bands[-1])


def _section_result(instrument: Instrument, section: Section, questions: Mapping[str, QuestionResult]) -> SectionResult:
    asked = [questions[question.id] for question in section.questions if questions[question.id].units]
    return SectionResult(
        section=section,
        exact=_section_score(instrument, section, [(found.score, found.question.weight) for found in asked]),
        exact_claimed=_section_score(instrument, section, [(found.claimed, found.question.weight) for found in asked]),
        answered=sum(found.answered for found in asked),
        asked=sum(found.units for found in asked),
    )


def _section_score(
    instrument: Instrument, section: Section, scored: list[tuple[Decimal | None, Decimal]]
) -> Decimal | None:
    known = [(score, weight) for score, weight in scored if score is not None]
    if not known:
        return None
    summed = sum((score * weight for score, weight in known), Decimal(0))
    if instrument.scoring.method == "index":
        return summed / section.weight
    full = instrument.scoring.highest * sum((weight for _score, weight in known), Decimal(0))
    return HUNDRED * summed / full


def _total(scored: Iterable[tuple[Decimal | None, Decimal]]) -> Decimal | None:
    known = [score * weight for score, weight in scored if score is not None]
    return _rounded(sum(known, Decimal(0)) / HUNDRED) if known else None


def _critical(questions: Mapping[str, QuestionResult]) -> list[QuestionResult]:
    return [found for found in questions.values() if found.question.critical]


def _failing(instrument: Instrument, questions: Mapping[str, QuestionResult]) -> tuple[str, ...]:
    """Critical questions below the strictest gate; one that nobody answered has not passed either."""
    bound = max((gate.below for gate in instrument.scoring.gates if gate.below is not None), default=None)
    if bound is None:
        return ()
    return tuple(found.question.id for found in _critical(questions) if found.score is None or found.score < bound)


def _capped(instrument: Instrument, band: Band | None, questions: Mapping[str, QuestionResult]) -> Band | None:
    if band is None:
        return None
    order = list(instrument.scoring.bands)
    place = order.index(band)
    for gate in instrument.scoring.gates:
        held = [found for found in _critical(questions) if _holds(gate.below, gate.at_most, found.score)]
        if len(held) >= gate.count:
            place = max(place, next(i for i, each in enumerate(order) if each.name == gate.cap))
    return order[place]


def _holds(below: Decimal | None, at_most: Decimal | None, score: Decimal | None) -> bool:
    """Whether a score falls under a gate. No answer is not known to be 2 or more, nor known to be 0."""
    if below is not None:
        return score is None or score < below
    return score is not None and at_most is not None and score <= at_most


def _is_complete(instrument: Instrument, questions: Mapping[str, QuestionResult]) -> bool:
    """At least 90 % of the questions to the regency, and 80 % of the units for each question to units."""
    single = [found for found in questions.values() if found.question.scope == "kabupaten"]
    answered = sum(1 for found in single if found.answered)
    if single and HUNDRED * answered / len(single) < instrument.scoring.complete_questions:
        return False
    bound = instrument.scoring.complete_units
    return all(found.share >= bound for found in questions.values() if found.question.scope != "kabupaten")


def _mean(scores: list[Decimal]) -> Decimal | None:
    return sum(scores, Decimal(0)) / len(scores) if scores else None


@overload
def _rounded(number: Decimal) -> Decimal: ...
@overload
def _rounded(number: None) -> None: ...
def _rounded(number: Decimal | None) -> Decimal | None:
    """To two decimals, halves up. What a division left behind the fifteenth decimal does not turn a half down."""
    if number is None:
        return None
    return number.quantize(Decimal("1e-15")).quantize(Decimal("0.01"), ROUND_HALF_UP)
