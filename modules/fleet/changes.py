"""What a bulk action does to one regency: foreseen in a sentence, then done. The regency's own action does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from modules.actions import switch_from_console
from modules.fleet.models import BulkAction, BulkItem
from modules.library.actions import ReleaseTampered, clone
from modules.library.queries import preview
from modules.packages import BrokenReference, ContentRefused
from modules.registry import discover, find
from modules.services.public import current, shipped
from modules.switches import ON, SwitchRefused, impact, state_of
from tenants.accounts.models import User
from tenants.audit.actions import Operator
from tenants.models import Regency
from tenants.schemas.context import in_regency

Kind, ItemState = BulkAction.Kind, BulkItem.State
REFUSALS = (SwitchRefused, ReleaseTampered, BrokenReference, ContentRefused)
"""What a regency's own action may answer: a sentence for the operator, not a fault."""


@dataclass(frozen=True)
class Result:
    """A state of the item and the sentence beside it."""

    state: str
    sentence: str


Foresee = Callable[[BulkAction, Regency], Result]
Do = Callable[[BulkAction, Regency, User, datetime], Result]


def switchable() -> dict[str, str]:
    """Keys and names of all modules, then of the services that ship."""
    modules = {module.key: str(module.name) for module in discover()}
    services = {key: definition.name for key, definition in shipped().items() if not definition.managed_by}
    return {**services, **modules}


def foresee(action: BulkAction, regency: Regency) -> Result:
    """What would happen in one regency, before anything does."""
    return _FORESEE[Kind(action.kind)](action, regency)


def do(action: BulkAction, regency: Regency, by: User, at: datetime) -> Result:
    """Change one regency; nothing where it is so already. Raises one of REFUSALS."""
    return _DO[Kind(action.kind)](action, regency, by, at)


def _foresee_switch(action: BulkAction, regency: Regency) -> Result:
    if state_of(regency, action.module_key) == action.target:
        return Result(ItemState.NOTHING, _("Sudah demikian."))
    if find(action.module_key) is None and not _is_published(regency, action.module_key):
        return Result(ItemState.REFUSED, _("Layanan ini belum diterbitkan di sini."))
    found = impact(regency, action.module_key, action.target)
    if found.needs:
        return Result(ItemState.REFUSED, _("Harus hidup lebih dahulu: %s.") % _names(found.needs))
    if found.dependants:
        return Result(ItemState.REFUSED, _("Masih dibutuhkan oleh: %s.") % _names(found.dependants))
    if action.target == "off" and found.open_cases:
        return Result(ItemState.REFUSED, _("Masih ada %s berkas terbuka; pilih “Menutup”.") % found.open_cases)
    if action.target == ON:
        return Result(ItemState.FORESEEN, _("Dihidupkan."))
    return Result(ItemState.FORESEEN, _("%s berkas terbuka.") % found.open_cases)


def _switch(action: BulkAction, regency: Regency, by: User, at: datetime) -> Result:
    if state_of(regency, action.module_key) == action.target:
        return Result(ItemState.NOTHING, _("Sudah demikian."))
    switch_from_console(regency=regency, key=action.module_key, state=action.target, by=by, at=at)
    return Result(ItemState.DONE, _("Selesai."))


def _is_published(regency: Regency, service: str) -> bool:
    with in_regency(regency):
        return current(service) is not None


def _foresee_upgrade(action: BulkAction, regency: Regency) -> Result:
    release = action.release
    if release is None or regency.pk == action.publisher_id:
        return Result(ItemState.NOTHING, _("Penerbit paket ini sendiri."))
    if state_of(regency, action.module_key) == "off":
        return Result(ItemState.REFUSED, _("Modulnya mati."))
    fates = [foreseen.fate for foreseen in preview(regency, release)]
    if not {"new", "newer"} & set(fates):
        return Result(ItemState.NOTHING, _("Sudah memakai %s.") % release.version)
    counts = {"version": release.version, **{fate: fates.count(fate) for fate in ("new", "newer", "own")}}
    return Result(
        ItemState.FORESEEN,
        _("Rilis %(version)s: %(new)s dibuat, %(newer)s diperbarui, %(own)s milik sendiri dipertahankan.") % counts,
    )


def _upgrade(action: BulkAction, regency: Regency, by: User, at: datetime) -> Result:
    release = action.release
    if release is None or regency.pk == action.publisher_id:
        return Result(ItemState.NOTHING, _("Penerbit paket ini sendiri."))
    counts = clone(regency=regency, release=release, by=Operator(by.name), at=at).counts()
    return Result(
        ItemState.DONE,
        _("%(created)s dibuat, %(updated)s diperbarui, %(kept)s dipertahankan.") % counts,
    )


def _names(keys: tuple[str, ...]) -> str:
    return ", ".join(str(module.name) if (module := find(key)) else key for key in keys)


_FORESEE: dict[BulkAction.Kind, Foresee] = {Kind.SWITCH: _foresee_switch, Kind.UPGRADE: _foresee_upgrade}
_DO: dict[BulkAction.Kind, Do] = {Kind.SWITCH: _switch, Kind.UPGRADE: _upgrade}
