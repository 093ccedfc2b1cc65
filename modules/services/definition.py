"""What a service is: a form, documents, a workflow with roles and time limits, letters. Data, checked as a whole."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tenants.letters.numbering import PatternInvalid, check_pattern

APPLICANT = "applicant"
"""The role of who filed, acting through the tracking page."""
KEY = r"^[a-z][a-z0-9_]{0,59}$"
DATA = "data"
PLACEHOLDERS = {"nama", "nik", "nomor", "tanggal", "desa", "kecamatan", "kabupaten", DATA}
"""What a letter may name besides the fields of the form."""


class DefinitionInvalid(Exception):
    """The definition cannot be published; `errors` are sentences, each naming the place and what is wrong."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(" ".join(errors))
        self.errors = errors


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    YEAR = "year"
    MONEY = "money"
    DATE = "date"
    NIK = "nik"
    KK = "kk"
    NIP = "nip"
    NPWP = "npwp"
    PHONE = "phone"
    EMAIL = "email"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    VILLAGE = "village"


LONGEST = {FieldType.TEXT: 200, FieldType.LONG_TEXT: 4000}
"""Letters in an answer, where the definition sets no limit of its own."""


class Scope(StrEnum):
    """Whose files the role of a state sees: its village's, its office's, or the whole regency's."""

    VILLAGE = "village"
    UNIT = "unit"
    REGENCY = "regency"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Condition(_Part):
    """Shown or required only while another field has one of these values."""

    field: str
    values: list[str] = Field(min_length=1)


class FormField(_Part):
    key: str = Field(pattern=KEY)
    label: str = Field(min_length=1, max_length=200)
    type: FieldType
    required: bool = True
    help: str = ""
    options: list[str] = []
    min: int | None = None
    max: int | None = None
    show_if: Condition | None = None


class Document(_Part):
    key: str = Field(pattern=KEY)
    label: str = Field(min_length=1, max_length=200)
    required: bool = True
    required_if: Condition | None = None
    help: str = ""


class State(_Part):
    key: str = Field(pattern=KEY)
    label: str = Field(min_length=1, max_length=80)
    role: str = ""
    scope: Scope = Scope.REGENCY
    days: int | None = Field(default=None, ge=0, le=365)
    waits_for_applicant: bool = False
    outcome: str = Field(default="", pattern=r"^(done|refused|withdrawn)?$")

    @property
    def is_end(self) -> bool:
        return self.outcome != ""


class Transition(_Part):
    key: str = Field(pattern=KEY)
    label: str = Field(min_length=1, max_length=80)
    from_states: list[str] = Field(min_length=1)
    to: str
    role: str = ""
    """Who makes it; empty means the role of the state that it leaves."""
    needs_reason: bool = False
    style: str = Field(default="normal", pattern=r"^(primary|normal|danger)$")
    letter: str = ""


class LetterSpec(_Part):
    """A letter that a step makes: paragraphs with {placeholders}, numbered in a series of its own.

    A paragraph `{data}` alone stands for a list of who asks and of the answers named in `facts`.
    """

    key: str = Field(pattern=KEY)
    title: str = Field(min_length=1, max_length=160)
    number_pattern: str
    classification: str = Field(default="", max_length=20)
    body: str = Field(min_length=1)
    facts: list[str] = []
    public: bool = False
    """Whether anyone who has the code on the letter may read it, not only check it."""

    @property
    def is_numbered_per_unit(self) -> bool:
        return "{unit}" in self.number_pattern


class Definition(_Part):
    key: str = Field(pattern=KEY)
    name: str = Field(min_length=1, max_length=120)
    summary: str = Field(min_length=1, max_length=300)
    life_event: str = ""
    sector: str = ""
    office: str = ""
    cost: str = ""
    promise_days: int | None = Field(default=None, ge=0, le=365)
    law: list[str] = []
    managed_by: str = ""
    public: bool = True
    fields: list[FormField] = []
    documents: list[Document] = []
    states: list[State] = Field(min_length=2)
    transitions: list[Transition] = Field(min_length=1)
    letters: list[LetterSpec] = []
    number_prefix: str = Field(default="L", pattern=r"^[A-Z]{1,6}$")
    start: str

    def state(self, key: str) -> State:
        return next(state for state in self.states if state.key == key)

    def transition(self, key: str) -> Transition | None:
        return next((item for item in self.transitions if item.key == key), None)

    def leaving(self, state: str) -> list[Transition]:
        """Transitions that leave a state, in the order of the definition."""
        return [item for item in self.transitions if state in item.from_states]

    def role_of(self, transition: Transition, state: str) -> str:
        return transition.role or self.state(state).role

    def roles(self, scope: Scope) -> set[str]:
        """Roles that a state gives to people of that scope."""
        return {state.role for state in self.states if state.role and state.scope is scope}


_MOST_REMEMBERED = 1000
_remembered: dict[str, Definition] = {}


def remembered(sha256: str) -> Definition | None:
    """A published definition that this process has read before, by the hash of its content."""
    return _remembered.get(sha256)


def remember(sha256: str, content: dict[str, Any]) -> Definition:
    """The definition of a published content, read once per process: the same hash is the same definition."""
    if (known := _remembered.get(sha256)) is not None:
        return known
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    return _remembered.setdefault(sha256, Definition.model_validate(content))


def parse(content: dict[str, Any]) -> Definition:
    """The definition, checked in its parts and as a whole. Raises DefinitionInvalid."""
    try:
        definition = Definition.model_validate(content)
    except ValidationError as error:
        raise DefinitionInvalid([_shape(item) for item in error.errors()]) from error
    if faults := list(_faults(definition)):
        raise DefinitionInvalid(faults)
    return definition


def _shape(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    kinds = {
        "missing": _("wajib diisi."),
        "extra_forbidden": _("tidak dikenal; hapus atau perbaiki ejaannya."),
        "string_pattern_mismatch": _("bentuknya salah; pakai huruf kecil, angka, dan garis bawah."),
        "enum": _("bukan salah satu pilihan yang ada."),
        "too_short": _("tidak boleh kosong."),
        "string_too_short": _("tidak boleh kosong."),
        "string_too_long": _("terlalu panjang."),
    }
    return f"{place}: {kinds.get(error['type'], _('isinya salah jenis atau di luar batas.'))}"


def _faults(definition: Definition) -> Iterator[str]:
    yield from _doubles(definition)
    yield from _form_faults(definition)
    yield from _workflow_faults(definition)
    yield from _letter_faults(definition)


def _doubles(definition: Definition) -> Iterator[str]:
    for part in ("fields", "documents", "states", "transitions", "letters"):
        keys = [item.key for item in getattr(definition, part)]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield _("%(part)s: kunci “%(key)s” dipakai lebih dari sekali.") % {"part": part, "key": key}


def _form_faults(definition: Definition) -> Iterator[str]:
    known = {field.key for field in definition.fields}
    for field in definition.fields:
        if field.type in {FieldType.CHOICE, FieldType.CHOICES} and not field.options:
            yield _("Isian “%s” adalah pilihan tetapi tidak punya pilihan.") % field.key
    conditions = [(f.key, f.show_if) for f in definition.fields]
    conditions += [(document.key, document.required_if) for document in definition.documents]
    for key, condition in conditions:
        if condition and condition.field not in known:
            yield _("“%(key)s” bergantung pada isian “%(other)s” yang tidak ada.") % {
                "key": key,
                "other": condition.field,
            }
        if condition and condition.field == key:
            yield _("“%s” bergantung pada dirinya sendiri.") % key


def _workflow_faults(definition: Definition) -> Iterator[str]:
    states = {state.key for state in definition.states}
    if definition.start not in states:
        yield _("Tahap awal “%s” tidak ada.") % definition.start
        return
    for item in definition.transitions:
        for key in [*item.from_states, item.to]:
            if key not in states:
                yield _("Langkah “%(step)s” menunjuk tahap “%(state)s” yang tidak ada.") % {
                    "step": item.key,
                    "state": key,
                }
                return
    for state in definition.states:
        yield from _state_faults(definition, state)
    reached = _reached(definition, {definition.start})
    for key in sorted(states - reached):
        yield _("Tahap “%s” tidak pernah tercapai.") % key
    ends = {state.key for state in definition.states if state.is_end}
    for key in sorted(reached - ends):
        if not _reached(definition, {key}) & ends:
            yield _("Dari tahap “%s” berkas tidak pernah bisa selesai.") % key


def _state_faults(definition: Definition, state: State) -> Iterator[str]:
    leaving = definition.leaving(state.key)
    if state.is_end and leaving:
        yield _("Tahap “%s” adalah akhir tetapi masih punya langkah keluar.") % state.key
    if not state.is_end and any(not definition.role_of(item, state.key) for item in leaving):
        yield _("Tahap “%s” tidak menyebut peran yang mengerjakannya.") % state.key


def _reached(definition: Definition, start: set[str]) -> set[str]:
    seen, ahead = set(start), list(start)
    while ahead:
        here = ahead.pop()
        for item in definition.leaving(here):
            if item.to not in seen:
                seen.add(item.to)
                ahead.append(item.to)
    return seen


def _letter_faults(definition: Definition) -> Iterator[str]:
    letters = {letter.key for letter in definition.letters}
    for item in definition.transitions:
        if item.letter and item.letter not in letters:
            yield _("Langkah “%(step)s” membuat surat “%(letter)s” yang tidak ada.") % {
                "step": item.key,
                "letter": item.letter,
            }
    fields = {field.key for field in definition.fields}
    for letter in definition.letters:
        used = set(re.findall(r"\{(\w+)\}", letter.body))
        for key in sorted((used - fields - PLACEHOLDERS) | (set(letter.facts) - fields)):
            yield _("Surat “%(letter)s” memakai isian “%(key)s” yang tidak ada.") % {"letter": letter.key, "key": key}
        try:
            check_pattern(letter.number_pattern, per_unit=letter.is_numbered_per_unit)
        except PatternInvalid as problem:
            yield _("Pola nomor surat “%(letter)s” salah: %(problem)s") % {"letter": letter.key, "problem": problem}
