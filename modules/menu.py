"""The staff menu, from the declarations of the modules that are on."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
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
    NavItem(_("Langkah menuju mulai"), "start:checklist", StaffPermission.PREPARE, "list-checks"),
    NavItem(_("Kotak keluar"), "mail:outbox", StaffPermission.PREPARE, "send"),
    NavItem(_("Identitas"), "identity:identity", StaffPermission.MANAGE_IDENTITY, "palette"),
    NavItem(_("Modul"), "settings:modules", StaffPermission.MANAGE_MODULES, "toggle-right"),
    NavItem(_("Paket templat"), "library:packages", StaffPermission.MANAGE_PACKAGES, "package"),
    NavItem(_("Pegawai"), "staff:users", StaffPermission.MANAGE_STAFF, "users"),
    NavItem(_("Peran"), "settings:roles", StaffPermission.MANAGE_ROLES, "key-round"),
    NavItem(_("Organisasi"), "organisation:units", "organisation.view", "network"),
    NavItem(_("Akses dukungan"), "support:accesses", StaffPermission.CONSENT_SUPPORT, "life-buoy"),
    NavItem(_("Tagihan"), "billing:bills", StaffPermission.VIEW_BILLING, "receipt-text"),
    NavItem(_("Paket data"), "exports:packages", StaffPermission.EXPORT_DATA, "archive"),
    NavItem(_("Jejak audit"), "audit:entries", StaffPermission.VIEW_AUDIT, "scroll-text"),
)


CONSOLE = (
    NavItem(_("Kabupaten"), "console:regencies", ConsolePermission.VIEW, "map"),
    NavItem(_("Pengajuan"), "console:applications", ConsolePermission.VIEW, "inbox"),
    NavItem(_("Ringkasan harian"), "console:digest", ConsolePermission.VIEW, "clipboard-list"),
    NavItem(_("Tindakan massal"), "console:bulks", ConsolePermission.VIEW, "list-checks"),
    NavItem(_("Pengumuman"), "console:announcements", ConsolePermission.VIEW, "megaphone"),
    NavItem(_("Penyiapan"), "console:runs", ConsolePermission.VIEW, "rocket"),
    NavItem(_("Paket templat"), "console:releases", ConsolePermission.VIEW, "package"),
    NavItem(_("Tagihan"), "console:billing:invoices", ConsolePermission.VIEW_BILLING, "receipt-text"),
    NavItem(_("Penilaian"), "console:assessments", ConsolePermission.VIEW, "clipboard-check"),
    NavItem(_("Instrumen"), "console:instruments", ConsolePermission.MANAGE_INSTRUMENTS, "list-checks"),
    NavItem(_("Alamat"), "console:hosts", ConsolePermission.VIEW, "globe"),
    NavItem(_("Cadangan"), "console:backups", ConsolePermission.VIEW, "archive"),
    NavItem(_("Operator"), "console:operators", ConsolePermission.MANAGE_OPERATORS, "users"),
    NavItem(_("Daftar penghapusan"), "console:destructions", ConsolePermission.VIEW, "archive-x"),
    NavItem(_("Jejak audit"), "console:audit", ConsolePermission.VIEW, "scroll-text"),
)


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    icon: str


@dataclass(frozen=True)
class Section:
    label: str
    items: tuple[Entry, ...]


def menu(request: HttpRequest) -> dict[str, Any]:
    """Template context of staff and operators: `menu`, its sections, `menu_current`, the entry of the page, and
    `account_role`, as whom they work."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    regency, language = getattr(request, "regency", None), get_language()
    if regency and request.path.startswith("/work/"):
        sections = _work(_reachable(regency), user.permissions, language)
    elif not regency and request.path.startswith("/console/"):
        sections = _console(user.permissions, language)
    else:
        return {}
    return {"menu": sections, "menu_current": _current(request.path, sections), "account_role": user.role_names}


# Both are kept by all that they are made from, so there is nothing to make invalid.


@lru_cache(maxsize=512)
def _work(reachable: frozenset[str], permissions: frozenset[str], language: str | None) -> tuple[Section, ...]:
    """The menu of staff; `language` because its labels are translated."""
    open_modules = [module for module in discover() if module.key in reachable]
    sections = [
        (label, [i for m in open_modules if m.sector is sector for i in m.nav]) for sector, label in SECTORS.items()
    ]
    return _shown([*sections, (_("Pengaturan"), SETTINGS)], permissions)


@lru_cache(maxsize=64)
def _console(permissions: frozenset[str], language: str | None) -> tuple[Section, ...]:
    """The menu of operators."""
    return _shown([("", CONSOLE)], permissions)


def _reachable(regency: Regency) -> frozenset[str]:
    return frozenset(module.key for module in discover() if is_reachable(regency, module.key))


def _shown(sections: Iterable[tuple[Text, Iterable[NavItem]]], permissions: frozenset[str]) -> tuple[Section, ...]:
    """Without the entries that somebody with these permissions may not open, and without empty sections."""
    found = [
        (label, tuple(_entry(item) for item in items if str(item.permission) in permissions))
        for label, items in sections
    ]
    return tuple(Section(str(label), items) for label, items in found if items)


def _entry(item: NavItem) -> Entry:
    return Entry(str(item.label), reverse(item.url_name), item.icon)


def _current(path: str, sections: Iterable[Section]) -> Entry | None:
    """The entry whose address is the longest beginning of the page's own."""
    above = [item for section in sections for item in section.items if path.startswith(item.url)]
    return max(above, key=lambda item: len(item.url), default=None)
