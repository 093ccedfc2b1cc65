"""What a citizen finds on the portal: services made of data and modules with a public page, by life event."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.registry import discover, find
from modules.services.queries import offered, versions
from modules.switches import ON, is_reachable, state_of, switches
from tenants.models import Regency

EVENTS = {
    "kelahiran": gettext_lazy("Kelahiran"),
    "sekolah": gettext_lazy("Sekolah"),
    "bekerja": gettext_lazy("Bekerja"),
    "usaha": gettext_lazy("Usaha"),
    "pindah": gettext_lazy("Pindah dan tempat tinggal"),
    "keluarga": gettext_lazy("Keluarga membutuhkan bantuan"),
    "sakit": gettext_lazy("Sakit dan darurat"),
    "berduka": gettext_lazy("Kematian"),
    "bencana": gettext_lazy("Bencana"),
    "melapor": gettext_lazy("Melapor"),
}
"""Life events in the order of a life; a service may name another, which then stands behind these."""


@dataclass(frozen=True)
class Tile:
    """A service as it lies on the portal."""

    name: str
    summary: str
    event: str
    url: str
    days: int | None
    is_closing: bool

    def matches(self, query: str) -> bool:
        """Whether every word of the query stands somewhere in it."""
        text = f"{self.name} {self.summary} {event_title(self.event)}".casefold()
        return all(word in text for word in query.casefold().split())


@dataclass(frozen=True)
class LifeEvent:
    key: str
    title: str
    names: str
    count: int
    slowest: int | None
    """The longest promise among its services, in working days."""


def tiles(regency: Regency) -> list[Tile]:
    """Everything that a citizen of the regency can ask for now, by name. No SQL when warm."""
    found = []
    for definition in offered():
        module = find(definition.managed_by) if definition.managed_by else None
        if not is_reachable(regency, definition.key) or (definition.managed_by and not (module and module.public)):
            continue
        url = f"/{module.key}/" if module else reverse("services:service", args=[definition.key])
        closing = state_of(regency, definition.key) != ON
        found.append(
            Tile(definition.name, definition.summary, definition.life_event, url, definition.promise_days, closing)
        )
    shown = {tile.url for tile in found}
    for module in discover():
        url = f"/{module.key}/"
        if module.public and not module.essential and url not in shown and is_reachable(regency, module.key):
            closing = state_of(regency, module.key) != ON
            found.append(Tile(str(module.name), str(module.summary), "", url, None, closing))
    return sorted(found, key=lambda tile: tile.name.casefold())


def facts(regency: Regency) -> tuple[object, object]:
    """What `tiles` reads of the regency: as long as these are the same objects, it answers the same."""
    return versions.get(regency.schema_name), switches.get(regency.schema_name)


def event_title(key: str) -> str:
    """How a life event is called."""
    return str(EVENTS.get(key, key.capitalize() or _("Layanan lain")))


def life_events(found: Iterable[Tile]) -> list[LifeEvent]:
    """The life events for which there is something, with what that is."""
    groups: dict[str, list[Tile]] = defaultdict(list)
    for tile in found:
        if tile.event:
            groups[tile.event].append(tile)
    order = {key: place for place, key in enumerate(EVENTS)}
    events = []
    for key in sorted(groups, key=lambda key: (order.get(key, len(order)), key)):
        group = groups[key]
        days = [tile.days for tile in group if tile.days is not None]
        names = ", ".join(tile.name for tile in group)
        events.append(LifeEvent(key, event_title(key), names, len(group), max(days, default=None)))
    return events
