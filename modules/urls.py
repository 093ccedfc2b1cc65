"""Mounts every module under its key: citizens at `/<key>/`, staff at `/work/<key>/`, one namespace."""

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

from modules.contract import Module
from modules.registry import discover


def _mount(module: Module) -> URLResolver:
    urls = import_module(f"{module.app}.urls")
    patterns: list[URLPattern | URLResolver] = [path(f"work/{module.key}/", include(urls.urlpatterns))]
    if portal := getattr(urls, "portal_urlpatterns", None):
        patterns.append(path(f"{module.key}/", include(portal)))
    return path("", include((patterns, module.key)))


urlpatterns = [_mount(module) for module in discover()]
