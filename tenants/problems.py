"""What is wrong in the fleet, collected once a morning from the `digest.py` of each app.

An app's `digest.py` has `problems(at) -> Iterable[Problem]`; it runs in public and asks few queries.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """One thing that somebody should look at. No personal data: it is mailed."""

    kind: str
    """A short heading; problems of one kind stand together."""
    text: str
    url: str = ""
    """Where in the console it is mended, as a path."""
    tone: str = "warn"
    """`bad` comes before `warn`."""


Collector = Callable[[datetime], Iterable[Problem]]


@cache
def collectors() -> dict[str, Collector]:
    """The collector of each app that has one."""
    return {
        config.name: import_module(f"{config.name}.digest").problems
        for config in apps.get_app_configs()
        if config.name.startswith(("tenants", "modules", "onboarding")) and find_spec(f"{config.name}.digest")
    }


def everything(at: datetime) -> list[Problem]:
    """What all collectors say, the worst first; one that fails is a problem of its own. Called in public."""
    found: list[Problem] = []
    for name, collector in sorted(collectors().items()):
        try:
            with transaction.atomic():
                found += collector(at)
        except Exception as error:
            logger.exception("digest of %s failed", name)
            text = _("Pengumpul %(name)s gagal (%(error)s).") % {"name": name, "error": type(error).__name__}
            found.append(Problem(_("Ringkasan tidak lengkap"), text, tone="bad"))
    return sorted(found, key=lambda problem: (problem.tone != "bad", problem.kind))
