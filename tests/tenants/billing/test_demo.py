"""The demo: one regency has paid, the other's bill is on the table; both can be forgotten."""

import pytest
from django.utils import timezone

from tenants.billing import demo
from tenants.billing.models import BillingProfile, Invoice, Payment
from tenants.models import Regency


@pytest.mark.parametrize("month", [1, 2, 7, 12])
def test_one_paid_one_waiting_whenever_it_is_made(public: None, month: int) -> None:
    at = timezone.now().replace(month=month, day=15)
    for _ in range(2):
        demo.seed(payer="batang", waiting="manggarai", at=at)
    states = dict(Invoice.objects.values_list("regency__schema_name", "state"))
    assert states == {"batang": "paid", "manggarai": "issued"}
    waiting = Invoice.objects.get(regency__schema_name="manggarai")
    assert not waiting.is_overdue(at.date())
    payment = Payment.objects.get()
    assert payment.gross == payment.invoice.total
    for regency in Regency.objects.filter(schema_name__in=["batang", "manggarai"]):
        demo.forget(regency=regency)
    assert not Invoice.objects.exists()
    assert not BillingProfile.objects.exists()
