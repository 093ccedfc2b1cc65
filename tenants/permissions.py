from enum import StrEnum
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """Names of what may be allowed, each with the words that a role editor shows: `NAME = "app.name", _("Words")`."""

    label: str | Promise

    def __new__(cls, value: str, label: str | Promise) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class ConsolePermission(Permission):
    """What operators of the central team may do; granted in the public schema only."""

    VIEW = "console.view", _("Melihat konsol")
    PROVISION = "console.provision", _("Menyiapkan kabupaten")
    CHANGE_REGENCY = "console.change_regency", _("Mengubah keadaan kabupaten")
    CHANGE_MODULES = "console.change_modules", _("Menghidupkan dan mematikan modul")
    MANAGE_OPERATORS = "console.manage_operators", _("Mengelola operator")
    RESTORE = "console.restore", _("Memulihkan data dari cadangan")
