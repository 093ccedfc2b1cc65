from enum import StrEnum


class StaffPermission(StrEnum):
    """What a regency's administrators do, whatever modules are on."""

    MANAGE_STAFF = "staff.manage"
    MANAGE_ROLES = "staff.manage_roles"
    VIEW_AUDIT = "audit.view"
    MANAGE_MODULES = "modules.manage"
    MANAGE_PACKAGES = "library.manage"
