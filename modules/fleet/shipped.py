"""What a release adds to the roles that its templates name, brought to regencies that are open already."""

from datetime import datetime

from django.db import transaction

from modules.fleet.queries import CHANGEABLE
from modules.library.baseline import extend_administrator_role
from modules.registry import discover
from modules.roles import suggest_roles
from modules.switches import is_reachable
from tenants.models import Regency
from tenants.schemas.context import in_public, in_regency


def load(*, at: datetime) -> None:
    """Give each role of a template what it has not been offered yet; part of `manage.py prepare`, safe to repeat.

    What a regency took away stays away, and a role that it deleted is not made again.
    """
    with in_public():
        regencies = list(Regency.objects.filter(state__in=CHANGEABLE).order_by("pk"))
    for regency in regencies:
        extend_roles(regency, at)


def extend_roles(regency: Regency, at: datetime) -> None:
    """One regency, all or nothing."""
    with in_regency(regency), transaction.atomic():
        extend_administrator_role(at)
        for module in discover():
            if is_reachable(regency, module.key):
                suggest_roles(module, at=at, make=False)
