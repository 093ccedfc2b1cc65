"""Switching modules and services on, down and off for a regency. Data is always kept: off is a gate."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from modules.models import ModuleSwitch
from modules.registry import discover, find
from modules.roles import suggest_roles
from tenants.audit.actions import record
from tenants.models import Regency
from tenants.schemas.context import in_public, in_regency
from tenants.versioned import VersionedCache

OFF, ON, CLOSING = ModuleSwitch.State.OFF, ModuleSwitch.State.ON, ModuleSwitch.State.CLOSING


class SwitchRefused(Exception):
    """The switch would leave a module without what it needs; the text says which."""


@dataclass(frozen=True)
class Impact:
    """What switching would do, shown before it is done."""

    needs: tuple[str, ...]
    """Modules that must be on first."""
    dependants: tuple[str, ...]
    """Modules that would lose what they need."""
    open_cases: int
    """Work in progress that would have to be finished or would be hidden."""


def _load_switches(schema_name: Hashable) -> Mapping[str, str]:
    with in_public():
        rows = ModuleSwitch.objects.filter(regency__schema_name=schema_name).values_list("module_key", "state")
        return dict(rows)


switches = VersionedCache("switches", _load_switches)
_ESSENTIAL = frozenset(module.key for module in discover() if module.essential)


def state_of(regency: Regency, key: str) -> str:
    """`off`, `on` or `closing`; no SQL when warm."""
    if key in _ESSENTIAL:
        return ON
    return switches.get(regency.schema_name).get(key, OFF)


def is_reachable(regency: Regency, key: str) -> bool:
    """Whether pages, API and tasks of the module answer at all (on, or finishing its open cases)."""
    return state_of(regency, key) != OFF


def impact(regency: Regency, key: str, state: str) -> Impact:
    """What would happen if the module were switched to `state`."""
    module = find(key)
    needs: tuple[str, ...] = ()
    dependants: tuple[str, ...] = ()
    if module and state == ON:
        needs = tuple(other for other in module.requires if state_of(regency, other) != ON)
    if state != ON:
        dependants = tuple(m.key for m in discover() if key in m.requires and state_of(regency, m.key) == ON)
    with in_regency(regency):
        return Impact(needs, dependants, open_cases(key))


def open_cases(key: str) -> int:
    """Open work of a module in the current schema, as its `public.open_cases()` counts it."""
    module = find(key)
    if module is None:
        services = import_module("modules.services.public")
        return services.open_cases(service=key)
    try:
        public = import_module(f"{module.app}.public")
    except ModuleNotFoundError:
        return 0
    count = getattr(public, "open_cases", None)
    return count() if count else 0


@transaction.atomic
def switch(*, regency: Regency, key: str, state: str, by: Any, at: datetime) -> None:
    """Bring a module or service to `on`, `closing` or `off`; the audit row stands in the regency's own schema.

    Raises SwitchRefused when it needs a module that is off, when a module that is on needs it, or when open
    cases would disappear (close it first).
    """
    _refuse_what_breaks(regency, key, state)
    with in_public():
        row, _created = ModuleSwitch.objects.select_for_update().get_or_create(
            regency=regency, module_key=key, defaults={"changed_at": at}
        )
        before = row.state
        row.state, row.changed_at, row.changed_by = state, at, getattr(by, "name", "")
        row.save()
    with in_regency(regency):
        if state == ON and (module := find(key)):
            suggest_roles(module, at=at)
        data = {"module": key, "from": before, "to": state}
        record("modules.switched", subject=regency, by=by, data=data, at=at)
    switches.changed()


def _refuse_what_breaks(regency: Regency, key: str, state: str) -> None:
    if key in _ESSENTIAL and state != ON:
        raise SwitchRefused(_("Modul ini memikul modul lain dan selalu hidup."))
    foreseen = impact(regency, key, state)
    if foreseen.needs:
        raise SwitchRefused(_("Hidupkan dahulu: %s.") % _names(foreseen.needs))
    if foreseen.dependants:
        raise SwitchRefused(_("Masih dibutuhkan oleh: %s. Matikan itu dahulu.") % _names(foreseen.dependants))
    if state == OFF and foreseen.open_cases:
        raise SwitchRefused(
            _("Masih ada %s berkas terbuka. Pilih “Menutup” agar berkas itu diselesaikan lebih dahulu.")
            % foreseen.open_cases
        )


def _names(keys: tuple[str, ...]) -> str:
    return ", ".join(str(module.name) if (module := find(key)) else key for key in keys)
