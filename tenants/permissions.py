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
    DECIDE_APPLICATIONS = "console.decide_applications", _("Memutuskan pengajuan kabupaten dan mulai berlakunya")
    CHANGE_REGENCY = "console.change_regency", _("Mengubah keadaan kabupaten")
    VIEW_BILLING = "console.view_billing", _("Melihat tagihan")
    MANAGE_BILLING = "console.manage_billing", _("Mengelola tagihan dan pembayaran")
    CHANGE_MODULES = "console.change_modules", _("Menghidupkan dan mematikan modul")
    ANNOUNCE = "console.announce", _("Mengumumkan sesuatu kepada kabupaten")
    SUPPORT = "console.support", _("Meminta akses dukungan ke sebuah kabupaten")
    DELETE_REGENCY = "console.delete_regency", _("Meminta dan menyetujui penghapusan kabupaten")
    MANAGE_OPERATORS = "console.manage_operators", _("Mengelola operator")
    VERIFY_ASSESSMENTS = "console.verify_assessments", _("Memeriksa penilaian kabupaten")
    MANAGE_INSTRUMENTS = "console.manage_instruments", _("Menerbitkan instrumen penilaian")
    RESTORE = "console.restore", _("Memulihkan data dari cadangan")
