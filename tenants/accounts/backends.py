"""Who a session belongs to."""

from allauth.account.auth_backends import AuthenticationBackend

from tenants.accounts.models import User


class SignedInBackend(AuthenticationBackend):
    """Signs in as allauth does; each later request reads the user and their permissions in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.signed_in(user_id)
        return user if user and self.user_can_authenticate(user) else None
