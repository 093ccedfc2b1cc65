"""Through whom bills are sent: Stripe when a key is set, else nobody but ourselves. One interface for both."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.conf import settings

from tenants.billing.models import BillingProfile, CreditNote, Invoice


class ProviderUnreachable(Exception):
    """No answer now; the same call may be made again later."""


class ProviderRefused(Exception):
    """The provider said no; a person has to look. The text is the provider's reason, without personal data."""


class SignatureInvalid(Exception):
    """The event was not signed with our secret, or too long ago."""


@dataclass(frozen=True)
class Remote:
    """An invoice as the provider has it. Amounts in rupiah; `state` is draft, open, paid, void or uncollectible."""

    id: str
    number: str
    state: str
    total: Decimal
    paid_online: Decimal = Decimal(0)


@dataclass(frozen=True)
class Event:
    """What an event says of itself. `number` is that of our invoice, where it is about one."""

    id: str
    type: str
    object_id: str
    api_version: str
    number: str = ""


class Provider(Protocol):
    """What billing asks of a provider. Every write may be repeated with the same result.

    All but `verified` and `read` raise ProviderUnreachable or ProviderRefused.
    """

    name: str
    is_remote: bool

    def open(self, invoice: Invoice, profile: BillingProfile, *, attempt: str) -> Remote:
        """Put an issued invoice before the payer; `attempt` names the round in the idempotency keys."""
        ...

    def close(self, invoice: Invoice, *, attempt: str) -> Remote:
        """It was paid by transfer, outside of the provider."""
        ...

    def void(self, invoice: Invoice, *, attempt: str) -> Remote:
        """It is owed no longer and was never paid."""
        ...

    def credit(self, note: CreditNote, *, attempt: str) -> str:
        """Tell of a credit note; returns the provider's id of it."""
        ...

    def fetch(self, provider_id: str) -> Remote | None:
        """An invoice as it is there now; None when it is not there."""
        ...

    def invoices(self) -> Iterator[Remote]:
        """All invoices there."""
        ...

    def verified(self, payload: bytes, signature: str) -> Event:
        """The event in `payload`. Raises SignatureInvalid."""
        ...

    def read(self, payload: str) -> Event:
        """The event in a payload whose signature was checked when it came."""
        ...


def provider(name: str = "") -> Provider:
    """The provider of that name; without a name the one that new invoices go through."""
    from tenants.billing.providers.manual import Manual
    from tenants.billing.providers.stripe import Stripe

    wanted = name or ("stripe" if settings.STRIPE_SECRET_KEY else "manual")
    return Stripe() if wanted == "stripe" else Manual()
