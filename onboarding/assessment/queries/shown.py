"""A result as the pages and the PDF show it: figures in words, a radar for each sheet, rows ready to print."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from onboarding.assessment.models import Decision, Unit
from onboarding.assessment.queries import wording
from onboarding.assessment.queries.radar import Radar, Spoke, radar, share
from onboarding.assessment.queries.results import Gap, ModuleLine, Results, Scored
from onboarding.assessment.queries.wording import number
from onboarding.assessment.rules.scoring import HUNDRED, QuestionResult, SectionResult

TONES = {"adopsi": "ok", "adaptasi": "info", "tunda": "warn", "nasional": "accent", "tidak": ""}


@dataclass(frozen=True, slots=True)
class SectionRow:
    code: str
    name: str
    group: str
    score: str
    claimed: str
    answered: int
    asked: int
    weight: str
    percent: float
    """Length of its bar."""


@dataclass(frozen=True, slots=True)
class SheetShown:
    """One instrument of the result."""

    name: str
    note: str
    total: str
    claimed: str
    of: str
    """`dari 100`."""
    band: str
    meaning: str
    held: bool
    """A gate holds the band below what the total alone would give."""
    uncapped: str
    is_complete: bool
    answered: int
    expected: int
    verified: int
    failing: tuple[QuestionResult, ...]
    rows: tuple[SectionRow, ...]
    radar: Radar


@dataclass(frozen=True, slots=True)
class GapRow:
    id: str
    text: str
    section: str
    score: str
    quartile: str
    missing: str
    critical: bool
    action: str
    respondent: str
    tone: str


@dataclass(frozen=True, slots=True)
class ModuleRow:
    code: str
    name: str
    sector: str
    owner: str
    decision: str
    tone: str
    note: str
    causes: str


def shown(found: Results) -> dict[str, Any]:
    """Template context of a result."""
    return {
        "found": found,
        "sheets": [_sheet(each) for each in found.scored],
        "gaps": _grouped(found.gaps),
        "waves": [(wave, wave_name(wave), [module_row(line) for line in lines]) for wave, lines in found.by_wave],
        "counts": [
            (decision_name(name), TONES[name], count, HUNDRED * count / len(found.lines))
            for name, count in found.counts
            if found.lines
        ],
        "phases": [
            (wave_name(phase.number), phase, [(wording.where(each.text, each.per), each) for each in phase.people])
            for phase in found.phases
            if phase.people or phase.lines
        ],
    }


def _grouped(gaps: tuple[Gap, ...]) -> list[tuple[str, bool, list[GapRow]]]:
    """The matrix in three parts, and which of them stand open: critical, proof missing, the others."""
    critical = [_gap(gap) for gap in gaps if gap.result.question.critical and not gap.is_proof]
    proof = [_gap(gap) for gap in gaps if gap.is_proof]
    others = [_gap(gap) for gap in gaps if not gap.result.question.critical and not gap.is_proof]
    if not (critical or proof or others):
        return []
    return [(_("Kritis"), True, critical), (_("Lainnya"), False, others), (_("Tinggal bukti"), False, proof)]


def wave_name(number: int) -> str:
    """The waves as Demak went: planning and budget, control and performance, services."""
    return {
        0: _("Dasar: kekurangan dari jawaban"),
        1: _("Gelombang 1: perencanaan dan penganggaran"),
        2: _("Gelombang 2: pengendalian dan kinerja"),
        3: _("Gelombang 3: layanan"),
    }[number]


def decision_name(code: str) -> str:
    return str(Decision.Choice(code).label)


def module_row(line: ModuleLine) -> ModuleRow:
    note = ""
    if line.is_decided:
        suggested = decision_name(line.suggestion.decision)
        note = _("Keputusan rapat; saran sistem: %s.") % suggested
    elif line.suggestion.is_provisional and line.suggestion.decision != "tunda":
        note = _("Usulan awal, menunggu jawaban.")
    causes = list(line.causes)
    if line.stored and line.stored.reason:
        causes.insert(0, line.stored.reason)
    return ModuleRow(
        code=line.module.code,
        name=line.module.name,
        sector=line.module.sector,
        owner=line.module.owner,
        decision=decision_name(line.decision),
        tone=TONES[line.decision],
        note=note,
        causes=" ".join(causes),
    )


def module_shown(line: ModuleLine) -> dict[str, Any]:
    """Template context of one module."""
    return {
        "line": line,
        "tone": TONES[line.suggestion.decision],
        "suggested": decision_name(line.suggestion.decision),
        "people": [wording.need(each) for each in line.rule.people],
        "hardware": [wording.need(each) for each in line.rule.hardware],
        "evidence": wording.evidence(line.module.evidence),
    }


def _sheet(each: Scored) -> SheetShown:
    found = each.outcome
    scoring = found.instrument.scoring
    full = HUNDRED if scoring.method == "percent" else Decimal(scoring.highest)
    rows = tuple(_section(result, full) for result in found.sections)
    spokes = [
        Spoke(result.section.code, result.section.name, share(result.score, full), share(result.claimed, full))
        for result in found.sections
    ]
    return SheetShown(
        name=found.instrument.short_name,
        note=found.instrument.status,
        total=number(found.total, 2),
        claimed=number(found.claimed, 2),
        of=number(full),
        band=found.band.name if found.band else _("Belum ada jawaban"),
        meaning=found.band.meaning if found.band else "",
        held=found.band != found.uncapped,
        uncapped=found.uncapped.name if found.uncapped else "",
        is_complete=found.is_complete,
        answered=found.answered,
        expected=found.expected,
        verified=found.verified,
        failing=tuple(found.questions[name] for name in found.failing),
        rows=rows,
        radar=radar(spokes),
    )


def _section(result: SectionResult, full: Decimal) -> SectionRow:
    return SectionRow(
        code=result.section.code,
        name=result.section.name,
        group=result.section.group,
        score=number(result.score, 2) if result.score is not None else "–",
        claimed=number(result.claimed, 2) if result.claimed is not None else "–",
        answered=result.answered,
        asked=result.asked,
        weight=number(result.section.weight),
        percent=round(100 * (share(result.score, full) or 0), 1),
    )


def _gap(gap: Gap) -> GapRow:
    result = gap.result
    question = result.question
    several = question.scope != Unit.Kind.KABUPATEN
    missing = ""
    if several:
        missing = _("%(answered)s dari %(units)s unit") % {"answered": result.answered, "units": result.units}
    return GapRow(
        id=question.id,
        text=question.text,
        section=gap.section,
        score=number(result.score),
        quartile=number(result.quartile) if several and result.quartile is not None else "",
        missing=missing,
        critical=question.critical,
        action=gap.action,
        respondent=question.respondent,
        tone=_tone(gap),
    )


def _tone(gap: Gap) -> str:
    if gap.result.score is None:
        return ""
    if gap.is_proof:
        return "info"
    return "bad" if gap.result.score < 1 else "warn" if gap.result.score < 3 else "ok"
