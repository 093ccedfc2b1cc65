"""The arithmetic of the instruments: bounds, monotonicity, missing answers, exactly the formulas of the sources."""

import json
import math
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onboarding.assessment.catalogue import DATA, modules
from onboarding.assessment.rules import decisions, exchange, needs, scoring
from onboarding.assessment.rules.scoring import Given, outcome
from onboarding.assessment.rules.values import score_of
from onboarding.assessment.schema import Instrument, InstrumentFault, Question, read

UNITS = {"kabupaten": 1, "opd": 3, "kecamatan": 2, "desa": 4}


@cache
def instrument(name: str) -> Instrument:
    return read(raw(name))


def raw(name: str) -> dict[str, Any]:
    return json.loads((DATA / f"{name}.json").read_text())


READINESS, PEMDI, SPBE = instrument("readiness"), instrument("pemdi"), instrument("spbe")


def value_for(question: Question, score: int) -> dict[str, Any]:
    """An answer that scores as asked, or the nearest that the question knows."""
    if question.type in ("scale", "level"):
        return {"choice": score}
    if question.type == "bool":
        return {"choice": "ya" if score >= 2 else "tidak"}
    if question.type == "multi":
        return {"items": list(range(round(len(question.items) * score / 4)))}
    step = next((step for step in question.thresholds if step.score == score), None)
    if step is None:
        worst = {"numerator": "0", "denominator": "10"} if question.type == "ratio" else {"number": "0"}
        is_high = question.thresholds[0].max is not None
        return {"number": "99999"} if question.type == "number" and is_high else worst
    bound = step.min if step.min is not None else step.max
    if question.type == "number":
        return {"number": str(bound)}
    return {"numerator": str(bound), "denominator": "100"}


def everything(found: Instrument, score: int, verified: bool = True) -> list[Given]:
    return [
        Given(question.id, unit, value_for(question, score), verified)
        for question in found.questions.values()
        for unit in range(UNITS[question.scope])
    ]


@st.composite
def answered(draw: st.DrawFn, found: Instrument = READINESS) -> list[Given]:
    """Any part of the answers, any scores, verified or not."""
    lowest, highest = found.scoring.lowest, found.scoring.highest
    return [
        Given(question.id, unit, value_for(question, draw(st.integers(lowest, highest))), draw(st.booleans()))
        for question in found.questions.values()
        for unit in range(UNITS[question.scope])
        if draw(st.booleans())
    ]


def test_the_shipped_instruments_are_those_of_the_sources() -> None:
    assert (len(READINESS.questions), len(READINESS.sections)) == (68, 9)
    assert [str(s.weight) for s in READINESS.sections] == ["12", "8", "10", "12", "14", "16", "10", "10", "8"]
    assert sum(question.critical for question in READINESS.questions.values()) == 15
    assert (len(PEMDI.questions), [int(s.weight) for s in PEMDI.sections]) == (20, [10, 10, 15, 15, 10, 15, 25])
    assert (len(SPBE.questions), len(SPBE.sections)) == (47, 8)
    assert [SPBE.questions[n].text for n in ("32", "33")] == ["Layanan Perencanaan", "Layanan Penganggaran"]
    assert len(modules()) == 145


@pytest.mark.parametrize(
    ("value", "score"),
    [
        ({"numerator": "9", "denominator": "10"}, 4),
        ({"numerator": "89", "denominator": "100"}, 3),
        ({"numerator": "1", "denominator": "10"}, 1),
        ({"numerator": "0", "denominator": "10"}, 0),
        ({"numerator": "0", "denominator": "0"}, None),
        ({}, None),
    ],
)
def test_a_ratio_takes_the_first_threshold_that_it_reaches(value: dict[str, str], score: int | None) -> None:
    assert score_of(READINESS, READINESS.questions["B01"], value) == score


@pytest.mark.parametrize(("hours", "score"), [("0.5", 4), ("0.6", 3), ("10", 1), ("10.1", 0)])
def test_a_number_may_count_downwards(hours: str, score: int) -> None:
    assert score_of(READINESS, READINESS.questions["E07"], {"number": hours}) == score


def test_a_checklist_counts_its_share() -> None:
    assert score_of(READINESS, READINESS.questions["C05"], {"items": [0, 1, 2, 3, 4]}) == 2
    assert score_of(READINESS, READINESS.questions["C05"], {"items": []}) == 0


def test_an_unverified_answer_counts_at_most_two() -> None:
    found = outcome(READINESS, everything(READINESS, 4, verified=False), UNITS)
    assert {result.score for result in found.questions.values()} == {2}
    assert (found.total, found.claimed) == (50, 100)
    assert found.band and found.band.name == "Perlu pendampingan"


def test_all_full_is_ready() -> None:
    found = outcome(READINESS, everything(READINESS, 4), UNITS)
    assert (found.total, found.is_complete, found.failing) == (100, True, ())
    assert found.band and found.band.name == "Siap"


def test_one_critical_below_two_caps_the_band() -> None:
    answers = [g for g in everything(READINESS, 4) if g.question != "H01"]
    found = outcome(READINESS, [*answers, Given("H01", 0, {"choice": "tidak"}, True)], UNITS)
    assert found.total and found.total > 80
    assert (found.uncapped and found.uncapped.name, found.band and found.band.name) == ("Siap", "Siap bersyarat")
    assert found.failing == ("H01",)


def test_two_critical_at_zero_cap_it_further() -> None:
    answers = [g for g in everything(READINESS, 4) if g.question not in ("H01", "H03")]
    zeros = [Given(name, 0, {"choice": "tidak"}, True) for name in ("H01", "H03")]
    assert outcome(READINESS, [*answers, *zeros], UNITS).band.name == "Perlu pendampingan"  # type: ignore[union-attr]


def test_a_critical_question_that_nobody_answered_has_not_passed() -> None:
    answers = [g for g in everything(READINESS, 4) if g.question != "A01"]
    found = outcome(READINESS, answers, UNITS)
    assert (found.failing, found.band and found.band.name) == (("A01",), "Siap bersyarat")
    assert found.is_complete, "one of 46 questions to the regency is less than ten percent"


def test_several_units_are_averaged_and_the_missing_are_not_zero() -> None:
    values = [Given("E05", unit, {"choice": score}, True) for unit, score in enumerate([0, 4, 4])]
    result = outcome(READINESS, values, UNITS).questions["E05"]
    assert result.score == Decimal(8) / 3
    assert (result.quartile, result.missing) == (2, 1)


@pytest.mark.parametrize(("villages", "complete"), [(4, True), (3, False)])
def test_below_eighty_percent_of_the_units_is_incomplete(villages: int, complete: bool) -> None:
    answers = [g for g in everything(READINESS, 3) if g.question != "E05" or g.unit < villages]
    assert outcome(READINESS, answers, UNITS).is_complete is complete


def test_no_office_named_is_incomplete() -> None:
    assert not outcome(READINESS, everything(READINESS, 4), {**UNITS, "opd": 0, "desa": 9}).is_complete


@pytest.mark.parametrize(
    ("found", "level", "total", "band"),
    [
        (PEMDI, 1, "1.00", "Kurang"),
        (PEMDI, 2, "2.00", "Cukup"),
        (PEMDI, 3, "3.00", "Baik"),
        (PEMDI, 4, "4.00", "Memuaskan"),
        (SPBE, 1, "1.00", "Kurang"),
        (SPBE, 2, "2.00", "Cukup"),
        (SPBE, 3, "3.00", "Baik"),
        (SPBE, 4, "4.00", "Sangat Baik"),
        (SPBE, 5, "5.00", "Memuaskan"),
    ],
)
def test_predicates(found: Instrument, level: int, total: str, band: str) -> None:
    result = outcome(found, everything(found, level, verified=False), UNITS)
    assert (str(result.total), result.band and result.band.name, result.is_complete) == (total, band, True)


def test_pemdi_weighs_aspects_as_the_regulation_does() -> None:
    """User satisfaction alone weighs a quarter."""
    answers = [Given(g.question, 0, {"choice": 5 if g.question in ("19", "20") else 1}) for g in everything(PEMDI, 1)]
    found = outcome(PEMDI, answers, UNITS)
    assert found.by_section["7"].score == 5
    assert found.total == Decimal("2.00")


@given(answered())
@settings(max_examples=40, deadline=None)
def test_scores_stay_in_their_bounds(answers: list[Given]) -> None:
    found = outcome(READINESS, answers, UNITS)
    scores = [found.total, *[part.score for part in found.sections]]
    assert all(0 <= score <= 100 for score in scores if score is not None)
    assert (found.total is None) == (not answers)
    assert found.claimed is None or found.total is None or found.claimed >= found.total
    if found.band and found.uncapped:
        assert found.band.min <= found.uncapped.min, "a gate never lifts"


@given(answered(), st.data())
@settings(max_examples=40, deadline=None)
def test_a_better_answer_never_lowers_the_result(answers: list[Given], data: st.DataObject) -> None:
    if not answers:
        return
    place = data.draw(st.integers(0, len(answers) - 1))
    before = answers[place]
    better = Given(before.question, before.unit, value_for(READINESS.questions[before.question], 4), True)
    first = outcome(READINESS, answers, UNITS)
    second = outcome(READINESS, [*answers[:place], better, *answers[place + 1 :]], UNITS)
    assert first.total is not None
    assert second.total is not None
    assert second.total >= first.total
    assert second.band.min >= first.band.min  # type: ignore[union-attr]
    assert set(second.failing) <= set(first.failing)


@pytest.mark.parametrize("instrument", [PEMDI, SPBE])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_an_index_is_the_weighted_sum_rounded_once(instrument: Instrument, data: st.DataObject) -> None:
    answers = data.draw(answered(instrument))
    found = outcome(instrument, answers, UNITS)
    summed = sum(Fraction(instrument.questions[g.question].weight) * g.value["choice"] for g in answers)
    assert found.total is None or Fraction(found.total) == half_up(summed / 100)
    assert found.total is None or 0 < found.total <= 5


@given(answered())
@settings(max_examples=40, deadline=None)
def test_a_total_is_the_weighted_sum_of_unrounded_sections(answers: list[Given]) -> None:
    """Counted again with whole fractions, from the formulas of `assessment.json` alone."""
    found = outcome(READINESS, answers, UNITS)
    total = Fraction(0)
    for section in READINESS.sections:
        scored = []
        for question in section.questions:
            given_ = [g for g in answers if g.question == question.id]
            scores = [Fraction(score_of(READINESS, question, g.value) or 0) for g in given_]
            capped = [score if g.verified else min(score, 2) for score, g in zip(scores, given_, strict=True)]
            if capped:
                scored.append((Fraction(sum(capped)) / len(capped), Fraction(question.weight)))
        if scored:
            full = sum(4 * weight for _mean, weight in scored)
            points = 100 * sum(mean * weight for mean, weight in scored) / full
            assert Fraction(found.by_section[section.code].score or 0) == half_up(points)
            total += points * Fraction(section.weight) / 100
    assert found.total is None or Fraction(found.total) == half_up(total)


def half_up(number: Fraction) -> Fraction:
    return Fraction(math.floor(number * 100 + Fraction(1, 2)), 100)


def test_a_predicate_is_not_lost_to_rounding_parts() -> None:
    """Thirds in one aspect: rounded one by one they gave 3.49, one hundredth under "Sangat Baik"."""
    lowered = [
        "1",
        "3",
        "6",
        "7",
        "8",
        "12",
        "13",
        "14",
        "18",
        "20",
        "24",
        "28",
        "30",
        "31",
        "32",
        "33",
        "35",
        "36",
        "38",
        "40",
        "42",
        "44",
        "47",
    ]
    levels = dict.fromkeys(SPBE.questions, 4) | dict.fromkeys(lowered, 3)
    found = outcome(SPBE, [Given(name, 0, {"choice": level}) for name, level in levels.items()], UNITS)
    summed = sum(Fraction(SPBE.questions[name].weight) * level for name, level in levels.items()) / 100
    assert Fraction(found.total or 0) == half_up(summed) == Fraction(7, 2)
    assert found.band and found.band.name == "Sangat Baik"


# -- Decisions


def line(code: str, answers: list[Given], difference: decisions.Difference = "") -> decisions.Suggestion:
    module = modules()[code]
    found = outcome(READINESS, answers, UNITS)
    return decisions.suggest(module, decisions.rule_of(READINESS, module), found, difference)


def test_a_national_application_replaces_the_module() -> None:
    assert line("e-surat", everything(READINESS, 4)).decision == "nasional"


def test_met_and_no_difference_is_adopted_as_it_is() -> None:
    assert line("e-sakip", everything(READINESS, 4), "none").decision == "adopsi"
    assert line("e-sakip", everything(READINESS, 4), "some").decision == "adaptasi"
    assert line("e-sakip", everything(READINESS, 4)).decision == "adaptasi", "nobody has looked for differences"


def test_a_required_answer_below_two_postpones_and_is_named() -> None:
    answers = [g for g in everything(READINESS, 4) if g.question != "G03"]
    found = line("e-sakip", [*answers, Given("G03", 0, {"choice": 1}, True)], "none")
    assert found.decision == "tunda"
    assert [(reason.kind, reason.code, reason.score) for reason in found.reasons] == [("question", "G03", 1)]


def test_a_section_under_its_minimum_postpones_and_is_named() -> None:
    answers = [g for g in everything(READINESS, 4) if not g.question.startswith("D")]
    low = [Given(q, u, value_for(READINESS.questions[q], 2 if q == "D07" else 0), True)
           for q in READINESS.questions if q.startswith("D") for u in range(3)]  # fmt: skip
    kinds = {(reason.kind, reason.code) for reason in line("e-slamet", [*answers, *low], "none").reasons}
    assert kinds == {("section", "D")}


def test_without_answers_the_usual_decision_stands_for_now() -> None:
    found = line("e-slamet", [])
    assert (found.decision, found.is_provisional) == ("tunda", True)
    assert {reason.kind for reason in found.reasons} == {"unanswered"}
    assert line("simpelbang", []).decision == "adopsi"


@given(answered())
@settings(max_examples=15, deadline=None)
def test_every_module_has_a_decision_and_a_cause(answers: list[Given]) -> None:
    found = outcome(READINESS, answers, UNITS)
    for module in modules().values():
        suggestion = decisions.suggest(module, decisions.rule_of(READINESS, module), found, "none")
        assert suggestion.decision in ("adopsi", "adaptasi", "tunda", "nasional")
        assert suggestion.reasons


# -- People, purchases, exchange


def test_the_estimate_is_exact_and_counts_nobody_twice() -> None:
    rules = [decisions.rule_of(READINESS, modules()[code]) for code in ("e-santunan-kematian", "simpelbang")]
    short = [
        Given("D01", 1, {"numerator": "3", "denominator": "10"}),
        Given("D01", 2, {"numerator": "5", "denominator": "5"}),
    ]
    basis, first, second = needs.plan(READINESS, [(1, rules), (2, rules)], short, UNITS)
    assert [(each.price.code, each.count) for each in basis.lines] == [("computer", 7)]
    assert basis.cost == 7 * Decimal(9_000_000)
    people = {each.text: each.count for each in first.people}
    operators = {each.per: each.count for each in first.people if each.text == "Operator"}
    assert operators == {"desa": 4, "opd": 3}, "a village's operator is nobody's in an office"
    assert people["PPTK"] == 6
    assert (second.people, second.lines) == ((), ()), "trained and bought in the first wave"
    assert isinstance(first.cost, Decimal)


@given(st.integers(0, 50), st.integers(0, 50))
def test_a_shortage_is_never_negative(part: int, whole: int) -> None:
    phase = needs.plan(READINESS, [], [Given("D03", 0, {"numerator": str(part), "denominator": str(whole)})], UNITS)[0]
    assert sum(each.count for each in phase.lines) == max(0, whole - part)


def test_both_sides_learn() -> None:
    strong, weak = everything(READINESS, 4), everything(READINESS, 1)
    ours = outcome(
        READINESS, [g for g in weak if g.question[0] != "E"] + [g for g in strong if g.question[0] == "E"], UNITS
    )
    theirs = outcome(
        READINESS, [g for g in strong if g.question[0] not in "EI"] + [g for g in weak if g.question[0] in "EI"], UNITS
    )
    found = {each.section: each.direction for each in exchange.learnings(ours, theirs)}
    assert (found["E"], found["A"], found["I"]) == ("diberikan", "diterima", "dikembangkan bersama")
    mirrored = {each.section: each.direction for each in exchange.learnings(theirs, ours)}
    assert (mirrored["E"], mirrored["A"], mirrored["I"]) == ("diterima", "diberikan", "dikembangkan bersama")


def test_modules_go_to_who_lacks_them() -> None:
    found = exchange.module_directions(
        ["e-sakip", "jdih", "e-presensi", "ppid"], ["e-presensi", "ppid"], ["e-sakip", "ppid"]
    )
    assert found == {"e-sakip": "diterima", "jdih": "dikembangkan bersama", "e-presensi": "diberikan"}


# -- What an instrument must be


def broken(change: Any) -> list[str]:
    content = raw("readiness")
    change(content)
    with pytest.raises(InstrumentFault) as caught:
        read(content)
    return caught.value.faults


def test_faults_name_the_question() -> None:
    assert "E01" in broken(lambda c: c["sections"][4]["questions"][0].pop("unit"))[0]
    assert "tidak dikenal" in broken(lambda c: c["sections"][0]["questions"][1].update(type="tebakan"))[0]
    assert "berjumlah 99" in broken(lambda c: c["sections"][0].update(weight="11"))[0]
    assert "A01 ada dua kali" in broken(lambda c: c["sections"][1]["questions"][0].update(id="A01"))[0]
    assert "Z99" in broken(lambda c: c["module_rules"][0]["require"].append("Z99"))[0]
    assert "di luar 0-4" in broken(lambda c: c["sections"][0]["questions"][0]["options"][4].update(score=5))[0]
    order = broken(lambda c: c["sections"][4]["questions"][0]["thresholds"].reverse())
    assert "skor tertinggi" in order[0]
    assert "E01" in order[0]


@pytest.mark.parametrize("content", [None, [], 7, "x", {}, {"sections": [[]]}, {"sections": {"0": 1}}])
def test_anything_else_is_refused_with_a_sentence(content: Any) -> None:
    with pytest.raises(InstrumentFault) as caught:
        read(content)
    assert all(caught.value.faults)


def test_the_lower_quartile_is_inclusive() -> None:
    assert scoring.lower_quartile([Decimal(n) for n in (0, 1, 2, 3, 4)]) == 1
    assert scoring.lower_quartile([Decimal(3)]) == 3
    assert scoring.lower_quartile([]) is None
