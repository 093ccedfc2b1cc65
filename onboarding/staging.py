"""A regency of invented people: made, filled by its modules, thrown away again."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

from django.db import connection, transaction
from django.utils import timezone

from modules.contract import Module
from modules.library.models import Clone, Release
from modules.registry import discover
from modules.switches import is_reachable, switches
from onboarding import actions
from onboarding.cast import Member, enlist
from onboarding.models import ProvisioningRun
from tenants.audit.actions import Operator
from tenants.billing import demo as billing
from tenants.models import Regency
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_regency
from tenants.schemas.standby import drop_schema

Say = Callable[[str], None]


class StagingFailed(Exception):
    """The regency could not be made; the text says why."""


def raise_regency(*, code: str, schema: str, brand: str, source: str = "", by: Operator, say: Say) -> Regency:
    """The regency, made unless it is there and open. Raises StagingFailed."""
    with in_public():
        found = Regency.objects.filter(schema_name=schema, state=Regency.State.ACTIVE).first()
        if found is None:
            held = ProvisioningRun.objects.filter(code=code, state__in=ProvisioningRun.OPEN).first()
            run = held or actions.request_run(
                code=code, subdomain=schema, source=source, by=by, at=timezone.now(), in_background=False
            )
            run = actions.provision(
                run.pk, watch=lambda step: say(f"{schema}: {step.label} ({step.detail})") if step.seconds else None
            )
            if run.state != ProvisioningRun.State.DONE:
                raise StagingFailed(run.error)
            found = Regency.objects.get(schema_name=schema)
        found.brand = brand
        found.save(update_fields=["brand"])
        hosts.changed()
        return found


def people(regency: Regency, at: datetime, *, password: str | None) -> list[Member]:
    """One person for every role that its modules suggest; without a password nobody signs in by typing one."""
    with in_regency(regency):
        roles = {role.key: role for module in _on(regency) for role in module.roles}
        return enlist(regency.schema_name, list(roles.values()), at, password=password)


def fill(regency: Regency, members: list[Member], at: datetime, say: Say) -> None:
    """Each module's `demo.py` may have `seed(*, regency, staff, at)`: `staff` are its people by key of their role."""
    staff = {member.key: member.user for member in members}
    with in_regency(regency):
        for module in _on(regency):
            if seed := _seed_of(module):
                with transaction.atomic():
                    seed(regency=regency, staff=staff, at=at)
                say(f"{regency.schema_name}: {module.key} filled")


def strike(schema: str) -> None:
    """Drop a regency of invented people, with everything in public that speaks of it."""
    with in_public():
        drop_schema(schema)
        _forget(schema)


@transaction.atomic
def _forget(schema: str) -> None:
    regency = Regency.objects.filter(schema_name=schema).first()
    ProvisioningRun.objects.filter(subdomain=schema).delete()
    if regency is None:
        return
    Clone.objects.filter(release__publisher=regency).delete()
    with connection.cursor() as cursor:  # a real release is never deleted; an invented one is
        cursor.execute("ALTER TABLE library_release DISABLE TRIGGER library_release_refuse")
        Release.objects.filter(publisher=regency).delete()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE library_release ENABLE TRIGGER library_release_refuse")
    billing.forget(regency=regency)
    regency.delete()
    hosts.changed()
    switches.changed()


def _on(regency: Regency) -> list[Module]:
    return [module for module in discover() if is_reachable(regency, module.key)]


def _seed_of(module: Module) -> Callable[..., None] | None:
    if not find_spec(f"{module.app}.demo"):
        return None
    seed: Callable[..., None] = import_module(f"{module.app}.demo").seed
    return seed
