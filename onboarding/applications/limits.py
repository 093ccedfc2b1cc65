"""How often signing up may be tried."""

from django.conf import settings
from django.http import HttpRequest

from tenants.ratelimit import address, is_too_often


def too_often(request: HttpRequest, email: str) -> bool:
    """More than a person would do: counted by network address, and by mailbox so that nobody is flooded with mail."""
    limit = settings.SIGN_UPS_PER_HOUR
    by_mailbox = is_too_often("apply", email.strip().lower(), limit=limit, seconds=3600)
    return is_too_often("apply", address(request), limit=limit, seconds=3600) or by_mailbox
