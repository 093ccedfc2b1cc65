from enum import StrEnum


class ConsolePermission(StrEnum):
    """What operators of the central team may do; granted in the public schema only."""

    VIEW = "console.view"
    PROVISION = "console.provision"
    CHANGE_REGENCY = "console.change_regency"
    CHANGE_MODULES = "console.change_modules"
    MANAGE_OPERATORS = "console.manage_operators"
