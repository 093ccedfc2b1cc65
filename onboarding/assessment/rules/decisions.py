"""Which module to take over, and which answers say so; pure.

Source: `assessment.json`, readiness instrument, `decision_rule`: *nasional* when the module is marked as replaced by a
national application; *tunda* when a required answer scores below 2 or a section is under its minimum; *adopsi* when all
is met and the matrix of differences says "none"; *adaptasi* otherwise. The last word is a person's, with a reason.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from onboarding.assessment.catalogue import VILLAGE, CatalogueModule
from onboarding.assessment.rules.scoring import Outcome
from onboarding.assessment.schema import Instrument, ModuleRule

ENOUGH = Decimal(2)
Difference = Literal["", "none", "some"]
"""What the matrix of differences says of a module: not yet known, none, some."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause of a suggestion: an answer or a section with its score and what it needs."""

    kind: Literal["national", "question", "section", "unanswered", "difference", "same", "unknown", "met"]
    code: str = ""
    score: Decimal | None = None
    needed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    decision: str
    reasons: tuple[Reason, ...]
    is_provisional: bool
    """It rests on the module's usual decision, because what it needs is not answered yet."""


def rule_of(instrument: Instrument, module: CatalogueModule) -> ModuleRule:
    """What a module needs: its own rule, or what all modules of its kind need."""
    for rule in instrument.module_rules:
        if rule.module == module.code:
            return rule
    kinds = [module.type, VILLAGE] if module.village else [module.type]
    found = [instrument.module_defaults[kind] for kind in kinds if kind in instrument.module_defaults]
    bounds: dict[str, Decimal] = {}
    for minimum in found:
        for section, bound in minimum.min_section.items():
            bounds[section] = max(bound, bounds.get(section, Decimal(0)))
    return ModuleRule(
        module=module.code,
        min_section=bounds,
        require=tuple(dict.fromkeys(name for minimum in found for name in minimum.require)),
        people=module.people,
        data=module.data,
        national=module.national,
    )


def suggest(module: CatalogueModule, rule: ModuleRule, result: Outcome, difference: Difference = "") -> Suggestion:
    """The system's suggestion for a module, with its causes."""
    if module.replaced:
        return Suggestion("nasional", (Reason("national", rule.national or module.national),), False)
    short, unknown = _short(rule, result)
    if short:
        return Suggestion("tunda", tuple(short), bool(unknown))
    if unknown:
        return Suggestion(rule.default_decision, tuple(unknown), True)
    if difference == "none":
        return Suggestion("adopsi", (Reason("met"), Reason("same")), False)
    why = Reason("difference") if difference == "some" else Reason("unknown")
    return Suggestion("adaptasi", (Reason("met"), why), False)


def _short(rule: ModuleRule, result: Outcome) -> tuple[list[Reason], list[Reason]]:
    """What is below its bound, and what is not known yet."""
    short, unknown = [], []
    for name in rule.require:
        score = result.questions[name].score
        if score is None:
            unknown.append(Reason("unanswered", name, None, ENOUGH))
        elif score < ENOUGH:
            short.append(Reason("question", name, score, ENOUGH))
    for code, bound in rule.min_section.items():
        score = result.by_section[code].score
        if score is None:
            unknown.append(Reason("unanswered", code, None, bound))
        elif score < bound:
            short.append(Reason("section", code, score, bound))
    return short, unknown
