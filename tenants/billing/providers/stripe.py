"""Stripe: an invoice that is sent, never charged; closed out of band when the SP2D has come.

What goes there is the office and the bill: institution, its official address and e-mail, contract and module names.
No name of a person, nothing of a citizen. Rupiah are counted in hundredths, as Stripe counts them.
"""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import stripe
from django.conf import settings

from tenants.billing.documents import bank_details
from tenants.billing.models import BillingProfile, CreditNote, Invoice
from tenants.billing.providers import Event, ProviderRefused, ProviderUnreachable, Remote, SignatureInvalid

CURRENCY = "idr"
_PAGE = 100
T = TypeVar("T")


class Stripe:
    """Our bills as Stripe invoices with `collection_method=send_invoice`."""

    name = "stripe"
    is_remote = True

    def open(self, invoice: Invoice, profile: BillingProfile, *, attempt: str) -> Remote:
        """Customer, draft, lines, finalized, sent: each step may be repeated, and is found when it was done before."""
        customer = self._customer(profile, _key(invoice.number, attempt)("office"), attempt)
        known = self._find(invoice.number, customer)
        if known and known["status"] != "draft":
            return _remote(known)
        draft = known or self._draft(invoice, customer, attempt)
        self._lines(invoice, customer, draft["id"], attempt)
        v1, key = _client().v1.invoices, _key(invoice.number, attempt)
        _asked(lambda: v1.finalize_invoice(draft["id"], {"auto_advance": False}, {"idempotency_key": key("finalize")}))
        sent = _asked(lambda: v1.send_invoice(draft["id"], {}, {"idempotency_key": key("send")}))
        return _remote(sent)

    def close(self, invoice: Invoice, *, attempt: str) -> Remote:
        v1, key = _client().v1.invoices, _key(invoice.number, attempt)
        if (now := self.fetch(invoice.provider_id)) and now.state == "paid":
            return now
        slips = {"received": Decimal(0), "gross": Decimal(0)}
        numbers = []
        for payment in invoice.payments.counted():
            slips["received"] += payment.received
            slips["gross"] += payment.gross
            numbers.append(payment.sp2d_number)
        told = {
            "sp2d": ", ".join(numbers)[:500],
            "received": str(slips["received"]),
            "withheld": str(slips["gross"] - slips["received"]),
        }
        _asked(lambda: v1.update(invoice.provider_id, {"metadata": told}, {"idempotency_key": key("sp2d")}))
        paid = _asked(
            lambda: v1.pay(invoice.provider_id, {"paid_out_of_band": True}, {"idempotency_key": key("close")})
        )
        return _remote(paid)

    def void(self, invoice: Invoice, *, attempt: str) -> Remote:
        if (now := self.fetch(invoice.provider_id)) and now.state == "void":
            return now
        v1, key = _client().v1.invoices, _key(invoice.number, attempt)
        return _remote(_asked(lambda: v1.void_invoice(invoice.provider_id, {}, {"idempotency_key": key("void")})))

    def credit(self, note: CreditNote, *, attempt: str) -> str:
        """Before payment it lowers what is owed; after it, the money goes back outside of Stripe."""
        v1, key = _client().v1.credit_notes, _key(note.number, attempt)
        now = self.fetch(note.invoice.provider_id)
        wanted: dict[str, Any] = {
            "invoice": note.invoice.provider_id,
            "amount": to_stripe(note.total),
            "metadata": {"credit_note": note.number},
        }
        if now and now.state == "paid":
            wanted["out_of_band_amount"] = to_stripe(note.total)
        return str(_asked(lambda: v1.create(wanted, {"idempotency_key": key("credit")}))["id"])  # type: ignore[arg-type]

    def fetch(self, provider_id: str) -> Remote | None:
        v1 = _client().v1.invoices
        try:
            return _remote(_asked(lambda: v1.retrieve(provider_id, {"expand": ["amount_paid_off_stripe"]})))
        except _NotThere:
            return None

    def invoices(self) -> Iterator[Remote]:
        return map(_remote, _walked(lambda: _client().v1.invoices.list({"limit": _PAGE})))

    def verified(self, payload: bytes, signature: str) -> Event:
        secret, tolerance = settings.STRIPE_WEBHOOK_SECRET, stripe.Webhook.DEFAULT_TOLERANCE
        try:
            text = payload.decode()
            stripe.WebhookSignature.verify_header(text, signature, secret, tolerance)
            event = self.read(text)
        except (ValueError, stripe.SignatureVerificationError):
            raise SignatureInvalid from None
        if not event.id:
            raise SignatureInvalid("signed, but not an event")
        return event

    def read(self, payload: str) -> Event:
        told = json.loads(payload)
        if not isinstance(told, dict):
            raise ValueError("not an event")
        about = (told.get("data") or {}).get("object") or {}
        return Event(
            id=str(told.get("id") or ""),
            type=str(told.get("type") or ""),
            object_id=str(about.get("id") or ""),
            api_version=str(told.get("api_version") or ""),
            number=_number(about),
        )

    def _customer(self, profile: BillingProfile, key: str, attempt: str) -> str:
        """The Stripe customer of a regency: its office as it is now, to which Stripe mails. There is one for ever."""
        v1, about = _client().v1.customers, self._office(profile)
        if profile.provider_customer:
            _asked(lambda: v1.update(profile.provider_customer, about, {"idempotency_key": key}))  # type: ignore[arg-type]
            return profile.provider_customer
        first = f"customer-{profile.regency.code}-{attempt}"
        made = _asked(lambda: v1.create(about, {"idempotency_key": first}))  # type: ignore[arg-type]
        profile.provider_customer = made["id"]
        profile.save(update_fields=["provider_customer"])
        return str(made["id"])

    @staticmethod
    def _office(profile: BillingProfile) -> dict[str, Any]:
        about: dict[str, Any] = {
            "name": profile.institution,
            "email": profile.email,
            "metadata": {"regency": profile.regency.code},
            "preferred_locales": ["id"],
        }
        if profile.address:
            about["address"] = {"line1": profile.address, "country": "ID"}
        return about

    def _find(self, number: str, customer: str) -> dict[str, Any] | None:
        """The invoice that an earlier attempt has made: keys are forgotten after a day, metadata are not."""
        for found in _walked(lambda: _client().v1.invoices.list({"customer": customer, "limit": _PAGE})):
            if _number(found) == number:
                return found
        return None

    def _draft(self, invoice: Invoice, customer: str, attempt: str) -> dict[str, Any]:
        told = invoice.snapshot
        wanted: dict[str, Any] = {
            "customer": customer,
            "collection_method": "send_invoice",
            "days_until_due": (invoice.due_on - invoice.issued_on).days,  # type: ignore[operator]
            "currency": CURRENCY,
            "auto_advance": False,
            "pending_invoice_items_behavior": "exclude",
            "number": invoice.number.replace("/", "-"),
            "description": f"Kontrak {told['contract_number']}",
            "footer": bank_details(told["issuer"]),
            "metadata": {
                "invoice": invoice.number,
                "regency": invoice.regency.code,
                "contract": told["contract_number"],
            },
        }
        key = _key(invoice.number, attempt)
        return _asked(lambda: _client().v1.invoices.create(wanted, {"idempotency_key": key("invoice")}))  # type: ignore[arg-type]

    def _lines(self, invoice: Invoice, customer: str, draft: str, attempt: str) -> None:
        v1, key = _client().v1, _key(invoice.number, attempt)
        present = _walked(lambda: v1.invoices.line_items.list(draft, {"limit": _PAGE}))
        have = {(found.get("metadata") or {}).get("line") for found in present}
        lines = [*((line.position, line.text, line.amount) for line in invoice.lines.all()), (0, "PPN", invoice.ppn)]
        for position, text, amount in lines:
            if str(position) in have or not amount:
                continue
            item: dict[str, Any] = {
                "customer": customer,
                "invoice": draft,
                "amount": to_stripe(amount),
                "currency": CURRENCY,
                "description": text,
                "metadata": {"line": str(position)},
            }
            options: stripe.RequestOptions = {"idempotency_key": key(f"line-{position}")}
            _asked(lambda item=item, options=options: v1.invoice_items.create(item, options))  # type: ignore[misc]


class _NotThere(ProviderRefused):
    """404."""


def to_stripe(amount: Decimal) -> int:
    """Rupiah as Stripe counts them: IDR has two decimals there."""
    return int(amount * 100)


def from_stripe(amount: int) -> Decimal:
    """Stripe's hundredths as rupiah."""
    return Decimal(amount) / 100


def _number(found: dict[str, Any]) -> str:
    return str((found.get("metadata") or {}).get("invoice", ""))


def _remote(found: dict[str, Any]) -> Remote:
    paid, outside = found.get("amount_paid") or 0, found.get("amount_paid_off_stripe") or 0
    return Remote(
        id=str(found["id"]),
        number=_number(found),
        state=str(found["status"]),
        total=from_stripe(found["total"]),
        paid_online=from_stripe(max(0, paid - outside)),
    )


def _key(name: str, attempt: str) -> Callable[[str], str]:
    return lambda step: f"{name}-{step}-{attempt}"


def _asked(call: Callable[[], stripe.StripeObject]) -> dict[str, Any]:
    """The answer, with what can go wrong sorted into what may be tried again and what a person must see."""
    return _answered(call).to_dict()


def _answered(call: Callable[[], T]) -> T:
    try:
        return call()
    except (stripe.APIConnectionError, stripe.RateLimitError) as problem:
        raise ProviderUnreachable(type(problem).__name__) from None
    except stripe.StripeError as problem:
        if problem.http_status == 404:
            raise _NotThere(f"{problem.code or 404}") from None
        if problem.http_status is None or problem.http_status >= 500 or problem.http_status == 409:
            raise ProviderUnreachable(f"{type(problem).__name__} {problem.http_status}") from None
        raise ProviderRefused(f"{type(problem).__name__}: {problem.code or problem.http_status}") from None


def _walked(first: Callable[[], stripe.ListObject[Any]]) -> Iterator[dict[str, Any]]:
    """Every object of a list, page after page."""
    page = _answered(first)
    while True:
        yield from (found.to_dict() for found in page.data)
        if not page.has_more:
            return
        page = _answered(page.next_page)


def _client() -> stripe.StripeClient:
    return _connected(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, settings.STRIPE_TIMEOUT_SECONDS)


@cache
def _connected(key: str, base: str, timeout: int) -> stripe.StripeClient:
    """One client for each process: its session keeps the connection. The queue repeats, so the client does not."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        http_client=stripe.RequestsClient(timeout=timeout),
        max_network_retries=0,
    )
