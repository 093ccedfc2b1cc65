"""The roles that modules suggest."""

from django.db import transaction

from modules.contract import Module
from tenants.accounts.models import Role


@transaction.atomic
def suggest_roles(module: Module) -> int:
    """Make the roles that a module suggests where they are missing; a regency's own changes stay."""
    made = 0
    for role in module.roles:
        _role, created = Role.objects.get_or_create(
            key=role.key,
            defaults={
                "name": role.name,
                "description": role.description,
                "permissions": [str(permission) for permission in role.permissions],
            },
        )
        made += created
    return made
