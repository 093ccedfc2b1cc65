"""What the measures stand on: the demo's two regencies and two more, 10,000 cases, and an officer who sees them all."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import cycle, islice

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.utils import timezone

from modules.services.definition import State
from modules.services.models import Case, Service
from onboarding import actions, demo
from onboarding.models import ProvisioningRun
from tenants.accounts.models import Role, RoleGrant, User
from tenants.models import Regency
from tenants.organisation.models import Village
from tenants.schemas.context import in_schema

BATANG, OTHERS = "batang", {"53.10": "manggarai", "33.24": "kendal", "53.07": "sikka"}
SCHEMAS = (BATANG, *OTHERS.values())
CASES, FEW = 10_000, 500
SEEN_EVERYWHERE = ("lapor_bupati", "surat_keterangan_tidak_mampu")
"""Services in whose workflow a role of the officer stands for the whole regency."""
ROLES = ("petugas_layanan", "verifikator_dinsos")


@cache
def ground() -> None:
    """Make what is missing of it."""
    at = timezone.now()
    demo.build(at, lambda _line: None)
    there = set(Regency.objects.values_list("schema_name", flat=True))
    for code, schema in OTHERS.items():
        if schema not in there:
            provisioned(code, schema)
    for schema in SCHEMAS:
        with in_schema(schema):
            officer()
            _fill(CASES if schema == BATANG else FEW, at)


def provisioned(code: str, subdomain: str) -> ProvisioningRun:
    """A regency by the run that operators start, cloned from Batang. Raises RuntimeError when it fails."""
    run = actions.request_run(
        code=code, subdomain=subdomain, source=BATANG, by=None, at=timezone.now(), in_background=False
    )
    run = actions.provision(run.pk)
    if run.state != ProvisioningRun.State.DONE:
        raise RuntimeError(run.error)
    return run


def officer() -> User:
    """Somebody of the current regency who sees every case."""
    user, _created = User.objects.get_or_create(email="officer@bench.test", defaults={"name": "Sri Wahyuni"})
    for key in ROLES:
        RoleGrant.objects.get_or_create(user=user, role=Role.objects.get(key=key))
    return user


def session_cookie(schema: str) -> str:
    """The officer signed in: what their browser would send."""
    with in_schema(schema):
        user, session = officer(), SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _fill(count: int, at: datetime) -> None:
    missing = count - Case.objects.count()
    if missing > 0:
        Case.objects.bulk_create(islice(_cases(at), missing), batch_size=1000)


def _cases(at: datetime) -> Iterator[Case]:
    """Cases of a busy year in every state, a fifth of them closed; a few days late, most of them ahead."""
    services = Service.objects.filter(key__in=SEEN_EVERYWHERE).select_related("current")
    ways = [(service, state) for service in services for state in _states(service)]
    places = cycle(Village.objects.order_by("pk"))
    for number, (service, state) in enumerate(cycle(ways), 1):
        yield Case(
            number=f"TU-{number:06}",
            service=service,
            version=service.current,
            state=state.key,
            turn_role="" if state.is_end else state.role,
            turn_scope="" if state.is_end else state.scope,
            village=next(places),
            applicant_name=f"Pemohon {number * 7919 % CASES:05}",
            sealed_answers="{}",
            title=f"Permohonan ke-{number}",
            filed_at=at - timedelta(hours=number % 700),
            due_at=None if state.is_end or state.waits_for_applicant else at + timedelta(hours=number * 31 % 400 - 60),
            paused_at=at if state.waits_for_applicant else None,
            closed_at=at if state.is_end else None,
            outcome=state.outcome,
        )


def _states(service: Service) -> list[State]:
    """A closed one for every four that are open."""
    states = service.definition.states
    opened, ended = [s for s in states if not s.is_end], [s for s in states if s.is_end]
    return [*opened * 4, *ended[:1] * len(opened)]
