"""What somebody who was let in may do: read, unless the regency names more."""

from django.utils.functional import Promise

from tenants.accounts.permissions import StaffPermission
from tenants.permissions import ConsolePermission, Permission

_READING = ("view", "overview")
_NEVER = ("reveal",)
_POWERS = frozenset(StaffPermission) - {StaffPermission.VIEW_AUDIT}


def reading() -> list[str]:
    """Permissions that only show something; names end in `.view` or `.overview`."""
    return sorted(name for name in _offered() if name.endswith(tuple(f".{word}" for word in _READING)))


def further() -> dict[str, str | Promise]:
    """What a regency may add by name. Never: whole numbers of people, and power over people and settings."""
    shown = set(reading())
    return {name: label for name, label in _offered().items() if name not in shown}


def label_of(name: str) -> str:
    """The words of a permission, its name where a release no longer knows it."""
    return str(_offered().get(name, name))


def _offered() -> dict[str, str | Promise]:
    declared = [member for declaration in Permission.__subclasses__() for member in declaration]
    return {
        str(member): member.label
        for member in declared
        if not isinstance(member, ConsolePermission)
        and member not in _POWERS
        and not member.endswith(tuple(f".{word}" for word in _NEVER))
    }
