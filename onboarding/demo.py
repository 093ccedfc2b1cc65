"""The demo: Batang with its baseline and its releases, Manggarai cloned from it, and invented people in both."""

import json
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from modules.contract import Module
from modules.library.actions import NothingChanged, PublicationRefused, publish
from modules.library.models import Clone, Release
from modules.library.queries import latest_release, next_version
from modules.registry import discover
from modules.switches import is_reachable, switches
from onboarding import actions
from onboarding.cast import PASSWORD, Member, enlist
from onboarding.models import ProvisioningRun
from tenants.accounts.actions import grant_role
from tenants.accounts.models import Role, User
from tenants.addresses import site_url
from tenants.audit.actions import Operator
from tenants.billing import demo as billing
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_regency
from tenants.schemas.standby import drop_schema

Say = Callable[[str], None]
REGENCIES = (
    # code, schema, colour, cloned from
    ("33.25", "batang", "teal", ""),
    ("53.10", "manggarai", "songke", "batang"),
)
OPERATORS = (
    ("Ayu Pertiwi", "operator@rujukan.test", "Operator pusat", tuple(ConsolePermission)),
    (
        "Sari Anggraini",
        "keuangan@rujukan.test",
        "Keuangan pusat",
        (ConsolePermission.VIEW, ConsolePermission.VIEW_BILLING, ConsolePermission.MANAGE_BILLING),
    ),
    ("Dimas Saputra", "pengamat@rujukan.test", "Pengamat pusat", (ConsolePermission.VIEW,)),
)
LIST = settings.DATA_DIR / "demo.json"


class NotADemo(Exception):
    """This deployment holds real people."""


class DemoIncomplete(Exception):
    """A regency of the demo could not be made; the text says why."""


def refuse_unless_demo() -> None:
    """Raise NotADemo unless settings.DEMO."""
    if not settings.DEMO:
        raise NotADemo("DEMO is off: this deployment is for real people, the demo stays out.")


def build(at: datetime, say: Say) -> None:
    """Make what is missing of the demo; nothing at all when it is there."""
    refuse_unless_demo()
    if is_built():
        say("The demo is there already.")
        return
    accounts = _operators(at)
    for code, schema, brand, source in REGENCIES:
        regency = _regency(code, schema, brand, source, say)
        members = _people(regency, at)
        if not source:
            _publish(regency, members[0].user, at, say)
        _fill(regency, members, at, say)
        accounts += [_line(f"{schema}.{settings.BASE_DOMAIN}", "/work/", m.role, m.email) for m in members]
    billing.seed(payer=REGENCIES[0][1], waiting=REGENCIES[1][1], at=at)
    say("bills: one paid, one waiting")
    LIST.parent.mkdir(parents=True, exist_ok=True)
    LIST.write_text(json.dumps(accounts, indent=1), encoding="utf-8")


def is_built() -> bool:
    """Whether the list of sign-ins and both regencies are there."""
    with in_public():
        open_ = Regency.objects.filter(schema_name__in=[row[1] for row in REGENCIES], state=Regency.State.ACTIVE)
        return LIST.exists() and open_.count() == len(REGENCIES)


def clear(say: Say) -> None:
    """Drop both regencies with everything in public that speaks of them."""
    refuse_unless_demo()
    LIST.unlink(missing_ok=True)
    for _code, schema, _brand, _source in reversed(REGENCIES):
        with in_public():
            drop_schema(schema)
            _forget(schema)
        say(f"{schema}: gone")


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


def _regency(code: str, schema: str, brand: str, source: str, say: Say) -> Regency:
    with in_public():
        found = Regency.objects.filter(schema_name=schema, state=Regency.State.ACTIVE).first()
        if found is None:
            held = ProvisioningRun.objects.filter(code=code, state__in=ProvisioningRun.OPEN).first()
            run = held or actions.request_run(
                code=code,
                subdomain=schema,
                source=source,
                by=Operator(OPERATORS[0][0]),
                at=timezone.now(),
                in_background=False,
            )
            run = actions.provision(
                run.pk, watch=lambda step: say(f"{schema}: {step.label} ({step.detail})") if step.seconds else None
            )
            if run.state != ProvisioningRun.State.DONE:
                raise DemoIncomplete(run.error)
            found = Regency.objects.get(schema_name=schema)
        found.brand = brand
        found.save(update_fields=["brand"])
        hosts.changed()
        return found


def _people(regency: Regency, at: datetime) -> list[Member]:
    with in_regency(regency):
        roles = {role.key: role for module in _on(regency) for role in module.roles}
        return enlist(regency.schema_name, list(roles.values()), at)


def _fill(regency: Regency, members: list[Member], at: datetime, say: Say) -> None:
    """Each module's `demo.py` may have `seed(*, regency, staff, at)`: `staff` are its people by key of their role."""
    staff = {member.key: member.user for member in members}
    with in_regency(regency):
        for module in _on(regency):
            if seed := _seed_of(module):
                with transaction.atomic():
                    seed(regency=regency, staff=staff, at=at)
                say(f"{regency.schema_name}: {module.key} filled")


def _on(regency: Regency) -> list[Module]:
    return [module for module in discover() if is_reachable(regency, module.key)]


def _seed_of(module: Module) -> Callable[..., None] | None:
    if not find_spec(f"{module.app}.demo"):
        return None
    seed: Callable[..., None] = import_module(f"{module.app}.demo").seed
    return seed


def _publish(regency: Regency, by: User, at: datetime, say: Say) -> None:
    for module in discover():
        if not module.templates:
            continue
        version = next_version(latest_release(regency, module.key))
        try:
            publish(regency=regency, module=module, version=version, notes="Templat Batang", by=by, at=at)
        except NothingChanged:
            continue
        except PublicationRefused as refused:
            say(f"{module.key}: {refused}")


def _operators(at: datetime) -> list[dict[str, str]]:
    password = make_password(PASSWORD)
    lines = []
    with in_public(), transaction.atomic():
        for name, email, title, permissions in OPERATORS:
            role, _created = Role.objects.get_or_create(
                key=title.lower().replace(" ", "-"),
                defaults={"name": title, "permissions": [str(permission) for permission in permissions]},
            )
            user, _created = User.objects.get_or_create(email=email, defaults={"name": name, "password": password})
            grant_role(user=user, role=role, by=None, at=at)
            lines.append(_line(settings.BASE_DOMAIN, "/console/", title, email))
    return lines


def _line(host: str, path: str, who: str, email: str) -> dict[str, str]:
    return {"where": site_url(host) + path, "who": who, "email": email, "password": PASSWORD}
