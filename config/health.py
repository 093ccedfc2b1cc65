"""What a balancer and a TLS proxy ask."""

from django.core.cache import caches
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from tenants.accounts.access import public_page
from tenants.routing import resolve


@public_page
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public_page
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The process reaches PostgreSQL and Redis; 503 otherwise."""
    found = {"database": _database(), "cache": _cache()}
    return JsonResponse(found, status=200 if all(found.values()) else 503)


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
    try:
        caches["fleet"].set("ready", 1, timeout=5)
    except RedisError:
        return False
    return True
