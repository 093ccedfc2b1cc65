from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from tenants.accounts.models import User


class StaffBackend(AuthenticationBackend):
    """Sign-in by e-mail as allauth has it; who is signed in comes with their roles."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.with_roles(user_id)
        return user if user and self.user_can_authenticate(user) else None
