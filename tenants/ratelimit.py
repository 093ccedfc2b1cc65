"""How often somebody may try something: counted in Redis, per regency (its cache keys carry the schema)."""

from contextlib import suppress

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def is_too_often(action: str, who: str, *, limit: int, seconds: int) -> bool:
    """Count one more try of `action` by `who`; True when there were more than `limit` in the last window."""
    key = f"tries:{action}:{who}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) > limit
    except ValueError:  # the window ended between the two calls
        return False


def failures(action: str, who: str) -> int:
    """How often `who` has failed at `action` in the current window."""
    return int(cache.get(f"failures:{action}:{who}", 0))


def count_failure(action: str, who: str, *, seconds: int) -> None:
    """Count one more failure; the window begins with the first and ends `seconds` later."""
    key = f"failures:{action}:{who}"
    cache.add(key, 0, timeout=seconds)
    with suppress(ValueError):  # the window ended between the two calls
        cache.incr(key)


def address(request: HttpRequest) -> str:
    """The address that the request came from: the client behind trusted proxies (setting PROXIES)."""
    return get_adapter().get_client_ip(request)
