"""The steps of a run. Each finds out what is already there, does the rest, and says in a sentence what is there now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.fleet.tasks import measure
from modules.library import baseline
from modules.library.actions import clone
from modules.library.queries import latest_release
from modules.models import ModuleSwitch
from modules.registry import find
from modules.switches import ON, switch
from onboarding.applications import progress
from onboarding.models import ProvisioningRun
from onboarding.plan import CodeTaken, SubdomainTaken
from tenants.accounts.actions import invite
from tenants.accounts.models import User
from tenants.audit.actions import Operator, record
from tenants.models import Domain, Regency
from tenants.organisation.actions import seed_regions, seed_units
from tenants.organisation.models import District, Unit, Village
from tenants.regions import regency as region
from tenants.routing import hosts
from tenants.schemas.context import after_commit, in_regency
from tenants.schemas.standby import make_schema


@dataclass(frozen=True)
class Step:
    """A named step; `work` runs in the public schema, in a transaction of its own, and may run again."""

    key: str
    label: str | Promise
    work: Callable[[ProvisioningRun, datetime], str | Promise]


def regency_of(run: ProvisioningRun) -> Regency:
    """The regency that the run is making."""
    return Regency.objects.get(code=run.code)


def reserve(run: ProvisioningRun, at: datetime) -> str:
    """The row and the host, closed to everybody until the last step."""
    info = region(run.code)
    host = f"{run.subdomain}.{settings.BASE_DOMAIN}"
    regency, _created = Regency.objects.get_or_create(
        code=run.code,
        defaults={
            "schema_name": run.schema_name,
            "kind": info.kind,
            "name": info.name,
            "province": info.province,
            "time_zone": info.time_zone,
            "state": Regency.State.PROVISIONING,
        },
    )
    if regency.state == Regency.State.DRAFT:  # it was here before, and everything of it was destroyed
        regency.state, regency.schema_name = Regency.State.PROVISIONING, run.schema_name
        regency.save(update_fields=["state", "schema_name"])
    if regency.state != Regency.State.PROVISIONING:
        raise CodeTaken(_("%s sudah ada di sini.") % regency.title)
    domain, _created = Domain.objects.get_or_create(domain=host, defaults={"tenant": regency, "is_primary": True})
    if domain.tenant_id != regency.pk:
        raise SubdomainTaken(_("Alamat %s sudah dipakai.") % host)
    hosts.changed()
    return host


def schema(run: ProvisioningRun, at: datetime) -> str:
    """The regency's own schema: one that waits ready, or a new one."""
    # One that is there already is not ours: ours and the mark of this step come in one transaction.
    return _("Diambil dari persediaan") if make_schema(run.schema_name) else _("Dibuat baru")


def regions(run: ProvisioningRun, at: datetime) -> str:
    """Districts, villages and their offices, and the agencies that every regency has."""
    with in_regency(regency_of(run)):
        seed_regions(code=run.code, by=None, at=at)
        seed_units(by=None, at=at)
        counts = {
            "districts": District.objects.count(),
            "villages": Village.objects.count(),
            "units": Unit.objects.count(),
        }
    return _("%(districts)s kecamatan, %(villages)s desa/kelurahan, %(units)s unit kerja") % counts


def templates(run: ProvisioningRun, at: datetime) -> str:
    """The chosen modules' packages of the source, or the baseline that each module ships."""
    regency = regency_of(run)
    packages = objects = 0
    for module in filter(None, map(find, run.modules)):
        schema_name = run.sources.get(module.key, run.source)
        source = Regency.objects.filter(schema_name=schema_name).first() if schema_name else None
        release = latest_release(source, module.key) if source else None
        if release:
            counts = clone(regency=regency, release=release, by=Operator(run.requested_by), at=at).counts()
            found = sum(counts.values())
        else:
            with in_regency(regency):
                found = baseline.load(module, by=None, at=at)
        packages += bool(found)
        objects += found
    return _("%(packages)s paket, %(objects)s templat") % {"packages": packages, "objects": objects}


def modules(run: ProvisioningRun, at: datetime) -> str:
    """The chosen modules and services, each after what it requires."""
    regency = regency_of(run)
    on = set(ModuleSwitch.objects.filter(regency=regency, state=ON).values_list("module_key", flat=True))
    for key in run.modules:
        if key not in on:
            switch(regency=regency, key=key, state=ON, by=Operator(run.requested_by), at=at)
    return _("%s modul dan layanan hidup") % len(run.modules)


def administrator(run: ProvisioningRun, at: datetime) -> str:
    """The first administrators' accounts and invitations."""
    people = [{"name": run.admin_name, "email": run.admin_email}] if run.admin_email else []
    people += run.administrators
    with in_regency(regency_of(run)):
        role = baseline.administrator_role()
        for person in people:
            address = person["email"].strip().lower()
            if not User.objects.filter(email=address).exists():
                _user, token = invite(email=address, name=person["name"] or address, roles=[role], by=None, at=at)
                run.token = token  # type: ignore[attr-defined]  # for the terminal that asked; never stored
    if not people:
        return _("Tanpa undangan")
    return _("Undangan dikirim kepada %s") % ", ".join(person["email"] for person in people)


def open_door(run: ProvisioningRun, at: datetime) -> str:
    """From here on the address answers, in trial."""
    regency = Regency.objects.select_for_update().get(code=run.code)
    regency.state = Regency.State.ACTIVE
    regency.save(update_fields=["state"])
    with in_regency(regency):
        record("onboarding.regency_opened", subject=regency, by=Operator(run.requested_by), at=at)
        after_commit(measure.delay, robust=True)  # so that the console knows it before the next hour
    progress.opened(run=run, at=at)
    hosts.changed()
    return regency.host


STEPS = (
    Step("reserve", gettext_lazy("Kode dan alamat dipesan"), reserve),
    Step("schema", gettext_lazy("Ruang data tersendiri dibuat"), schema),
    Step("regions", gettext_lazy("Kecamatan, desa, dan unit kerja dimuat"), regions),
    Step("templates", gettext_lazy("Templat disalin"), templates),
    Step("modules", gettext_lazy("Modul dihidupkan"), modules),
    Step("administrator", gettext_lazy("Administrator diundang"), administrator),
    Step("open", gettext_lazy("Alamat dibuka"), open_door),
)
