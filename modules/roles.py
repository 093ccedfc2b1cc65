"""The roles that modules suggest."""

from django.db import transaction

from modules.contract import Module
from tenants.accounts.models import Role


@transaction.atomic
def suggest_roles(module: Module) -> int:
    """Make the roles that a module suggests where they are missing; a regency's own changes stay.

    A role that another module made (a village operator works in several) learns what this module adds, once: when
    it has any permission of the module already, the regency has decided about it.
    """
    made = 0
    own = {str(permission) for permission in module.permissions}
    for suggested in module.roles:
        permissions = [str(permission) for permission in suggested.permissions]
        role, created = Role.objects.get_or_create(
            key=suggested.key,
            defaults={"name": suggested.name, "description": suggested.description, "permissions": permissions},
        )
        made += created
        if not own & set(role.permissions):
            role.permissions = [*role.permissions, *permissions]
            role.save(update_fields=["permissions"])
    return made
