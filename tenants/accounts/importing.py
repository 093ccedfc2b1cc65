"""Staff from a table: read, checked row by row for a preview; the right rows are invited, the wrong ones shown."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.accounts.actions import AccountRefused, invite
from tenants.accounts.models import Role, User
from tenants.audit.actions import record
from tenants.organisation.actions import FileRefused, OrganisationRefused, assign, create_position
from tenants.organisation.actions.tables import Cells, read_rows
from tenants.organisation.models import Position, Unit
from tenants.people.identity import InvalidNumber, parse_nip

COLUMNS = {
    "name": gettext_lazy("Nama"),
    "email": gettext_lazy("Surel"),
    "nip": gettext_lazy("NIP"),
    "unit": gettext_lazy("Unit"),
    "position": gettext_lazy("Jabatan"),
    "roles": gettext_lazy("Peran"),
}
"""Fields and the heads of their columns. A file may leave out all but name and e-mail."""
REQUIRED = ("name", "email")
SIMPLE = "Pelaksana"
"""The position of who has a unit and no position of their own."""


@dataclass
class StagedPerson:
    """A row of the file and what is wrong with it."""

    number: int
    """Its line in the file; the head is line 1."""
    cells: Cells
    errors: list[str] = field(default_factory=list)


def stage_people(file: BinaryIO) -> list[StagedPerson]:
    """Read an XLSX or CSV file and check it. Raises FileRefused when it is not a table."""
    return stage_rows(read_rows(file, COLUMNS, REQUIRED))


def stage_rows(rows: Sequence[Mapping[str, str]]) -> list[StagedPerson]:
    """Check cells that were read before: by themselves, against each other, and against who is here."""
    staged = [
        StagedPerson(number, {name: str(cells.get(name, "")).strip() for name in COLUMNS})
        for number, cells in enumerate(rows, start=2)
        if any(str(value).strip() for value in cells.values())
    ]
    if not staged:
        raise FileRefused(_("Berkas ini tidak berisi satu baris pun."))
    addresses = Counter(row.cells["email"].lower() for row in staged)
    here = {user.email: user for user in User.objects.filter(email__in=addresses)}
    units, roles = _units(), _roles()
    for row in staged:
        row.errors += _errors(row.cells, units, roles)
        address = row.cells["email"].lower()
        if address and addresses[address] > 1:
            row.errors.append(_("Surel ini ada di lebih dari satu baris."))
        user = here.get(address)
        if user and (user.has_usable_password() or not user.is_active):
            row.errors.append(_("Surel ini sudah menjadi anggota. Ubah perannya di halaman orangnya."))
    return staged


def import_people(*, rows: Sequence[StagedPerson], by: User, at: datetime) -> list[StagedPerson]:
    """Invite everybody whose row is right, each in a transaction of its own; returned are the rows that were not.

    The rows are checked again: people may have joined since the preview.
    """
    staged = stage_rows([row.cells for row in rows])
    units, roles = _units(), _roles()
    for row in staged:
        if row.errors:
            continue
        try:
            _bring(row.cells, units, roles, by, at)
        except (AccountRefused, OrganisationRefused) as refused:
            row.errors.append(str(refused))
        except ValidationError as refused:
            row.errors += refused.messages
    return [row for row in staged if row.errors]


@transaction.atomic
def _bring(cells: Cells, units: dict[str, Unit], roles: dict[str, Role], by: User, at: datetime) -> None:
    wanted = [roles[name] for name in _names(cells["roles"])]
    user, _token = invite(email=cells["email"], name=cells["name"], roles=wanted, by=by, at=at)
    if cells["nip"]:
        user.nip = parse_nip(cells["nip"]).number
        user.save(update_fields=["nip"])
    if cells["unit"]:
        position = _position(units[cells["unit"].casefold()], cells["position"] or SIMPLE, by, at)
        assign(user=user, position=position, starts_on=at.date(), by=by, at=at)
    record("accounts.user_imported", subject=user, by=by, at=at)


def _position(unit: Unit, name: str, by: User, at: datetime) -> Position:
    found = Position.objects.filter(unit=unit, name__iexact=name).first()
    return found or create_position(unit=unit, name=name, by=by, at=at)


def _errors(cells: Cells, units: Mapping[str, Unit], roles: Mapping[str, Role]) -> Iterator[str]:
    for name in REQUIRED:
        if not cells[name]:
            yield _("%s kosong.") % COLUMNS[name]
    if any("\x00" in value or len(value) > 160 for value in cells.values()):
        yield _("Ada isian yang terlalu panjang atau memuat karakter yang tidak dapat disimpan.")
    yield from _errors_of_form(cells)
    if cells["unit"] and cells["unit"].casefold() not in units:
        yield _("Unit “%s” tidak ada. Tulis kodenya, misalnya DINSOS.") % cells["unit"]
    for name in _names(cells["roles"]):
        if name not in roles:
            yield _("Peran “%s” tidak ada.") % name


def _errors_of_form(cells: Cells) -> Iterator[str]:
    if cells["email"]:
        try:
            validate_email(cells["email"])
        except ValidationError:
            yield _("Alamat surel tidak sah.")
    if cells["nip"]:
        try:
            parse_nip(cells["nip"])
        except InvalidNumber as problem:
            yield str(problem)


def _units() -> dict[str, Unit]:
    """Open units by code and, where only one has it, by name."""
    units = list(Unit.objects.open())
    names = Counter(unit.name.casefold() for unit in units)
    found = {unit.name.casefold(): unit for unit in units if names[unit.name.casefold()] == 1}
    return found | {unit.code.casefold(): unit for unit in units}


def _roles() -> dict[str, Role]:
    """Roles by key and by name."""
    roles = list(Role.objects.all())
    return {role.name.casefold(): role for role in roles} | {role.key: role for role in roles}


def _names(text: str) -> list[str]:
    return [name.strip().casefold() for name in re.split(r"[;,\n]", text) if name.strip()]
