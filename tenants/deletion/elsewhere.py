"""What of a regency lies outside its schema and its folder: each app that keeps such things removes its own.

An app's `destruction.py` has `destroy(regency) -> int`: it removes what it keeps of the regency (backups, for one)
and says how many things went. It is called in public and may be called again.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from tenants.models import Regency


@cache
def destroyers() -> dict[str, Callable[[Regency], int]]:
    """By the label of the app."""
    return {
        config.label: import_module(f"{config.name}.destruction").destroy
        for config in apps.get_app_configs()
        if config.name.startswith(("tenants", "modules", "onboarding")) and find_spec(f"{config.name}.destruction")
    }


def destroy(regency: Regency) -> dict[str, int]:
    """Ask every app. Returns how many things went, by app."""
    return {label: remove(regency) for label, remove in sorted(destroyers().items())}
