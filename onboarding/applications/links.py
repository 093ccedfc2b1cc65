"""The two links of an application: the one-time proof of the mailbox, and the key to come back with.

Both follow from the row's seed and the deployment's secret, so that every mail can carry the key again, and the
database, which holds only their hashes, opens nothing.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from django.conf import settings
from django.urls import reverse

from onboarding.applications.models import Application
from tenants.addresses import site_url


def key_of(application: Application) -> str:
    """What opens the application's page, as long as it exists."""
    return _token(application, "key")


def verification_of(application: Application) -> str:
    """What proves the mailbox, once; a new term makes a new link."""
    return _token(application, f"verify:{application.verification_expires_at!s}")


def hashed(token: str) -> str:
    """What is stored of a link: enough to recognise it, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def key_url(application: Application) -> str:
    """The absolute address of the application's page."""
    return _absolute("apply:application", key_of(application))


def verification_url(application: Application) -> str:
    """The absolute address of the page that proves the mailbox."""
    return _absolute("apply:verification", verification_of(application))


def _absolute(name: str, token: str) -> str:
    return site_url(settings.BASE_DOMAIN) + reverse(name, args=[token], urlconf=settings.PUBLIC_SCHEMA_URLCONF)


def _token(application: Application, purpose: str) -> str:
    words = f"application:{purpose}".encode() + application.seed.bytes
    digest = hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
