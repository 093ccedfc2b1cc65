"""Who has answered what: the board, a unit's pages, the section that is filled in."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from onboarding.assessment.models import Answer, Assessment, Link, Sheet, Unit
from onboarding.assessment.schema import SCOPES, Question, Section


@dataclass(frozen=True, slots=True)
class Page:
    """One section of one instrument for one unit: what is filled in on one page."""

    sheet: Sheet
    section: Section
    unit: Unit
    questions: tuple[Question, ...]
    answered: int

    @property
    def total(self) -> int:
        return len(self.questions)

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.total)

    @property
    def state(self) -> str:
        return "done" if self.answered == self.total else "begun" if self.answered else "empty"


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit with how far it is; a district also with its villages."""

    unit: Unit
    answered: int
    total: int
    villages: int = 0
    villages_done: int = 0

    @property
    def done(self) -> int:
        """Answers of its own and finished villages."""
        return self.answered + self.villages_done

    @property
    def all(self) -> int:
        return self.total + self.villages

    @property
    def state(self) -> str:
        if self.done == self.all:
            return "done"
        return "begun" if self.done else "empty"


@dataclass(frozen=True)
class Board:
    """What a link opens, and how far it is."""

    link: Link
    pages: tuple[Page, ...]
    """Of the regency itself."""
    offices: tuple[Standing, ...]
    districts: tuple[Standing, ...]
    villages: tuple[Standing, ...]
    """Only for a link to villages without their district."""
    answered: int
    total: int
    needs_offices: bool

    @property
    def percent(self) -> int:
        return int(100 * self.answered / self.total) if self.total else 0

    @cached_property
    def by_sheet(self) -> list[tuple[Sheet, list[Page]]]:
        found: dict[int, tuple[Sheet, list[Page]]] = {}
        for page in self.pages:
            found.setdefault(page.sheet.pk, (page.sheet, []))[1].append(page)
        return list(found.values())

    @property
    def next_page(self) -> Page | None:
        """The first page that is not finished."""
        return next((page for page in self.pages if page.state != "done"), None)


class Reading:
    """The sheets, units and answers of an assessment, read once for a page."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.sheets = list(link.assessment.sheets.select_related("instrument"))
        self.units = list(Unit.objects.filter(assessment_id=link.assessment_id).order_by("kind", "code"))
        self._answered: dict[int, set[tuple[int, str]]] = defaultdict(set)
        rows = Answer.objects.filter(sheet__in=self.sheets).exclude(value={})
        for unit, sheet, question in rows.values_list("unit_id", "sheet_id", "question"):
            self._answered[unit].add((sheet, question))

    def pages(self, unit: Unit) -> list[Page]:
        """The pages of a unit that the link opens, in the order of the instruments."""
        answered = self._answered.get(unit.pk, set())
        found = []
        for sheet in self.sheets:
            content = sheet.instrument.read
            for section in content.sections:
                questions = tuple(q for q in section.questions if q.scope == unit.kind)
                if questions and self.link.opens(sheet, section.code, unit):
                    done = sum((sheet.pk, question.id) in answered for question in questions)
                    found.append(Page(sheet, section, unit, questions, done))
        return found

    def counts(self, unit: Unit) -> tuple[int, int]:
        """Answered and asked, of what the link opens."""
        asked = self._asked_of(unit)
        return len(asked & self._answered.get(unit.pk, set())), len(asked)

    def of_kind(self, kind: str) -> list[Unit]:
        return [unit for unit in self.units if unit.kind == kind]

    def _asked_of(self, unit: Unit) -> set[tuple[int, str]]:
        return {
            (sheet.pk, question.id)
            for sheet in self.sheets
            for section in sheet.instrument.read.sections
            if any(q.scope == unit.kind for q in section.questions) and self.link.opens(sheet, section.code, unit)
            for question in section.questions
            if question.scope == unit.kind
        }


def board(link: Link) -> Board:
    """Everything that a link opens with its progress. Three queries."""
    reading = Reading(link)
    counts = {unit.pk: reading.counts(unit) for unit in reading.units}
    villages = defaultdict(list)
    for unit in reading.of_kind("desa"):
        if counts[unit.pk][1]:
            villages[unit.parent].append(unit)
    districts = [
        _standing(unit, counts, villages[unit.code])
        for unit in reading.of_kind("kecamatan")
        if counts[unit.pk][1] or villages[unit.code]
    ]
    shown = {standing.unit.code for standing in districts if counts[standing.unit.pk][1]}
    loose = [unit for code, units in villages.items() if code not in shown for unit in units]
    offices = [_standing(unit, counts, []) for unit in reading.of_kind("opd") if counts[unit.pk][1]]
    asks_offices = any("opd" in sheet.instrument.read.scopes for sheet in reading.sheets)
    return Board(
        link=link,
        pages=tuple(page for unit in reading.of_kind("kabupaten") for page in reading.pages(unit)),
        offices=tuple(offices),
        districts=tuple(each for each in districts if each.unit.code in shown),
        villages=tuple(_standing(unit, counts, []) for unit in loose),
        answered=sum(answered for answered, _total in counts.values()),
        total=sum(total for _answered, total in counts.values()),
        needs_offices=asks_offices and link.is_lead and not reading.of_kind("opd"),
    )


def unit_pages(link: Link, unit: Unit) -> tuple[list[Page], list[Standing]]:
    """The pages of one unit and, for a district, its villages."""
    reading = Reading(link)
    children = [each for each in reading.of_kind("desa") if each.parent == unit.code]
    villages = [_standing(each, {each.pk: reading.counts(each)}, []) for each in children]
    return reading.pages(unit), [standing for standing in villages if standing.total]


def parts(assessment: Assessment) -> list[tuple[Sheet, Section]]:
    """Every section that has questions to the regency itself: what an invitation may name."""
    return [
        (sheet, section)
        for sheet in assessment.sheets.select_related("instrument")
        for section in sheet.instrument.read.sections
        if any(question.scope == SCOPES[0] for question in section.questions)
    ]


def _standing(unit: Unit, counts: dict[int, tuple[int, int]], villages: list[Unit]) -> Standing:
    done = sum(counts[each.pk][0] == counts[each.pk][1] for each in villages)
    return Standing(unit, *counts[unit.pk], len(villages), done)
