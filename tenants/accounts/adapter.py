from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from tenants.accounts.actions import change_password
from tenants.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers alone: accounts begin with an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        """Of the pages that change a password and that set a forgotten one."""
        change_password(user=user, password=password, at=timezone.now())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/work/" if getattr(request, "regency", None) else "/console/"
