"""A mail that was held back."""

from tenants.accounts.models import User
from tenants.mail.models import HeldMail
from tests.examples import parameter

PK = 987_654_321


@parameter("mail", "pk")
def _held(user: User) -> int:
    defaults = {"recipients": "warga@contoh.test", "subject": "Surat Anda siap", "body": "Silakan diunduh."}
    return HeldMail.objects.get_or_create(pk=PK, defaults=defaults)[0].pk
