"""What a balancer and a TLS proxy ask."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from django_tenants.utils import app_labels
from redis.exceptions import RedisError

from config import fleet
from tenants import liveness
from tenants.accounts.access import public_page
from tenants.routing import resolve
from tenants.schemas.release import TemplateBehind, current_release

STALE_SECONDS = 120
"""Six times the pause between what the scheduler starts."""
_migrated: set[bool] = set()


@public_page
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public_page
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether pages can be answered: 503 when not. Worker and scheduler are told beside it and fail nothing here.

    Taking the web away because no letter is made would only add to the damage.
    """
    needed: dict[str, bool] = {"database": _database(), "cache": _cache(), "broker": _broker()}
    needed["migrations"] = needed["database"] and _migrations()
    beside = {part: _life(part) for part in liveness.PARTS}
    return JsonResponse({**needed, **beside}, status=200 if all(needed.values()) else 503)


@public_page
@require_safe
def tls_ask(request: HttpRequest) -> HttpResponse:
    """Whether a certificate may be made for `?domain=`: only for hosts that exist."""
    known = resolve(request.GET.get("domain", "")) is not None
    return HttpResponse(status=200 if known else 404)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cache() -> bool:
    return _answers(lambda: caches["fleet"].set("ready", 1, timeout=5))


def _broker() -> bool:
    return _answers(fleet.queue_lengths)


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except RedisError:
        return False
    return True


def _migrations() -> bool:
    """Whether public and template have all that this code knows; once they have, it is not asked again."""
    if not _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(_shared_heads(executor)):
            return False
        try:
            current_release()
        except TemplateBehind:
            return False
        _migrated.add(True)
    return True


def _shared_heads(executor: MigrationExecutor) -> list[tuple[str, str]]:
    labels = set(app_labels(settings.SHARED_APPS))
    return [key for key in executor.loader.graph.leaf_nodes() if key[0] in labels]


def _life(part: str) -> str:
    try:
        silence = liveness.silence(part)
    except RedisError:
        return "unknown"
    if silence is None:
        return "never seen"
    return "stale" if silence > STALE_SECONDS else "alive"
