"""What other apps write into the list of the fleet: `NOTES` in an app's `fleet.py`, by the name of a column."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.utils.functional import Promise


@dataclass(frozen=True)
class Note:
    """A few words about one regency, with a colour and where to read on."""

    label: str | Promise
    tone: str = ""
    url: str = ""


Notes = Callable[[Collection[str]], Mapping[str, Note]]
"""Takes codes of regencies and answers with at most one query."""


@cache
def _providers() -> dict[str, Notes]:
    found: dict[str, Notes] = {}
    for config in apps.get_app_configs():
        if config.name.startswith(("tenants", "modules", "onboarding")) and find_spec(f"{config.name}.fleet"):
            found |= getattr(import_module(f"{config.name}.fleet"), "NOTES", {})
    return found


def notes(column: str, codes: Collection[str]) -> Mapping[str, Note]:
    """Notes by code for one column; empty where no app provides it."""
    provider = _providers().get(column)
    return provider(codes) if provider and codes else {}
