"""Transfer by SP2D alone: our own PDF is the bill, a finance officer records what arrives, nobody else is told."""

from collections.abc import Iterator

from tenants.billing.models import BillingProfile, CreditNote, Invoice
from tenants.billing.providers import Event, Remote, SignatureInvalid


class Manual:
    """Agrees to everything at once, because our own books are the only ones."""

    name = "manual"
    is_remote = False

    def open(self, invoice: Invoice, profile: BillingProfile, *, attempt: str) -> Remote:
        return Remote(invoice.number, invoice.number, "open", invoice.total)

    def close(self, invoice: Invoice, *, attempt: str) -> Remote:
        return Remote(invoice.number, invoice.number, "paid", invoice.total)

    def void(self, invoice: Invoice, *, attempt: str) -> Remote:
        return Remote(invoice.number, invoice.number, "void", invoice.total)

    def credit(self, note: CreditNote, *, attempt: str) -> str:
        return note.number

    def fetch(self, provider_id: str) -> Remote | None:
        return None

    def invoices(self) -> Iterator[Remote]:
        return iter(())

    def verified(self, payload: bytes, signature: str) -> Event:
        raise SignatureInvalid("nobody sends events here")

    def read(self, payload: str) -> Event:
        raise SignatureInvalid("nobody sends events here")
