"""What must be true before a regency goes live, computed each time from what stands in its schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext as _

from modules.models import ModuleSwitch
from modules.registry import find
from modules.services import public as services
from onboarding.applications.models import Agreement
from onboarding.applications.queries import in_force, name_of
from tenants.accounts.models import Role, RoleGrant
from tenants.accounts.permissions import StaffPermission
from tenants.mail.models import Sender
from tenants.models import Regency
from tenants.organisation.models import Unit
from tenants.schemas.context import in_public, in_regency


@dataclass(frozen=True)
class Fact:
    """One line of the list: what must be, whether it is, how far it is, and where to mend it."""

    key: str
    label: str
    holds: bool
    note: str
    url: str = ""


def of(regency: Regency, at: datetime) -> list[Fact]:
    """Everything that stands between a regency and going live, in the order of doing it."""
    with in_public():
        switched = ModuleSwitch.objects.filter(regency=regency, state=ModuleSwitch.State.ON)
        on = set(switched.values_list("module_key", flat=True))
        agreed = _agreements(regency, at)
    with in_regency(regency):
        return [_administrators(), _offices(), _sender(), *_roles(on), agreed, *_rehearsals(on), *_of_modules(on)]


def administrators_with_second_factor() -> int:
    """Active people of the current schema who manage staff and roles, and sign in with a second factor."""
    holders = [
        set(
            RoleGrant.objects.filter(user__is_active=True, role__permissions__contains=[str(permission)]).values_list(
                "user", flat=True
            )
        )
        for permission in (StaffPermission.MANAGE_STAFF, StaffPermission.MANAGE_ROLES)
    ]
    both = set.intersection(*holders)
    factors = Authenticator.objects.filter(user__in=both, type=Authenticator.Type.TOTP)
    return factors.values("user").distinct().count()


def offices_with_address() -> tuple[int, int]:
    """How many agencies (districts aside) have an address for their letters, and how many there are."""
    agencies = Unit.objects.open().agencies().exclude(kind=Unit.Kind.KECAMATAN)
    return agencies.exclude(address="").count(), agencies.count()


def _administrators() -> Fact:
    have, need = administrators_with_second_factor(), settings.GO_LIVE_ADMINISTRATORS
    return Fact(
        "administrators",
        _("%s administrator memakai verifikasi dua langkah") % need,
        have >= need,
        _("%(have)s dari %(need)s") % {"have": min(have, need), "need": need},
        "/work/staff/",
    )


def _offices() -> Fact:
    have, all_ = offices_with_address()
    return Fact(
        "offices",
        _("Daftar OPD terisi lengkap dengan alamat"),
        all_ > 0 and have == all_,
        _("%(have)s dari %(all)s OPD beralamat") % {"have": have, "all": all_},
        "/work/organisation/units/import/",
    )


def _sender() -> Fact:
    sender = Sender.objects.first()
    return Fact(
        "sender", _("Pengirim surel ditetapkan"), sender is not None, str(sender or _("belum")), "/work/outbox/sender/"
    )


def _roles(on: set[str]) -> Iterator[Fact]:
    """Every role that a module or service gives work to is held by somebody who can sign in."""
    held = set(
        RoleGrant.objects.filter(user__is_active=True)
        .exclude(user__password__startswith="!")
        .values_list("role__key", flat=True)
    )
    names = dict(Role.objects.values_list("key", "name"))
    by_service = services.roles_by_service()
    needed: dict[str, set[str]] = {}
    for key in sorted(on):
        module = find(key)
        needed[key] = {role.key for role in module.roles} if module and not module.essential else set()
        needed[key] |= by_service.get(key, frozenset())
    for key, roles in needed.items():
        if not roles:
            continue
        empty = sorted(str(names.get(role, role)) for role in roles - held)
        note = _("belum ada: %s") % ", ".join(empty) if empty else _("lengkap")
        yield Fact(f"roles:{key}", _("Petugas %s lengkap") % name_of(key), not empty, note, "/work/staff/import/")


def _agreements(regency: Regency, at: datetime) -> Fact:
    labels = dict(Agreement.Kind.choices)
    lacking = [
        str(labels[kind]) for kind in settings.GO_LIVE_AGREEMENTS if kind not in in_force(regency.code, at.date())
    ]
    note = _("belum ada: %s") % ", ".join(lacking) if lacking else _("lengkap")
    label = _("Naskah kerja sama ditandatangani dan diperiksa")
    return Fact("agreements", label, not lacking, note, "/work/start/agreements/")


def _rehearsals(on: set[str]) -> Iterator[Fact]:
    done, offered = services.rehearsed(), services.roles_by_service()
    keys = sorted(key for key in on if key in offered)
    if not keys:
        yield Fact(
            "rehearsal", _("Satu layanan dihidupkan"), False, _("belum ada layanan yang hidup"), "/work/start/services/"
        )
    for key in keys:
        note = _("sudah") if key in done else _("ajukan satu permohonan di portal, lalu selesaikan sampai akhir")
        yield Fact(f"rehearsal:{key}", _("Latihan %s selesai") % name_of(key), key in done, note, f"/services/{key}/")


def _of_modules(on: set[str]) -> Iterator[Fact]:
    """What modules themselves demand: `go_live_facts()` of their public face, pairs of words and whether it holds."""
    for module in filter(None, map(find, sorted(on))):
        if not find_spec(f"{module.app}.public"):
            continue
        tell: Any = getattr(import_module(f"{module.app}.public"), "go_live_facts", None)
        for number, (label, holds, note) in enumerate(tell() if tell else ()):
            yield Fact(f"{module.key}:{number}", label, holds, note)
