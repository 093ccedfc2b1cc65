"""What an instrument is made of: the shape of the JSON that is shipped, uploaded, previewed and published."""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic import ValidationError as ShapeError

Scope = Literal["kabupaten", "opd", "kecamatan", "desa"]
SCOPES: tuple[Scope, ...] = ("kabupaten", "opd", "kecamatan", "desa")
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Weight = Annotated[Decimal, Field(gt=0, le=100, max_digits=7, decimal_places=3)]
Percent = Annotated[Decimal, Field(ge=0, le=100)]
Score = Annotated[int, Field(ge=0, le=5)]
DECISIONS = ("adopsi", "adaptasi", "tunda", "nasional", "tidak")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Part):
    score: Score
    label: Word


class Threshold(Part):
    """This score when the figure is at least `min`, or at most `max`."""

    score: Score
    min: Decimal | None = None
    max: Decimal | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.min is None) == (self.max is None):
            raise ValueError("satu di antara min dan max")
        return self


class Asked(Part):
    """What every kind of question has."""

    id: Code
    text: Word
    weight: Weight
    scope: Scope = "kabupaten"
    respondent: str = ""
    critical: bool = False
    evidence: str = ""
    gap_action: str = ""
    external: bool = False
    """Judged by another institution; its figure is typed in."""
    modules: tuple[str, ...] = ()


class ScaleQuestion(Asked):
    type: Literal["scale"]
    options: Annotated[tuple[Option, ...], Field(min_length=2)]


class LevelQuestion(Asked):
    """A maturity level; the levels are those of the section."""

    type: Literal["level"]


class _Graded(Asked):
    unit: Word
    thresholds: Annotated[tuple[Threshold, ...], Field(min_length=1)]
    below: Score = 0
    """The score when no threshold is reached."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        """Best first, all of one direction: the first that is reached decides."""
        scores = [step.score for step in self.thresholds]
        lows = [step.min for step in self.thresholds if step.min is not None]
        highs = [step.max for step in self.thresholds if step.max is not None]
        if lows and highs:
            raise ValueError("ambang memakai min semua atau max semua")
        if sorted(scores, reverse=True) != scores or len(set(scores)) != len(scores):
            raise ValueError("ambang diurutkan dari skor tertinggi")
        if sorted(lows, reverse=True) != lows or sorted(highs) != highs:
            raise ValueError("ambang tidak berurutan")
        return self


class RatioQuestion(_Graded):
    """Two counts; the figure is their share in percent."""

    type: Literal["ratio"]
    numerator: Word
    denominator: Word


class NumberQuestion(_Graded):
    type: Literal["number"]
    measure: Literal["download", "latency"] | None = None
    """The browser can measure it."""


class BoolScores(Part):
    ya: Score
    tidak: Score


class BoolQuestion(Asked):
    type: Literal["bool"]
    scores: BoolScores


class MultiQuestion(Asked):
    """A checklist; the score is the highest times the share that is ticked."""

    type: Literal["multi"]
    items: Annotated[tuple[Word, ...], Field(min_length=2)]


Question = Annotated[
    ScaleQuestion | LevelQuestion | RatioQuestion | NumberQuestion | BoolQuestion | MultiQuestion,
    Field(discriminator="type"),
]


class Section(Part):
    code: Code
    name: Word
    weight: Weight
    group: str = ""
    purpose: str = ""
    levels: tuple[Option, ...] = ()
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_levels(self) -> Self:
        if any(question.type == "level" for question in self.questions) and not self.levels:
            raise ValueError("bagian dengan pertanyaan level memerlukan levels")
        return self


class Band(Part):
    name: Word
    min: Decimal
    meaning: str = ""


class Gate(Part):
    """When `count` critical questions are below, or at most, a score, the result is at most the band `cap`."""

    count: Annotated[int, Field(ge=1)]
    below: Decimal | None = None
    at_most: Decimal | None = None
    cap: Word


class Scoring(Part):
    method: Literal["percent", "index"]
    lowest: Score
    highest: Annotated[int, Field(ge=1, le=5)]
    bands: Annotated[tuple[Band, ...], Field(min_length=2)]
    unverified_cap: Score | None = None
    gates: tuple[Gate, ...] = ()
    complete_questions: Percent = Decimal(100)
    complete_units: Percent = Decimal(80)

    @model_validator(mode="after")
    def _bands_in_order(self) -> Self:
        bounds = [band.min for band in self.bands]
        if sorted(bounds, reverse=True) != bounds:
            raise ValueError("bands diurutkan dari yang tertinggi")
        if unknown := {gate.cap for gate in self.gates} - {band.name for band in self.bands}:
            raise ValueError(f"gates menyebut band yang tidak ada: {sorted(unknown)}")
        return self


class Need(Part):
    """`count` of something, for each unit of `per` (once for the regency without it)."""

    text: Word
    count: Annotated[int, Field(ge=1)] = 1
    per: Scope | None = None
    price: str = ""


class Minimum(Part):
    """What the answers must reach: sections in points, questions a score of 2."""

    min_section: dict[str, Percent] = {}
    require: tuple[str, ...] = ()


class ModuleRule(Minimum):
    module: Code
    people: tuple[Need, ...] = ()
    hardware: tuple[Need, ...] = ()
    data: tuple[Word, ...] = ()
    national: str = ""
    default_decision: Literal["adopsi", "adaptasi", "tunda", "nasional", "tidak"] = "adaptasi"
    note: str = ""


class Price(Part):
    code: Code
    name: Word
    unit: Word
    amount: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
    kind: Literal["training", "equipment"]


class Shortage(Part):
    """What a ratio question is short of (denominator minus numerator) is bought or trained at a price."""

    question: Code
    price: Code


class ProcessStep(Part):
    step: int
    name: Word
    actor: Word
    days: Annotated[int, Field(ge=0)]


class Instrument(Part):
    """One edition of an instrument, whole."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    edition: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(\.[0-9]{1,2})?$")]
    name: Word
    short_name: Word
    status: Word
    legal_basis: str = ""
    source: tuple[str, ...] = ()
    verified: str = ""
    note: str = ""
    scoring: Scoring
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    process: tuple[ProcessStep, ...] = ()
    module_rules: tuple[ModuleRule, ...] = ()
    module_defaults: dict[str, Minimum] = {}
    shortages: tuple[Shortage, ...] = ()
    prices: tuple[Price, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if faults := _faults(self):
            raise ValueError("; ".join(faults))
        return self

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by id, in order."""
        return {question.id: question for section in self.sections for question in section.questions}

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """The section of every question id."""
        return {question.id: section for section in self.sections for question in section.questions}

    @cached_property
    def scopes(self) -> frozenset[str]:
        return frozenset(question.scope for question in self.questions.values())

    def options(self, question: Question) -> tuple[Option, ...]:
        """What can be chosen: the question's own options, or the levels of its section."""
        if question.type == "scale":
            return question.options
        return self.section_of[question.id].levels if question.type == "level" else ()

    def asked_of(self, scope: str, section: str = "") -> list[Question]:
        """Questions of one scope, of one section or of all."""
        return [
            question
            for part in self.sections
            if section in ("", part.code)
            for question in part.questions
            if question.scope == scope
        ]


def _faults(found: Instrument) -> list[str]:
    ids = [question.id for section in found.sections for question in section.questions]
    faults = [f"pertanyaan {name} ada dua kali" for name in sorted({name for name in ids if ids.count(name) > 1})]
    codes = [section.code for section in found.sections]
    faults += [f"bagian {code} ada dua kali" for code in sorted({code for code in codes if codes.count(code) > 1})]
    total = sum((section.weight for section in found.sections), Decimal(0))
    if total != 100:
        faults.append(f"bobot bagian berjumlah {total.normalize():f}, seharusnya 100")
    faults += _score_faults(found) + _reference_faults(found, set(ids), set(codes))
    return faults


def _score_faults(found: Instrument) -> list[str]:
    top, faults = found.scoring.highest, []
    for section in found.sections:
        total = sum((question.weight for question in section.questions), Decimal(0))
        if found.scoring.method == "index" and total != section.weight:
            faults.append(f"bagian {section.code}: bobot pertanyaan {total.normalize():f}, bukan {section.weight}")
        for question in section.questions:
            scores = _scores(question, section)
            if scores and (max(scores) > top or min(scores) < found.scoring.lowest):
                faults.append(f"pertanyaan {question.id}: skor di luar {found.scoring.lowest}-{top}")
    return faults


def _scores(question: Question, section: Section) -> list[int]:
    if question.type == "scale":
        return [option.score for option in question.options]
    if question.type == "level":
        return [option.score for option in section.levels]
    if question.type == "bool":
        return [question.scores.ya, question.scores.tidak]
    return [step.score for step in question.thresholds] if question.type in ("ratio", "number") else []


def _reference_faults(found: Instrument, ids: set[str], codes: set[str]) -> list[str]:
    faults = []
    minimums: list[tuple[str, Minimum]] = [(rule.module, rule) for rule in found.module_rules]
    for name, rule in [*minimums, *found.module_defaults.items()]:
        if unknown := set(rule.require) - ids:
            faults.append(f"modul {name}: pertanyaan tidak dikenal {sorted(unknown)}")
        if unknown := set(rule.min_section) - codes:
            faults.append(f"modul {name}: bagian tidak dikenal {sorted(unknown)}")
    prices = {price.code for price in found.prices}
    asked = {need.price for rule in found.module_rules for need in rule.hardware if need.price}
    asked |= {shortage.price for shortage in found.shortages}
    if unknown := asked - prices:
        faults.append(f"harga tidak dikenal {sorted(unknown)}")
    questions = {question.id: question for section in found.sections for question in section.questions}
    for shortage in found.shortages:
        question = questions.get(shortage.question)
        if question is None or question.type != "ratio":
            faults.append(f"shortages: {shortage.question} bukan pertanyaan rasio")
    return faults


class InstrumentFault(Exception):
    """The JSON is no instrument; `faults` are sentences, each naming the section and question it is about."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read(content: Any) -> Instrument:
    """The instrument in parsed JSON. Raises InstrumentFault with every fault, by question."""
    try:
        return Instrument.model_validate(content)
    except ShapeError as error:
        raise InstrumentFault([_told(dict(fault), content) for fault in error.errors()[:60]]) from None


def _told(fault: dict[str, Any], content: Any) -> str:
    """`Pertanyaan E01, thresholds 2: …`, from where pydantic stopped."""
    place: list[str] = []
    here = content
    for step in fault["loc"]:
        here = _inside(here, step)
        if isinstance(here, dict) and isinstance(step, int):
            named = here.get("id") or here.get("code") or here.get("module")
            place.append(f"{step + 1} ({named})" if named else str(step + 1))
        else:
            place.append(str(step + 1) if isinstance(step, int) else str(step))
    text = _MESSAGES.get(fault["type"])
    words = str(text()) if text else str(fault["msg"]).removeprefix("Value error, ")
    return f"{' › '.join(place)}: {words}" if place else words


def _inside(here: Any, step: Any) -> Any:
    if isinstance(here, dict):
        return here.get(step, here)  # a step that names the kind of question stays where it is
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None


_MESSAGES = {
    "missing": lambda: _("wajib ada"),
    "extra_forbidden": lambda: _("isian ini tidak dikenal"),
    "string_type": lambda: _("harus berupa teks"),
    "string_too_short": lambda: _("tidak boleh kosong"),
    "string_pattern_mismatch": lambda: _("bentuknya tidak sesuai"),
    "decimal_parsing": lambda: _("harus berupa angka"),
    "int_parsing": lambda: _("harus berupa bilangan bulat"),
    "too_short": lambda: _("isinya kurang"),
    "union_tag_not_found": lambda: _("jenis pertanyaan (type) wajib ada"),
    "union_tag_invalid": lambda: _("jenis pertanyaan (type) tidak dikenal"),
    "literal_error": lambda: _("nilainya bukan salah satu yang dikenal"),
}
