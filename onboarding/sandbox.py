"""Kabupaten Contoh: a living regency of invented people that anybody may try, in any role, without an account.

It is thrown away and made anew every night and whenever a visitor asks for it. Exists where settings.SANDBOX is on.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from modules.library.baseline import ADMINISTRATOR
from modules.registry import discover
from onboarding import staging
from onboarding.staging import Say
from tenants.accounts.models import RoleGrant, User
from tenants.addresses import site_url
from tenants.audit.actions import Operator
from tenants.models import Regency
from tenants.regions import SANDBOX, suggest_subdomain
from tenants.schemas.context import in_public
from tenants.schemas.locks import advisory_lock

SCHEMA = suggest_subdomain(SANDBOX)
PAUSE_SECONDS = 600
"""It is made anew at most once in this time, however many ask."""
_KEEPER = Operator("Kabupaten Contoh")


@dataclass(frozen=True)
class Part:
    """A person that a visitor may be."""

    key: str
    role: str
    name: str
    description: str


def address() -> str:
    """Where visitors choose a role, or nothing where there is no sandbox."""
    return f"{site_url(f'{SCHEMA}.{settings.BASE_DOMAIN}')}/try/" if settings.SANDBOX else ""


def is_open() -> bool:
    """Whether it is there."""
    with in_public():
        return Regency.objects.filter(schema_name=SCHEMA, state=Regency.State.ACTIVE).exists()


def build(at: datetime, say: Say) -> None:
    """Make what is missing of it. Raises StagingFailed."""
    if not settings.SANDBOX:
        return
    regency = staging.raise_regency(code=SANDBOX.code, schema=SCHEMA, brand="forest", by=_KEEPER, say=say)
    staging.fill(regency, staging.people(regency, at, password=None), at, say)


def reset(say: Say) -> bool:
    """Throw it away and make it anew; False while somebody else is at it. Raises StagingFailed."""
    with in_public(), advisory_lock("rujukan sandbox", wait=False) as held:
        if not held:
            return False
        staging.strike(SCHEMA)
        build(timezone.now(), say)
        return True


def may_reset() -> bool:
    """Claim the next making anew; False when the last one was a moment ago."""
    return caches["fleet"].add("sandbox:reset", 1, timeout=PAUSE_SECONDS)


def parts() -> list[Part]:
    """Who one may be in the sandbox, in whose schema we are: the administrator first, then as the modules name them."""
    told = {role.key: role.description for module in discover() for role in module.roles}
    told[ADMINISTRATOR] = "Mengatur modul, pegawai, peran, dan organisasi."
    grants = RoleGrant.objects.filter(user__in=_cast()).select_related("user", "role").order_by("user_id", "pk")
    return [Part(g.role.key, g.role.name, g.user.name, told.get(g.role.key, "")) for g in grants]


def player(key: str) -> User | None:
    """The person of a part."""
    return _cast().filter(grants__role__key=key).order_by("pk").first()


def is_here(regency: Regency | None) -> bool:
    """Whether the host that was asked is the sandbox's."""
    return settings.SANDBOX and regency is not None and regency.is_sandbox


def _cast():  # type: ignore[no-untyped-def]
    """Those who were invented with it; nobody that a visitor has invited."""
    return User.objects.filter(email__endswith=f"@{SCHEMA}.test", is_active=True)
