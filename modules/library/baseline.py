"""What a regency starts with when it clones from nobody: the baseline that each module ships."""

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.db import transaction

from modules.contract import Module
from modules.packages import collect, template_models
from tenants.accounts.actions import offer_role
from tenants.accounts.models import Role
from tenants.accounts.permissions import StaffPermission
from tenants.organisation.permissions import OrganisationPermission

ADMINISTRATOR = "administrator"


@transaction.atomic
def load(module: Module, *, by: Any, at: datetime) -> int:
    """Write a module's own baseline (its `baseline.py`) into the current schema; safe to repeat.

    Returns how many templates the module now has.
    """
    if find_spec(f"{module.app}.baseline"):
        import_module(f"{module.app}.baseline").load(by=by, at=at)
    return len(collect(template_models(module)))


def administrator_role() -> Role:
    """The role of a regency's first administrator: everything about people and settings, nothing about cases."""
    permissions = [str(permission) for permission in (*StaffPermission, *OrganisationPermission)]
    role, _created = Role.objects.get_or_create(
        key=ADMINISTRATOR, defaults={"name": "Administrator", "permissions": permissions, "offered": permissions}
    )
    return role


def extend_administrator_role(at: datetime) -> None:
    """What this release adds to it, where the regency has kept the role."""
    permissions = (*StaffPermission, *OrganisationPermission)
    offer_role(key=ADMINISTRATOR, name="Administrator", permissions=permissions, at=at, make=False)
