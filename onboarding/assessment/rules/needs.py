"""Who must be trained and what must be bought for the modules that are taken over, and what it costs; pure.

Counts come from two places: what a module needs (`module_rules`: people and hardware, per office or village) and
what the ratio questions are short of (`shortages`). Unit prices are data of the edition. Money is Decimal rupiah.
The phases are those of Demak's path with Batang (chapter 0): the basis, then wave by wave.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from onboarding.assessment.rules.scoring import Given
from onboarding.assessment.rules.values import shortage
from onboarding.assessment.schema import Instrument, ModuleRule, Need, Price, RatioQuestion, Scope

TRAINING = "module_training"
SHARED = "computer"
"""Bought where the answers say that operators have none; not once more for each module."""
TAKEN = ("adopsi", "adaptasi")
"""Decisions that make a regency run the module."""
Key = tuple[str, Scope | None]
"""A role or a thing, and the kind of unit that has it."""


@dataclass(frozen=True, slots=True)
class People:
    """A role to fill and train, once however many modules it works in; each kind of unit has its own people."""

    text: str
    per: Scope | None
    count: int
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the estimate. `cause` is the question that is short, or the modules that ask for it."""

    text: str
    price: Price
    count: int
    cause: str

    @property
    def amount(self) -> Decimal:
        return self.count * self.price.amount


@dataclass(frozen=True, slots=True)
class Phase:
    """0 is the basis (what the answers are short of), then the waves."""

    number: int
    people: tuple[People, ...]
    lines: tuple[Line, ...]

    @property
    def cost(self) -> Decimal:
        """The sum in rupiah."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def trained(self) -> int:
        return sum(each.count for each in self.people)


def plan(
    instrument: Instrument,
    waves: Sequence[tuple[int, Sequence[ModuleRule]]],
    given: Iterable[Given],
    units: Mapping[str, int],
) -> list[Phase]:
    """People and purchases by phase. Who was trained, and what was bought, in an earlier wave is not counted again."""
    prices = {price.code: price for price in instrument.prices}
    phases = [Phase(0, (), tuple(_shortages(instrument, list(given), prices)))]
    trained_before: Counter[Key] = Counter()
    bought: Counter[Key] = Counter()
    for number, rules in waves:
        people = _untrained(people_of(rules, units), trained_before)
        lines = _hardware(rules, units, prices, bought)
        trained = sum(each.count for each in people)
        if trained and TRAINING in prices:
            lines.append(Line(prices[TRAINING].name, prices[TRAINING], trained, ""))
        phases.append(Phase(number, tuple(people), tuple(lines)))
    return phases


def people_of(rules: Iterable[ModuleRule], units: Mapping[str, int]) -> list[People]:
    """The roles of modules; the same role in several modules is one group of people."""
    found: dict[Key, tuple[int, list[str]]] = {}
    for rule in rules:
        for need in rule.people:
            count, modules = found.get((need.text, need.per), (0, []))
            found[need.text, need.per] = (max(count, _count(need, units)), [*modules, rule.module])
    return [People(text, per, count, tuple(modules)) for (text, per), (count, modules) in found.items() if count]


def _untrained(people: Iterable[People], before: Counter[Key]) -> list[People]:
    """Those who were not among the trained yet. Adds them to `before`."""
    new = []
    for each in people:
        key = (each.text, each.per)
        if each.count > before[key]:
            new.append(replace(each, count=each.count - before[key]))
            before[key] = each.count
    return new


def _shortages(instrument: Instrument, given: list[Given], prices: Mapping[str, Price]) -> list[Line]:
    lines = []
    for rule in instrument.shortages:
        question = cast(RatioQuestion, instrument.questions[rule.question])
        count = sum(shortage(question, answer.value) for answer in given if answer.question == question.id)
        if count:
            lines.append(Line(prices[rule.price].name, prices[rule.price], count, question.id))
    return lines


def _hardware(
    rules: Iterable[ModuleRule], units: Mapping[str, int], prices: Mapping[str, Price], bought: Counter[Key]
) -> list[Line]:
    """Each thing once for the units that need it: modules share the telephones of an office. Adds to `bought`."""
    found: dict[Key, tuple[Need, int, list[str]]] = {}
    for rule in rules:
        for need in rule.hardware:
            if need.price not in prices or need.price == SHARED:
                continue
            first, count, modules = found.get((need.price, need.per), (need, 0, []))
            found[need.price, need.per] = (first, max(count, _count(need, units)), [*modules, rule.module])
    lines = []
    for key, (need, count, modules) in found.items():
        if count > bought[key]:
            lines.append(Line(need.text, prices[need.price], count - bought[key], ", ".join(modules)))
            bought[key] = count
    return lines


def _count(need: Need, units: Mapping[str, int]) -> int:
    return need.count * (units.get(need.per, 0) if need.per else 1)
