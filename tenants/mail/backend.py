"""The only way out for mail: what a regency in trial writes reaches its own staff, everything else is kept for it.

Of the sandbox nothing leaves at all.
"""

from collections.abc import Iterable, Sequence
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django_tenants.utils import get_public_schema_name

from tenants.accounts.models import User
from tenants.current import current_regency, is_trial
from tenants.mail.models import HeldMail, Sender
from tenants.schemas.context import connection


class GuardedBackend(BaseEmailBackend):
    """Stands before the backend that delivers (setting EMAIL_DELIVERY_BACKEND), so that no code can forget it."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self._delivery = get_connection(settings.EMAIL_DELIVERY_BACKEND, fail_silently=fail_silently, **kwargs)

    def open(self) -> bool | None:
        return self._delivery.open()

    def close(self) -> None:
        self._delivery.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many messages were dealt with: sent, or kept in the regency's outbox."""
        if connection.schema_name == get_public_schema_name():
            return self._delivery.send_messages(email_messages) or 0
        for message in email_messages:
            _sign(message)
        if not is_trial() and not current_regency().is_sandbox:
            return self._delivery.send_messages(email_messages) or 0
        allowed = [message for message in email_messages if _keep_outsiders_out(message)]
        if allowed:
            self._delivery.send_messages(allowed)
        return len(email_messages)


def _sign(message: EmailMessage) -> None:
    """In the regency's name, with its own address for answers."""
    sender = Sender.objects.first()
    if sender is None or message.from_email != settings.DEFAULT_FROM_EMAIL:
        return
    message.from_email = formataddr((sender.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    message.reply_to = message.reply_to or [sender.reply_to]


def _keep_outsiders_out(message: EmailMessage) -> bool:
    """Leave only active staff among the recipients and keep the rest; False when nobody is left to send to.

    In the sandbox nobody is left: whoever comes by may invite anybody as staff there.
    """
    everybody = message.recipients()
    plain = {address: parseaddr(address)[1].lower() for address in everybody}
    staff = set() if current_regency().is_sandbox else _staff_among(plain.values())
    outsiders = [address for address in everybody if plain[address] not in staff]
    if outsiders:
        HeldMail.objects.create(
            recipients=", ".join(outsiders),
            subject=str(message.subject)[:200],
            body=str(message.body),
            held_at=timezone.now(),
        )
    for kind in ("to", "cc", "bcc"):
        setattr(message, kind, [address for address in getattr(message, kind) if address not in outsiders])
    return bool(message.recipients())


def _staff_among(addresses: Iterable[str]) -> set[str]:
    return set(User.objects.filter(is_active=True, email__in=addresses).values_list("email", flat=True))
