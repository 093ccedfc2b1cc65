"""How often somebody may try something: counted in Redis, per regency (its cache keys carry the schema)."""

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


def address(request: HttpRequest) -> str:
    """The address that the request came from, as the web server saw it."""
    return request.META.get("REMOTE_ADDR", "")
