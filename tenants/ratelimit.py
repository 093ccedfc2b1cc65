"""How often somebody may try something: counted in Redis, per regency (its cache keys carry the schema)."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def is_too_often(action: str, who: str, *, limit: int, seconds: int) -> bool:
    """Count one more try of `action` by `who`; True when there were more than `limit` in the last window."""
    key = f"tries:{action}:{who}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) > limit
    except ValueError:  # the window ended between the two calls: this try is the first of the next
        return limit < 1


def is_over(request: HttpRequest, action: str) -> bool:
    """Count one more `action` of somebody who is not signed in; True when their address did it too often.

    How often is in settings.LIMITS. Staff are known by name, and a village office files for many from one address.
    """
    if request.user.is_authenticated:
        return False
    limit, seconds = settings.LIMITS[action]
    return is_too_often(action, address(request), limit=limit, seconds=seconds)


def limited(action: str) -> Callable[[View], View]:
    """The view refuses (429) what is sent too often by people who are not signed in. Looking is not counted."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST" and is_over(request, action):
                response = render(request, "429.html", status=429)
                response["Retry-After"] = str(settings.LIMITS[action][1])
                return response
            return view(request, *args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate


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
