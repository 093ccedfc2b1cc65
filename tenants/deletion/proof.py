"""The one place that knows whether a regency has its exit package: without it, nothing is destroyed.

Packages are made by `tenants.exports`, which answers by `exit_package(regency)` in its `public.py` with the newest
finished one: an object with `name`, `sha256` and `made_at`, or None.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from django.apps import apps

from tenants.models import Regency

MAKER = "tenants.exports"


@dataclass(frozen=True)
class ExitPackage:
    """What a regency takes with it."""

    name: str
    sha256: str
    made_at: datetime


def exit_package(regency: Regency) -> ExitPackage | None:
    """The newest finished package of a regency; None when there is none or nobody makes them here."""
    if not apps.is_installed(MAKER):
        return None
    find: Callable[[Regency], Any] | None = getattr(import_module(f"{MAKER}.public"), "exit_package", None)
    found = find(regency) if find else None
    return ExitPackage(found.name, found.sha256, found.made_at) if found else None
