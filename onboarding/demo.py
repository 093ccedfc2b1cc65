"""The demo: Batang with its baseline and its releases, Manggarai cloned from it, and invented people in both."""

import json
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from modules.library.actions import NothingChanged, PublicationRefused, publish
from modules.library.queries import latest_release, next_version
from modules.registry import discover
from onboarding import sandbox, staging, tasks
from onboarding.cast import PASSWORD
from onboarding.staging import Say
from tenants.accounts.actions import grant_role
from tenants.accounts.models import Role, User
from tenants.addresses import site_url
from tenants.audit.actions import Operator
from tenants.billing import demo as billing
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_public

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
AYU = Operator(OPERATORS[0][0])
LIST = settings.DATA_DIR / "demo.json"


class NotADemo(Exception):
    """This deployment holds real people."""


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
        regency = staging.raise_regency(code=code, schema=schema, brand=brand, source=source, by=AYU, say=say)
        members = staging.people(regency, at, password=PASSWORD)
        if not source:
            _publish(regency, members[0].user, at, say)
        staging.fill(regency, members, at, say)
        accounts += [_line(f"{schema}.{settings.BASE_DOMAIN}", "/work/", m.role, m.email) for m in members]
    billing.seed(payer=REGENCIES[0][1], waiting=REGENCIES[1][1], at=at)
    say("bills: one paid, one waiting")
    ask_for_sandbox()
    LIST.parent.mkdir(parents=True, exist_ok=True)
    LIST.write_text(json.dumps(accounts, indent=1), encoding="utf-8")


def ask_for_sandbox() -> None:
    """Have a worker make Kabupaten Contoh where there is none: nobody who starts the demo waits for it."""
    if settings.SANDBOX and not sandbox.is_open():
        tasks.reset_sandbox.delay()


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
        staging.strike(schema)
        say(f"{schema}: gone")


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
