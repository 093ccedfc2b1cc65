"""An invitation that is still open."""

from django.utils import timezone

from tenants.accounts.actions import invite
from tenants.accounts.models import User
from tests.examples import parameter


@parameter("accounts", "token")
def token(user: User) -> str:
    return invite(email="baru@contoh.test", name="Pegawai Baru", roles=[], by=None, at=timezone.now())[1]
