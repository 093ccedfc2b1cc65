"""The one place that knows whether a regency has its exit package: without it, nothing is destroyed.

Packages are made by `tenants.exports`, whose `public.py` answers `latest_export(regency)` with the newest that was
finished: an object with `name`, `fingerprint`, `finished_at` and `state`, or None.
"""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from django.apps import apps

from tenants.models import Regency

MAKER = "tenants.exports"
_MADE = ("ready", "expired")
"""States of a package that was made; an expired one was there to be fetched."""


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
    found = import_module(f"{MAKER}.public").latest_export(regency)
    if found is None or found.state not in _MADE:
        return None
    return ExitPackage(found.name, found.fingerprint, found.finished_at)
