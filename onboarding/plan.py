"""What a provisioning run would do, checked before anything is made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from modules.library.queries import latest_release
from modules.models import ModuleSwitch
from modules.registry import discover, find
from modules.services.public import shipped
from onboarding.models import ProvisioningRun
from tenants.models import Domain, Regency
from tenants.regions import RegencyInfo, SubdomainRefused, UnknownRegency, check_subdomain, regency, suggest_subdomain
from tenants.schemas.context import in_public

SERVICES = "services"


class ProvisioningRefused(Exception):
    """The request cannot be carried out; the text says why and what to do. `field` is the one to look at."""

    field: str | None = None

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field or type(self).field


class UnknownCode(ProvisioningRefused):
    field = "code"


class CodeTaken(ProvisioningRefused):
    """The regency is here already."""

    field = "code"


class AlreadyProvisioning(ProvisioningRefused):
    """Somebody else is making this regency, or an earlier attempt still holds its code."""

    field = "code"


class SubdomainTaken(ProvisioningRefused):
    """Reserved, taken, of another regency, or too much like one that is."""

    field = "subdomain"


class UnknownSource(ProvisioningRefused):
    field = "source"


class UnknownModule(ProvisioningRefused):
    field = "modules"


class RequirementMissing(ProvisioningRefused):
    """A module was chosen without one that it needs."""

    field = "modules"


@dataclass(frozen=True)
class Plan:
    """A request that can be carried out."""

    info: RegencyInfo
    subdomain: str
    source: Regency | None
    modules: tuple[str, ...]


def plan(
    *, code: str, subdomain: str = "", source: str = "", modules: Iterable[str] = (), admin_email: str = ""
) -> Plan:
    """Check a request. No modules means those of the source, or all. Raises ProvisioningRefused."""
    with in_public():
        info = _info(code)
        subdomain = subdomain.strip().lower() or suggest_subdomain(info)
        _check_subdomain(subdomain, code)
        origin = _source(source)
        chosen = tuple(dict.fromkeys(key.strip() for key in modules if key.strip()))
        keys = in_order(chosen or default_modules(origin), known_services(origin))
        if admin_email:
            _check_email(admin_email)
        return Plan(info, subdomain, origin, keys)


def taken_subdomains() -> list[str]:
    """Subdomains of regencies and of runs that hold one."""
    suffix = f".{settings.BASE_DOMAIN}"
    hosts = Domain.objects.filter(domain__endswith=suffix).values_list("domain", flat=True)
    held = ProvisioningRun.objects.filter(state__in=ProvisioningRun.OPEN).values_list("subdomain", flat=True)
    return [*(host.removesuffix(suffix) for host in hosts), *held]


def default_modules(source: Regency | None) -> tuple[str, ...]:
    """What is on in the source; without one, everything that this deployment has."""
    if source is None:
        return (*(module.key for module in discover()), *sorted(known_services(None)))
    on = ModuleSwitch.objects.filter(regency=source, state=ModuleSwitch.State.ON).values_list("module_key", flat=True)
    return tuple(sorted(on))


def known_services(source: Regency | None) -> frozenset[str]:
    """Keys of services that the new regency could have: of the source's release, or those that ship."""
    keys = {module.key for module in discover()}
    release = latest_release(source, SERVICES) if source else None
    if release is None:
        return frozenset(shipped()) - keys
    found = {part["key"] for part in release.content["objects"] if part["model"] == "services.service"}
    return frozenset(found) - keys


def in_order(keys: Sequence[str], services: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Essential modules, then each module after what it requires, then services.

    Raises UnknownModule and RequirementMissing.
    """
    wanted = dict.fromkeys([*(m.key for m in discover() if m.essential), *keys])
    ordered: dict[str, None] = {}
    for key in wanted:
        module = find(key)
        if module is None and key not in services:
            raise UnknownModule(_("Modul atau layanan “%s” tidak dikenal.") % key)
        if module and (missing := [other for other in module.requires if other not in wanted]):
            names = ", ".join(str(found.name) if (found := find(other)) else other for other in missing)
            raise RequirementMissing(
                _("%(module)s membutuhkan %(missing)s. Pilih keduanya.") % {"module": module.name, "missing": names}
            )

    def add(key: str) -> None:
        module = find(key)
        for other in module.requires if module else ():
            if other not in ordered:
                add(other)
        ordered[key] = None

    for key in sorted(wanted, key=lambda key: find(key) is None):
        if key not in ordered:
            add(key)
    return tuple(ordered)


def _info(code: str) -> RegencyInfo:
    try:
        info = regency(code.strip())
    except UnknownRegency:
        raise UnknownCode(_("Kode “%s” bukan kode kabupaten atau kota. Contoh kode: 33.25.") % code) from None
    if Regency.objects.filter(code=info.code).exists() and not _runs(info.code):
        raise CodeTaken(_("%s sudah ada di sini.") % info.title)
    if run := _runs(info.code):
        raise AlreadyProvisioning(already(run, info.title))
    return info


def already(run: ProvisioningRun | None, title: str) -> str:
    """The sentence for whoever comes second."""
    if run is not None and run.state == ProvisioningRun.State.FAILED:
        return _("Penyiapan %s gagal sebelumnya. Ulangi atau batalkan penyiapan itu dahulu.") % title
    return _("%s sedang disiapkan oleh orang lain. Tunggu sampai selesai.") % title


def _runs(code: str) -> ProvisioningRun | None:
    return ProvisioningRun.objects.filter(code=code, state__in=ProvisioningRun.OPEN).first()


def _check_subdomain(subdomain: str, code: str) -> None:
    if Regency.objects.filter(schema_name=ProvisioningRun(subdomain=subdomain or "-").schema_name).exists():
        raise SubdomainTaken(_("“%s” sudah dipakai. Pilih nama lain.") % subdomain)
    try:
        check_subdomain(subdomain, code=code.strip(), taken=taken_subdomains())
    except SubdomainRefused as refused:
        raise SubdomainTaken(str(refused.sentence)) from None


def _source(schema: str) -> Regency | None:
    if not schema:
        return None
    found = Regency.objects.filter(schema_name=schema, state__in=["active", "read_only"]).first()
    if found is None:
        raise UnknownSource(_("Tidak ada kabupaten “%s” yang dapat disalin.") % schema)
    return found


def _check_email(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise ProvisioningRefused(_("“%s” bukan alamat surel.") % address, "admin_email") from None
