"""Every address of the product, read from the URL configuration."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

OUTSIDE = ("allauth.", "drf_spectacular.")
"""Packages whose views keep their own rules."""


@dataclass(frozen=True)
class Endpoint:
    """One URL pattern with its full name and the names of its parameters."""

    name: str
    route: str
    parameters: tuple[str, ...]
    view: Callable[..., Any]
    urlconf: str

    @property
    def module(self) -> str:
        """The outermost namespace that is not the API's."""
        found = next((part for part in self.name.split(":")[:-1] if part != "api"), "")
        return found.removesuffix("-api")  # an app's API is a second instance of its namespace

    @property
    def permission(self) -> Any:
        """What the view names: a permission, `public`, `signed_in`, or a mapping by HTTP method.

        A view that is public by one method (signing in) is not closed.
        """
        cls = getattr(self.view, "cls", None) or getattr(self.view, "view_class", None)
        holder = cls or self.view
        named = getattr(holder, "permissions", None) or getattr(holder, "permission", None)
        return "public" if isinstance(named, dict) and "public" in named.values() else named

    @property
    def is_ours(self) -> bool:
        return not self.view.__module__.startswith(OUTSIDE)

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")


def endpoints(urlconf: str) -> list[Endpoint]:
    """All endpoints of a site that are the product's own."""
    return [found for found in _walk(get_resolver(urlconf), "", (), (), urlconf) if found.is_ours]


def _walk(
    resolver: URLResolver, route: str, names: tuple[str, ...], parameters: tuple[str, ...], urlconf: str
) -> Iterator[Endpoint]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        found = (*parameters, *entry.pattern.converters)
        if isinstance(entry, URLResolver):
            inner = (*names, entry.namespace) if entry.namespace else names
            yield from _walk(entry, here, inner, found, urlconf)
        elif isinstance(entry, URLPattern):
            yield Endpoint(":".join((*names, entry.name or "")), here, found, entry.callback, urlconf)


REGENCY = endpoints(settings.ROOT_URLCONF)
PUBLIC = endpoints(settings.PUBLIC_SCHEMA_URLCONF)
EVERY = [*REGENCY, *PUBLIC]
