"""What a regency can have here: the modules and the services that ship, as the public site shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import Count, QuerySet

from modules.contract import Module, Sector, SuggestedRole
from modules.menu import SECTORS
from modules.models import ModuleSwitch
from modules.registry import discover, find
from modules.services.public import Definition, shipped
from tenants.models import Regency
from tenants.regions import SANDBOX

ENGINE = "services"
_OPEN = (Regency.State.ACTIVE, Regency.State.READ_ONLY)


@dataclass(frozen=True)
class Entry:
    """A module, or a service made of data, in the current language."""

    key: str
    name: str
    summary: str
    sector: Sector
    office: str
    law: tuple[str, ...]
    requires: tuple[str, ...]
    """Keys of what must be on as well."""
    recommends: tuple[str, ...]
    roles: tuple[SuggestedRole, ...]
    public: bool
    is_module: bool
    definition: Definition | None
    """How a case of it runs, where it has cases."""

    def matches(self, words: str) -> bool:
        """Whether every word stands somewhere in what is said of it."""
        text = f"{self.name} {self.summary} {self.office} {SECTORS[self.sector]}".casefold()
        return all(word in text for word in words.casefold().split())


@dataclass(frozen=True)
class Runners:
    """Who has it on: how many regencies, and the first of them by name."""

    count: int
    some: Sequence[Regency]


def entries() -> list[Entry]:
    """Everything, by sector and name. No SQL."""
    found = [*map(_of_module, discover()), *map(_of_service, shipped().values())]
    order = list(SECTORS)
    return sorted(found, key=lambda entry: (order.index(entry.sector), entry.name.casefold()))


def entry(key: str) -> Entry | None:
    """The module or service of that key."""
    return next((found for found in entries() if found.key == key), None)


def running() -> dict[str, int]:
    """In how many regencies each key is on. One query."""
    on = ModuleSwitch.objects.filter(state=ModuleSwitch.State.ON, regency__in=_at_work())
    return dict(on.values("module_key").annotate(n=Count("pk")).values_list("module_key", "n"))


def runners(key: str, most: int = 12) -> Runners:
    """Which regencies have it on; `most` of them by name."""
    on = _at_work().filter(switches__module_key=key, switches__state=ModuleSwitch.State.ON).order_by("name", "code")
    return Runners(on.count(), list(on[:most]))


def _at_work() -> QuerySet[Regency]:
    """Those that serve people with it: neither in trial nor closed, nor the one to try things in."""
    return Regency.objects.filter(state__in=_OPEN, live_at__isnull=False).exclude(code=SANDBOX.code)


def named(keys: Iterable[str]) -> list[tuple[str, str]]:
    """Keys with the names of their modules."""
    return [(key, str(module.name)) for key in keys if (module := find(key))]


def _of_module(module: Module) -> Entry:
    return Entry(
        key=module.key,
        name=str(module.name),
        summary=str(module.summary),
        sector=module.sector,
        office=str(module.office),
        law=module.law,
        requires=module.requires,
        recommends=module.recommends,
        roles=module.roles,
        public=module.public,
        is_module=True,
        definition=_definition(module.app),
    )


def _of_service(definition: Definition) -> Entry:
    engine = find(ENGINE)
    keys = {state.role for state in definition.states}
    return Entry(
        key=definition.key,
        name=definition.name,
        summary=definition.summary,
        sector=Sector(definition.sector) if definition.sector in set(Sector) else Sector.ADMINISTRATION,
        office=definition.office,
        law=tuple(definition.law),
        requires=(ENGINE,),
        recommends=(),
        roles=tuple(role for role in engine.roles if role.key in keys) if engine else (),
        public=definition.public,
        is_module=False,
        definition=definition,
    )


@cache
def _definition(app: str) -> Definition | None:
    """The workflow that a module ships for its cases, if it has any."""
    path = Path(__file__).resolve().parents[2].joinpath(*app.split("."), "definition.json")
    return Definition.model_validate_json(path.read_bytes()) if path.exists() else None
