from datetime import datetime

from django.db import transaction

from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.mail.models import Sender


@transaction.atomic
def set_sender(*, name: str, reply_to: str, by: User | None, at: datetime) -> Sender:
    """From now on mails of the regency carry this name, and answers go to this address."""
    sender = Sender.objects.create(name=name.strip(), reply_to=reply_to.strip().lower(), set_at=at, set_by=by)
    record("mail.sender_set", subject=sender, by=by, at=at)
    return sender
