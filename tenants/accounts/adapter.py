from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.accounts.actions import change_password
from tenants.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers alone: accounts begin with an invitation. Refusals say what to do."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("Surel atau kata sandi tidak cocok. Periksa keduanya, atau minta yang baru."),
        "too_many_login_attempts": _("Terlalu banyak percobaan masuk. Tunggu lima belas menit, lalu coba lagi."),
        "enter_current_password": _("Kata sandi sekarang tidak cocok. Ketik sekali lagi."),
        "incorrect_password": _("Kata sandi tidak cocok. Ketik sekali lagi."),
        "incorrect_code": _("Kode tidak cocok. Periksa angkanya, atau tunggu kode berikutnya di aplikasi."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        """Of the pages that change a password and that set a forgotten one."""
        change_password(user=user, password=password, at=timezone.now())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/work/" if getattr(request, "regency", None) else "/console/"
