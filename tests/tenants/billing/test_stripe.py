"""Our bills at Stripe, with the real client.

Against `localstripe`: customers and invoice items; invoices are made, read, listed and given metadata there.
Against recorded shapes of version 2026-10-28 (`stripe_server.Front`): sending instead of charging, lines of a draft,
finalizing, paying out of band, voiding, credit notes, idempotency keys.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from tenants.audit.models import AuditEntry
from tenants.billing import actions, tasks
from tenants.billing.models import BillingProfile, Difference, Invoice, ProviderCall, ReconciliationRun
from tenants.billing.providers import provider
from tenants.models import Regency
from tests.tenants.billing import office
from tests.tenants.billing.office import AT
from tests.tenants.billing.stripe_server import Front

Queue = list[tuple[str, int]]
LATER = AT + timedelta(days=1)


def push_all(at=LATER) -> list[bool]:  # type: ignore[no-untyped-def]
    """What the workers would do."""
    return [actions.push(call_id=pk, at=at) for pk in actions.due_calls(at)]


def known_to_stripe(regency: Regency, front: Front, number: str = "027/SPK/1") -> Invoice:
    invoice = office.bill(regency, number=number)
    assert push_all() == [True]
    invoice.refresh_from_db()
    return invoice


def test_without_a_key_nobody_is_told(here: Regency, queued: Queue, settings) -> None:  # type: ignore[no-untyped-def]
    settings.STRIPE_SECRET_KEY = ""
    invoice = office.bill(here)
    office.pay(invoice)
    invoice.refresh_from_db()
    assert (invoice.provider, invoice.state) == ("manual", "paid")
    assert not ProviderCall.objects.exists()
    assert actions.reconcile(by=None, at=AT) == 0
    assert queued == []


def test_an_invoice_is_sent_and_closed_out_of_band(
    here: Regency, stripe_api: Front, queued: Queue, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invoice = office.bill(here)
    assert [name for name, _ in queued] == ["push"], "the office did not wait for Stripe"
    assert stripe_api.requests == []
    assert push_all() == [True]
    invoice.refresh_from_db()
    (wanted,) = [request.form for request in stripe_api.sent("/v1/invoices")]
    assert wanted["collection_method"] == "send_invoice"
    assert wanted["days_until_due"] == "45"
    assert wanted["currency"] == "idr"
    assert wanted["metadata[invoice]"] == invoice.number == "INV/2026/00001"
    assert "rekening 000 000 0000" in wanted["footer"]
    assert [line.form["amount"] for line in stripe_api.sent("/v1/invoiceitems")] == [
        "4800000000",
        "3600000000",
        "924000000",
    ]
    assert stripe_api.sent("/finalize")
    assert stripe_api.sent("/send")
    assert (invoice.provider_state, invoice.provider_id[:3]) == ("open", "in_")
    office.pay(invoice)
    assert push_all(AT + timedelta(days=30)) == [True]
    invoice.refresh_from_db()
    assert invoice.provider_state == "paid"
    (told,) = [request.form for request in stripe_api.sent(invoice.provider_id)]
    assert (told["metadata[sp2d]"], told["metadata[withheld]"]) == ("SP2D/1", "10920000.00")
    assert [request.form for request in stripe_api.sent("/pay")] == [{"paid_out_of_band": "true"}]
    keys = [request.key for request in stripe_api.requests if request.method == "POST"]
    assert all(keys)
    assert len(set(keys)) == len(keys)
    assert AuditEntry.objects.filter(action="billing.provider_told").count() == 2


def test_one_customer_for_each_regency(here: Regency, stripe_api: Front, queued: Queue) -> None:
    for number in ("027/SPK/1", "027/SPK/2"):
        known_to_stripe(here, stripe_api, number)
    (customer,) = [request.form for request in stripe_api.sent("/v1/customers")]
    assert customer["name"] == "Dinas Komunikasi dan Informatika"
    assert customer["email"] == "tagihan@manggaraikab.test"
    assert customer["metadata[regency]"] == "53.10"
    assert BillingProfile.objects.get(regency=here).provider_customer.startswith("cus_")


def test_a_bill_goes_to_the_office_as_it_is_now(here: Regency, stripe_api: Front, queued: Queue) -> None:
    """Stripe mails the bill to the address that the customer has there."""
    known_to_stripe(here, stripe_api)
    second = office.bill(here, number="027/SPK/2")
    BillingProfile.objects.filter(regency=here).update(email="keuangan@manggaraikab.test")
    assert push_all() == [True]
    name = BillingProfile.objects.get(regency=here).provider_customer
    (told,) = [request.form for request in stripe_api.sent(f"/v1/customers/{name}")]
    assert told["email"] == "keuangan@manggaraikab.test"
    second.refresh_from_db()
    assert second.provider_state == "open"


def test_no_person_is_named_to_stripe(here: Regency, stripe_api: Front, queued: Queue) -> None:
    """Neither citizens nor staff: what leaves is the office, the contract, the modules and amounts."""
    invoice = known_to_stripe(here, stripe_api)
    note = actions.credit(
        invoice=invoice, net=Decimal(1000), ppn=Decimal(0), reason="Permintaan Bu Rina 3325011203450001", by=None, at=AT
    )
    owed = invoice.total - note.total
    actions.record_payment(invoice=invoice, sp2d_number="S/1", sp2d_date=AT.date(), received=owed, by=None, at=AT)
    push_all()
    push_all(LATER + timedelta(days=1))
    assert len(stripe_api.sent("/v1/credit_notes")) == len(stripe_api.sent("/pay")) == 1
    left = "\n".join(request.text for request in stripe_api.requests)
    persons = ("Bendahara Contoh", "0009876543210987", "Sari", "Rina", "3325011203450001")
    assert not [name for name in persons if name in left]
    fields = {name.split("[")[0] for request in stripe_api.requests for name in request.form}
    assert fields <= {
        "name", "email", "metadata", "preferred_locales", "address", "customer", "collection_method",
        "days_until_due", "currency", "auto_advance", "pending_invoice_items_behavior", "number", "description",
        "footer", "invoice", "amount", "paid_out_of_band", "expand", "limit",
    }  # fmt: skip


def test_a_silent_stripe_never_stops_the_office(here: Regency, stripe_api: Front, queued: Queue) -> None:
    stripe_api.down = True
    invoice = office.bill(here)
    assert push_all(AT) == [False]
    call = ProviderCall.objects.get()
    assert (call.state, call.attempts, call.error) == ("waiting", 1, "APIConnectionError")
    assert call.next_at == AT + timedelta(minutes=1)
    assert actions.due_calls(AT) == []
    office.pay(invoice)
    assert push_all(AT + timedelta(minutes=1)) == [False], "the bill comes before its payment"
    stripe_api.down = False
    assert push_all(LATER)[0] is True
    assert push_all(AT + timedelta(days=60)) == [True]
    invoice.refresh_from_db()
    assert (invoice.state, invoice.provider_state) == ("paid", "paid")
    assert len(stripe_api.invoices) == 1


@pytest.mark.parametrize("at", ["/v1/invoices", "/v1/invoiceitems", "/finalize", "/send"])
@pytest.mark.parametrize("remembers", [True, False])
def test_broken_off_and_repeated_it_is_one_invoice(
    here: Regency, stripe_api: Front, queued: Queue, at: str, remembers: bool
) -> None:
    """A worker dies in the middle; Stripe may have forgotten the keys when it comes again (they last a day)."""
    invoice = office.bill(here)
    stripe_api.dies_at = at
    assert push_all(AT) == [False]
    stripe_api.dies_at = ""
    if not remembers:
        stripe_api.answered.clear()
    assert push_all() == [True]
    (there,) = provider().invoices()
    assert (there.number, there.state, there.total) == (invoice.number, "open", invoice.total)


def test_a_payment_that_was_taken_back_before_stripe_knew_closes_nothing_there(
    here: Regency, stripe_api: Front, queued: Queue
) -> None:
    invoice = known_to_stripe(here, stripe_api)
    payment = office.pay(invoice)
    actions.reverse_payment(payment=payment, reason="Salah nomor", by=None, at=AT + timedelta(days=21))
    assert push_all(AT + timedelta(days=30)) == [False]
    assert stripe_api.sent("/pay") == []
    assert not ProviderCall.objects.filter(kind="close").exists()
    office.pay(invoice, "SP2D/2", at=AT + timedelta(days=31))
    assert push_all(AT + timedelta(days=40)) == [True]
    invoice.refresh_from_db()
    assert (invoice.state, invoice.provider_state) == ("paid", "paid")


def test_what_stripe_refuses_waits_for_a_person(here: Regency, stripe_api: Front, queued: Queue) -> None:
    stripe_api.refuses_at = "/finalize"
    office.bill(here)
    assert push_all() == [False]
    call = ProviderCall.objects.get()
    assert (call.state, call.error) == ("failed", "InvalidRequestError: invoice_not_editable")
    assert push_all(LATER + timedelta(days=9)) == []
    stripe_api.refuses_at = ""
    actions.retry_call(call=call, by=None, at=LATER)
    assert push_all() == [True]
    with pytest.raises(actions.NotInThisState):
        actions.retry_call(call=call, by=None, at=LATER)
    assert {request.key[-1] for request in stripe_api.sent("/finalize")} == {"1", "2"}


def test_voided_there_too(here: Regency, stripe_api: Front, queued: Queue) -> None:
    invoice = known_to_stripe(here, stripe_api)
    actions.void_invoice(invoice=invoice, reason="Salah kontrak", by=None, at=AT)
    assert push_all() == [True]
    invoice.refresh_from_db()
    assert (invoice.state, invoice.provider_state) == ("void", "void")


def test_a_credit_of_all_closes_it_there(here: Regency, stripe_api: Front, queued: Queue) -> None:
    invoice = known_to_stripe(here, stripe_api)
    note = actions.credit(invoice=invoice, net=invoice.net, ppn=invoice.ppn, reason="Keliru", by=None, at=AT)
    assert push_all() == [True]
    note.refresh_from_db()
    assert note.provider_id.startswith("cn_")
    assert actions.reconcile(by=None, at=LATER) == 0


def test_differences_are_found_and_nothing_is_corrected(here: Regency, stripe_api: Front, queued: Queue) -> None:
    agree, other, lost = (known_to_stripe(here, stripe_api, f"027/SPK/{n}") for n in (1, 2, 3))
    assert actions.reconcile(by=None, at=LATER) == 0
    stripe_api.invoices[other.provider_id]["lines"][0]["amount"] = 100
    stripe_api.invoices[agree.provider_id]["status"] = "void"
    stripe_api._ask("POST", f"/v1/invoices/{lost.provider_id}", {"metadata[invoice]": "INV/OTHER/1"})
    assert tasks.reconcile.apply(throw=True).get() == 4
    run = ReconciliationRun.objects.latest("pk")
    assert (run.state, run.ours, run.theirs) == ("done", 3, 3)
    found = {(row.kind, row.invoice.number if row.invoice else "") for row in Difference.objects.filter(run=run)}
    assert found == {
        ("state", agree.number), ("amount", other.number), ("missing_there", lost.number), ("missing_here", "")
    }  # fmt: skip
    assert Invoice.objects.get(pk=agree.pk).state == "issued"
    stripe_api.down = True
    assert actions.reconcile(by=None, at=LATER) == 0
    assert ReconciliationRun.objects.latest("pk").state == "failed"


def test_every_page_of_a_long_list_is_read(here: Regency, stripe_api: Front, queued: Queue, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("tenants.billing.providers.stripe._PAGE", 2)
    for n in range(5):
        known_to_stripe(here, stripe_api, f"027/SPK/{n}")
    assert len(list(provider().invoices())) == 5
