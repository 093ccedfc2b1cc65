"""A bill as it stands: what is owed of it, its lock, its way from state to state."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from tenants.billing.models import Invoice, InvoiceState
from tenants.billing.queries import open_bills


def balance(invoice: Invoice) -> Decimal:
    """What is still owed of a bill."""
    return Decimal(Invoice.objects.with_balance().get(pk=invoice.pk).balance)  # type: ignore[attr-defined]


def locked(invoice: Invoice) -> Invoice:
    """The bill, so that whoever else wants to change it, or another bill of its regency, waits.

    The regency is locked with it and before anything is written: two last bills that are paid in one moment would
    each see the other one open, and neither would end a restriction.
    """
    return (
        Invoice.objects.select_for_update(of=["self", "regency"])
        .select_related("regency", "contract", "addendum")
        .get(pk=invoice.pk)
    )


def move(invoice: Invoice, state: str, by: Any, at: datetime, reason: str = "") -> None:
    """Bring a bill into another state, with who and when."""
    invoice.state = state
    invoice.save(update_fields=["state"])
    came_into(invoice, state, by, at, reason)


def came_into(invoice: Invoice, state: str, by: Any, at: datetime, reason: str = "") -> None:
    """Write down the state that a bill is in now."""
    open_bills.changed()
    InvoiceState.objects.create(invoice=invoice, state=state, at=at, by=by, reason=reason[:500])
