"""The roles that modules suggest."""

from datetime import datetime

from django.db import transaction

from modules.contract import Module
from tenants.accounts.actions import offer_role


@transaction.atomic
def suggest_roles(module: Module, *, at: datetime, make: bool = True) -> None:
    """Give the roles that a module suggests what it adds to them, once; a regency's own changes stay.

    Missing ones are made, unless `make` is False. Several modules may suggest the same role (a village operator
    works in several): it learns what each adds.
    """
    for suggested in module.roles:
        offer_role(
            key=suggested.key,
            name=suggested.name,
            description=suggested.description,
            permissions=suggested.permissions,
            at=at,
            make=make,
        )
