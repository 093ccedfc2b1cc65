"""The result of an assessment: everything that page, PDF, API and console show, computed from the answers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from modules.models import ModuleSwitch
from onboarding.assessment.catalogue import CatalogueModule, modules
from onboarding.assessment.models import Answer, Assessment, Decision, ExchangeItem, Sheet, Unit
from onboarding.assessment.queries import wording
from onboarding.assessment.rules import decisions, exchange, needs, scoring
from onboarding.assessment.rules.scoring import Given, Outcome, QuestionResult
from onboarding.assessment.schema import DECISIONS, Instrument, ModuleRule

WAVES = (1, 2, 3)
_KEYS = {
    "e-planning": "planning",
    "e-budgeting": "budgeting",
    "simpelbang": "simpelbang",
    "e-sakip": "sakip",
    "e-dokuper": "dokuper",
    "e-slamet": "slamet",
    "e-hibah-bansos": "hibah_bansos",
    "e-santunan-kematian": "santunan_kematian",
}
"""Keys of the modules of this product; services carry their catalogue code with underscores."""
_EVIDENCE = {"33.25": "batang", "53.10": "manggarai"}


@dataclass(frozen=True, slots=True)
class Scored:
    """A sheet with its outcome."""

    sheet: Sheet
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that is short of full: its score, what to do, and who."""

    section: str
    result: QuestionResult
    action: str
    is_proof: bool
    """Only the proof is missing: it was answered well, and is capped while unverified."""


@dataclass(frozen=True, slots=True)
class ModuleLine:
    """A module with what the system suggests, what the people decided, and the causes in words."""

    module: CatalogueModule
    rule: ModuleRule
    suggestion: decisions.Suggestion
    decision: str
    """What holds: the people's decision, else the suggestion."""
    stored: Decision | None
    causes: tuple[str, ...]

    @property
    def is_decided(self) -> bool:
        return bool(self.stored and self.stored.decision)

    @property
    def is_taken(self) -> bool:
        return self.decision in needs.TAKEN


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A line of the exchange list that follows from figures or modules."""

    subject: str
    direction: str
    basis: str


@dataclass(frozen=True)
class Results:
    assessment: Assessment
    scored: tuple[Scored, ...]
    readiness: Scored | None
    """The sheet that decides modules, if the assessment has one."""
    gaps: tuple[Gap, ...]
    lines: tuple[ModuleLine, ...]
    phases: tuple[needs.Phase, ...]
    exchanged: tuple[Exchanged, ...]
    items: tuple[ExchangeItem, ...]
    partner_shares: bool

    @cached_property
    def by_wave(self) -> list[tuple[int, list[ModuleLine]]]:
        return [(wave, [line for line in self.lines if line.module.wave == wave]) for wave in WAVES]

    @cached_property
    def counts(self) -> list[tuple[str, int]]:
        """How many modules of each decision, in the order of the instrument."""
        found = Counter(line.decision for line in self.lines)
        return [(name, found[name]) for name in DECISIONS]

    @property
    def cost(self) -> Decimal:
        """Rupiah of all phases."""
        return sum((phase.cost for phase in self.phases), Decimal(0))

    @property
    def trained(self) -> int:
        return sum(phase.trained for phase in self.phases)


def results(assessment: Assessment) -> Results:
    """Score every sheet of an assessment and decide its modules; a handful of queries, whatever its size."""
    sheets = list(assessment.sheets.select_related("instrument"))
    units = unit_counts(assessment)
    given = given_by_sheet(sheets)
    scored = tuple(Scored(sheet, scoring.outcome(sheet.instrument.read, given[sheet.pk], units)) for sheet in sheets)
    readiness = next((each for each in scored if each.outcome.instrument.module_defaults), None)
    lines = _lines(assessment, readiness.outcome) if readiness else []
    phases = _phases(readiness.outcome.instrument, lines, given[readiness.sheet.pk], units) if readiness else []
    partner = _shared_of(assessment.partner_code)
    return Results(
        assessment=assessment,
        scored=scored,
        readiness=readiness,
        gaps=tuple(gap for each in scored for gap in _gaps(each.outcome)),
        lines=tuple(lines),
        phases=tuple(phases),
        exchanged=tuple(_exchanged(assessment, readiness, partner, lines)),
        items=tuple(assessment.exchange.all()),
        partner_shares=partner is not None,
    )


def scores_only(assessment: Assessment) -> tuple[Scored, ...]:
    """The outcomes alone, for lists and for a partner."""
    sheets = list(assessment.sheets.select_related("instrument"))
    units, given = unit_counts(assessment), given_by_sheet(sheets)
    return tuple(Scored(sheet, scoring.outcome(sheet.instrument.read, given[sheet.pk], units)) for sheet in sheets)


def unit_counts(assessment: Assessment) -> dict[str, int]:
    """How many units of each kind."""
    return dict(Counter(Unit.objects.filter(assessment=assessment).values_list("kind", flat=True)))


def given_by_sheet(sheets: Iterable[Sheet]) -> dict[int, list[Given]]:
    """The answers as the rules want them, by sheet."""
    found: dict[int, list[Given]] = {sheet.pk: [] for sheet in sheets}
    rows = Answer.objects.filter(sheet__in=found).values_list("sheet_id", "question", "unit_id", "value", "verdict")
    for sheet, question, unit, value, verdict in rows:
        found[sheet].append(Given(question, unit, value, verdict == Answer.Verdict.VERIFIED))
    return found


def _gaps(found: Outcome) -> list[Gap]:
    """Short questions, critical and lowest first. Only instruments that say what to do have a matrix."""
    gaps = []
    for section in found.instrument.sections:
        for question in section.questions:
            result = found.questions[question.id]
            is_full = result.score is not None and result.score >= found.instrument.scoring.highest
            if is_full or not question.gap_action:
                continue
            is_proof = result.claimed is not None and result.score is not None and result.claimed >= 3 > result.score
            action = _("Minta verifikasi bukti: %s") % question.evidence if is_proof else question.gap_action
            gaps.append(Gap(section.code, result, action, is_proof))
    order = {name: place for place, name in enumerate(found.instrument.questions)}
    return sorted(
        gaps,
        key=lambda gap: (
            gap.is_proof,
            not gap.result.question.critical,
            gap.result.score if gap.result.score is not None else Decimal(-1),
            order[gap.result.question.id],
        ),
    )


def _lines(assessment: Assessment, found: Outcome) -> list[ModuleLine]:
    stored = {decision.module: decision for decision in assessment.decisions.all()}
    lines = []
    for code, module in modules().items():
        rule = decisions.rule_of(found.instrument, module)
        decided = stored.get(code)
        suggestion = decisions.suggest(module, rule, found, decided.difference if decided else "")  # type: ignore[arg-type]
        causes = tuple(wording.reason(each, found.instrument) for each in suggestion.reasons)
        chosen = decided.decision if decided and decided.decision else suggestion.decision
        lines.append(ModuleLine(module, rule, suggestion, chosen, decided, causes))
    return lines


def _phases(
    instrument: Instrument, lines: list[ModuleLine], given: list[Given], units: dict[str, int]
) -> list[needs.Phase]:
    taken = [(wave, [line.rule for line in lines if line.module.wave == wave and line.is_taken]) for wave in WAVES]
    return needs.plan(instrument, taken, given, units)


def _exchanged(
    assessment: Assessment, readiness: Scored | None, partner: Scored | None, lines: list[ModuleLine]
) -> list[Exchanged]:
    """Sections by scores when both have an assessment; modules by who runs them."""
    if not assessment.partner:
        return []
    found = []
    if readiness and partner and partner.sheet.instrument_id == readiness.sheet.instrument_id:
        for each in exchange.learnings(readiness.outcome, partner.outcome):
            name = readiness.outcome.by_section[each.section].section.name
            found.append(Exchanged(name, each.direction, wording.scores(each.ours, each.theirs)))
    taken = [line.module.code for line in lines if line.is_taken]
    runs, theirs = running(assessment.regency_code), running(assessment.partner_code)
    directions = exchange.module_directions(taken, runs, theirs)
    for code, direction in directions.items():
        module = modules()[code]
        if direction != "dikembangkan bersama" or module.wave < 3:  # the third wave is long: see the modules
            found.append(Exchanged(module.name, direction, wording.runner(direction)))
    return found


def running(code: str) -> set[str]:
    """Catalogue codes that a regency runs: its switches here, and what sources say of Batang and Manggarai."""
    keys = set(ModuleSwitch.objects.filter(regency__code=code, state="on").values_list("module_key", flat=True))
    level = _EVIDENCE.get(code)
    return {
        name
        for name, module in modules().items()
        if _KEYS.get(name, name.replace("-", "_")) in keys or (level and module.evidence == level)
    }


def _shared_of(code: str) -> Scored | None:
    """The newest readiness of a regency that allows comparing. Anybody may begin one: only a verified one counts."""
    if not code:
        return None
    verified = Assessment.objects.filter(regency_code=code, state=Assessment.State.VERIFIED, anonymised_at=None)
    if (latest := verified.filter(shared_at__isnull=False).order_by("-pk").first()) is None:
        return None
    return next((each for each in scores_only(latest) if each.outcome.instrument.module_defaults), None)
