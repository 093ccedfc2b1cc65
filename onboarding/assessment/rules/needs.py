"""Who must be trained and what must be bought for the modules that are taken over, and what it costs; pure.

Counts come from two places: what a module needs (`module_rules`: people and hardware, per office or village) and
what the ratio questions are short of (`shortages`). Unit prices are data of the edition. Money is Decimal rupiah.
The phases are those of Demak's path with Batang (chapter 0): the basis, then wave by wave.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from onboarding.assessment.rules.scoring import Given
from onboarding.assessment.rules.values import shortage
from onboarding.assessment.schema import Instrument, ModuleRule, Need, Price, RatioQuestion

TRAINING = "module_training"
SHARED = "computer"
"""Bought where the answers say that operators have none; not once more for each module."""
TAKEN = ("adopsi", "adaptasi")
"""Decisions that make a regency run the module."""


@dataclass(frozen=True, slots=True)
class People:
    """A role to fill and train, once however many modules it works in."""

    text: str
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
    roles: set[str] = set()
    bought: set[tuple[str, str | None]] = set()
    for number, rules in waves:
        people = [each for each in people_of(rules, units) if each.text not in roles]
        roles |= {each.text for each in people}
        lines = _hardware(rules, units, prices, bought)
        trained = sum(each.count for each in people)
        if trained and TRAINING in prices:
            lines.append(Line(prices[TRAINING].name, prices[TRAINING], trained, ""))
        phases.append(Phase(number, tuple(people), tuple(lines)))
    return phases


def people_of(rules: Iterable[ModuleRule], units: Mapping[str, int]) -> list[People]:
    """The roles of modules; the same role in several modules is one group of people."""
    found: dict[str, tuple[int, list[str]]] = {}
    for rule in rules:
        for need in rule.people:
            count, modules = found.get(need.text, (0, []))
            found[need.text] = (max(count, _count(need, units)), [*modules, rule.module])
    return [People(text, count, tuple(modules)) for text, (count, modules) in found.items() if count]


def _shortages(instrument: Instrument, given: list[Given], prices: Mapping[str, Price]) -> list[Line]:
    lines = []
    for rule in instrument.shortages:
        question = cast(RatioQuestion, instrument.questions[rule.question])
        count = sum(shortage(question, answer.value) for answer in given if answer.question == question.id)
        if count:
            lines.append(Line(prices[rule.price].name, prices[rule.price], count, question.id))
    return lines


def _hardware(
    rules: Iterable[ModuleRule],
    units: Mapping[str, int],
    prices: Mapping[str, Price],
    bought: set[tuple[str, str | None]],
) -> list[Line]:
    """Each thing once for the units that need it: modules share the telephones of an office. Adds to `bought`."""
    found: dict[tuple[str, str | None], tuple[Need, int, list[str]]] = {}
    for rule in rules:
        for need in rule.hardware:
            key = (need.price, need.per)
            if need.price not in prices or need.price == SHARED or key in bought:
                continue
            first, count, modules = found.get(key, (need, 0, []))
            found[key] = (first, max(count, _count(need, units)), [*modules, rule.module])
    bought |= set(found)
    return [
        Line(need.text, prices[need.price], count, ", ".join(modules))
        for need, count, modules in found.values()
        if count
    ]


def _count(need: Need, units: Mapping[str, int]) -> int:
    return need.count * (units.get(need.per, 0) if need.per else 1)
