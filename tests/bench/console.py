"""The console's list of 514 regencies and the matrix of their modules, beside the raw SQL of the same page.

Rows stand in public alone: no regency is made for it.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from modules.fleet.models import RegencyFacts
from modules.models import ModuleSwitch
from modules.registry import discover
from tenants import regions
from tenants.accounts.models import Role, RoleGrant, User
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_public
from tenants.schemas.release import head
from tests.bench.row import Row, side_by_side

MOST_QUERIES, MOST_MS = 6, 200
LIST = """
SELECT r.*, f.* FROM tenants_regency r LEFT JOIN fleet_regencyfacts f ON f.regency_id = r.id
 ORDER BY r.name, r.id LIMIT 51
"""
COUNTS = """
SELECT r.state, f.health, count(*) FROM tenants_regency r LEFT JOIN fleet_regencyfacts f ON f.regency_id = r.id
 GROUP BY 1, 2
"""
MATRIX = """
SELECT r.id, r.code, r.name, s.module_key, s.state FROM tenants_regency r
  LEFT JOIN modules_moduleswitch s ON s.regency_id = r.id ORDER BY r.name, r.code
"""


def rows() -> list[Row]:
    """The list and the matrix as a browser gets them. The regencies that were made for it go again."""
    with in_public():
        made = _fleet()
        try:
            client = Client(headers={"host": settings.BASE_DOMAIN, "cookie": _cookie()})
            return [
                _page(client, "/console/", "list", (LIST, COUNTS)),
                _page(client, "/console/matrix/", "matrix", (MATRIX,)),
            ]
        finally:
            Regency.objects.filter(pk__in=made).delete()


def _page(client: Client, url: str, what: str, statements: tuple[str, ...]) -> Row:
    def ours() -> None:
        answer = client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")

    ours()
    with CaptureQueriesContext(connection) as asked:
        ours()
    queries = len(asked)
    mine, other, ratio = side_by_side(ours, _raw(statements), times=30)
    return Row(
        f"console: {what} of 514 regencies, {queries} queries",
        f"{mine:.1f} ms",
        "the raw SQL of the same page",
        f"{other:.1f} ms",
        f"x{1 / ratio:.2f}",
        f"{MOST_MS} ms, at most {MOST_QUERIES} queries",
        queries <= MOST_QUERIES and mine <= MOST_MS,
    )


def _raw(statements: tuple[str, ...]) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()

    return run


def _fleet() -> list[int]:
    """What is missing of the 514, each with facts and switches. Returns the numbers of those that were made."""
    at = timezone.now()
    here = set(Regency.objects.values_list("code", flat=True))
    made = Regency.objects.bulk_create(
        Regency(
            code=info.code,
            schema_name=f"bench_{info.code.replace('.', '_')}",
            kind=info.kind,
            name=info.name,
            province=info.province,
            time_zone=info.time_zone,
            state="active",
        )
        for info in regions.regencies()
        if info.code not in here
    )
    ModuleSwitch.objects.bulk_create(
        ModuleSwitch(regency=regency, module_key=module.key, state="on", changed_at=at)
        for regency in made
        for module in discover()
    )
    RegencyFacts.objects.bulk_create(
        RegencyFacts(
            regency=regency,
            measured_at=at - timedelta(minutes=number % 60),
            release=settings.RELEASE,
            schema_head=head(),
            cases_open=number,
            last_activity_at=at,
            health=("ok", "warn", "bad")[number % 3],
            problems=[[], ["late"], ["many_faults"]][number % 3],
        )
        for number, regency in enumerate(made)
    )
    return [regency.pk for regency in made]


def _cookie() -> str:
    """An operator signed in: what their browser would send."""
    user, _created = User.objects.get_or_create(email="operator@bench.test", defaults={"name": "Ayu"})
    role, _created = Role.objects.get_or_create(
        key="bench", defaults={"name": "Bench", "permissions": [str(p) for p in ConsolePermission]}
    )
    RoleGrant.objects.get_or_create(user=user, role=role)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
