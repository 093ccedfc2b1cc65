"""The numbers of the module's papers, by the regency's own patterns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from modules.santunan_kematian.actions.errors import NumberRefused
from modules.santunan_kematian.models import NumberPattern
from modules.santunan_kematian.models.numbering import refuse_pattern
from tenants.audit.actions import record
from tenants.letters.numbering import NumberTaken, PatternInvalid, example, next_sequence, take_number

Kind = NumberPattern.Kind


@dataclass(frozen=True)
class Pattern:
    """How the numbers of one kind are written, and how the next one reads."""

    kind: str
    label: str
    pattern: str
    classification: str
    next: str


def take(kind: str, subject: Any, at: datetime) -> str:
    """The next number of a kind, for this transaction. Raises NumberRefused when the pattern gives one twice."""
    pattern, classification = _pattern_of(kind)
    try:
        found = take_number(
            series=_series(kind), pattern=pattern, classification=classification or None, at=at, subject=subject
        )
    except (NumberTaken, PatternInvalid) as problem:
        raise NumberRefused(str(problem)) from problem
    return found.text


@transaction.atomic
def set_pattern(*, kind: str, pattern: str, classification: str, by: Any, at: datetime) -> NumberPattern:
    """Write the numbers of a kind otherwise from now on; counting goes on. Raises NumberRefused."""
    shown = preview(kind=kind, pattern=pattern, classification=classification, at=at)
    before, _classification = _pattern_of(kind)
    row, _created = NumberPattern.objects.update_or_create(
        kind=kind,
        defaults={"pattern": pattern, "classification": classification, "changed_at": at, "changed_by": by},
    )
    data = {"from": before, "to": pattern, "next": shown}
    record("santunan_kematian.number_pattern_set", subject=row, by=by, at=at, data=data)
    return row


def preview(*, kind: str, pattern: str, classification: str, at: datetime) -> str:
    """How the next number would read. Raises NumberRefused, also when another kind would read the same."""
    try:
        refuse_pattern(pattern)
        for other in Kind:
            if other != kind and _first(*_pattern_of(other), at) == _first(pattern, classification, at):
                text = _("Nomor ini sama dengan nomor %(kind)s. Tambahkan penanda, misalnya singkatan jenis suratnya.")
                raise NumberRefused(text % {"kind": other.label.lower()})
        sequence = next_sequence(_series(kind), at=at)
        return example(pattern, at=at, sequence=sequence, classification=classification)
    except ValidationError as problem:
        raise NumberRefused(" ".join(problem.messages)) from problem
    except PatternInvalid as problem:
        raise NumberRefused(str(problem)) from problem


def patterns(*, at: datetime) -> list[Pattern]:
    """Every kind with its pattern, and how its next number reads."""
    found = []
    for kind in Kind:
        pattern, classification = _pattern_of(kind)
        sequence = next_sequence(_series(kind), at=at)
        text = example(pattern, at=at, sequence=sequence, classification=classification)
        found.append(Pattern(kind.value, str(kind.label), pattern, classification, text))
    return found


def _pattern_of(kind: str) -> tuple[str, str]:
    own = NumberPattern.objects.filter(kind=kind).first()
    return (own.pattern, own.classification) if own else NumberPattern.USUAL[Kind(kind)]


def _first(pattern: str, classification: str, at: datetime) -> str:
    return example(pattern, at=at, classification=classification)


def _series(kind: str) -> str:
    return f"santunan_kematian.{kind}"
