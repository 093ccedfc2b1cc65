"""Which office writes a letter, and who signs it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tenants.organisation.models import Unit
from tenants.organisation.queries import positions_of, signatory_of

OFFICE = "DINSOS"


@dataclass(frozen=True)
class Hand:
    """A person as a signature names them."""

    name: str
    position: str
    nip: str = ""


def office(user: Any, *, on: date) -> Unit | None:
    """The social office; in a regency that names it otherwise, the agency of `user`."""
    if found := Unit.objects.open().filter(code=OFFICE).first():
        return found
    held = positions_of(user, on=on).first() if user else None
    unit: Unit | None = held.position.unit if held else None
    while unit is not None and not unit.is_agency and unit.parent:
        unit = unit.parent
    return unit


def hand_of(user: Any, *, on: date, otherwise: str) -> Hand:
    """How `user` signs: with their position on that day, or as `otherwise`."""
    held = positions_of(user, on=on).first() if user else None
    return Hand(getattr(user, "name", ""), held.title if held else otherwise, getattr(user, "nip", ""))


def head_of(unit: Unit | None, *, on: date, otherwise: Hand) -> Hand:
    """Who signs for the unit; `otherwise` where no head is recorded."""
    found = signatory_of(unit, on=on) if unit else None
    return Hand(found.user.name, found.title, found.user.nip) if found else otherwise
