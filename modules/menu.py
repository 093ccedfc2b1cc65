"""The staff menu, from the declarations of the modules that are on."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.contract import NavItem, Sector, Text
from modules.registry import discover
from modules.switches import is_reachable
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency
from tenants.permissions import ConsolePermission

SECTORS = {
    Sector.WELFARE: _("Kesejahteraan"),
    Sector.PLANNING: _("Perencanaan dan anggaran"),
    Sector.ACCOUNTABILITY: _("Kinerja"),
    Sector.HEALTH: _("Kesehatan"),
    Sector.POPULATION: _("Kependudukan"),
    Sector.ECONOMY: _("Ekonomi"),
    Sector.LICENSING: _("Perizinan"),
    Sector.VILLAGE: _("Desa"),
    Sector.ADMINISTRATION: _("Layanan"),
}
SETTINGS = (
    NavItem(_("Modul"), "settings:modules", StaffPermission.MANAGE_MODULES, "toggle-right"),
    NavItem(_("Paket templat"), "library:packages", StaffPermission.MANAGE_PACKAGES, "package"),
    NavItem(_("Pegawai"), "staff:users", StaffPermission.MANAGE_STAFF, "users"),
    NavItem(_("Peran"), "settings:roles", StaffPermission.MANAGE_ROLES, "key-round"),
    NavItem(_("Organisasi"), "organisation:units", "organisation.view", "network"),
    NavItem(_("Paket data"), "exports:packages", StaffPermission.EXPORT_DATA, "archive"),
    NavItem(_("Jejak audit"), "audit:entries", StaffPermission.VIEW_AUDIT, "scroll-text"),
)


CONSOLE = (
    NavItem(_("Kabupaten"), "console:regencies", ConsolePermission.VIEW, "map"),
    NavItem(_("Penyiapan"), "console:runs", ConsolePermission.VIEW, "rocket"),
    NavItem(_("Paket templat"), "console:releases", ConsolePermission.VIEW, "package"),
    NavItem(_("Cadangan"), "console:backups", ConsolePermission.VIEW, "archive"),
    NavItem(_("Operator"), "console:operators", ConsolePermission.MANAGE_OPERATORS, "users"),
    NavItem(_("Jejak audit"), "console:audit", ConsolePermission.VIEW, "scroll-text"),
)


def menu(request: HttpRequest) -> dict[str, Any]:
    """Template context: `menu`, a list of sections with items, for signed-in staff or operators."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    regency = getattr(request, "regency", None)
    if regency and request.path.startswith("/work/"):
        sections = _work(regency)
    elif not regency and request.path.startswith("/console/"):
        sections = [("", list(CONSOLE))]
    else:
        return {}
    shown = [(label, [_item(item) for item in items if user.has(item.permission)]) for label, items in sections]
    _mark_current(request.path, [item for _label, items in shown for item in items])
    return {"menu": [{"label": label, "items": items} for label, items in shown if items]}


def _mark_current(path: str, items: list[dict[str, Any]]) -> None:
    """The entry whose address is the longest beginning of the page's own."""
    above = [item for item in items if path.startswith(item["url"])]
    if above:
        max(above, key=lambda item: len(item["url"]))["current"] = True


def _work(regency: Regency) -> list[tuple[Text, list[NavItem]]]:
    sections: list[tuple[Text, list[NavItem]]] = [
        (
            SECTORS[sector],
            [item for m in discover() if m.sector is sector and is_reachable(regency, m.key) for item in m.nav],
        )
        for sector in SECTORS
    ]
    return [*sections, (_("Pengaturan"), list(SETTINGS))]


def _item(item: NavItem) -> dict[str, Any]:
    return {"label": item.label, "url": reverse(item.url_name), "icon": item.icon, "current": False}
