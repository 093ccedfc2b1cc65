"""Two people at once: really committed, on connections of their own."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tenants.accounts.models import User
from tenants.billing import actions
from tenants.billing.demo import forget
from tenants.billing.models import BudgetYear, Invoice, NumberSeries, Payment, Plan, PopulationClass, WebhookEvent
from tenants.billing.providers import Event
from tenants.models import Regency
from tests.conftest import NewRegency
from tests.tenants.billing import office
from tests.tenants.billing.office import AT

WHEN = AT + timedelta(days=20)


@pytest.fixture
def sari(committed: NewRegency) -> Iterator[User]:
    """Somebody of the central team, there for every connection."""
    yield User.objects.create_user("sari@rujukan.test", "Sari Anggraini")
    # Not delete(): in public there are no tables of a regency to cascade to.
    User.objects.filter(email="sari@rujukan.test")._raw_delete("default")


@pytest.fixture
def bills(sari: User, committed: NewRegency) -> Iterator[list[Invoice]]:
    """Two bills of Kendal, there for every connection, and gone afterwards."""
    kendal = committed("kendal")
    yield [office.bill(kendal, number=f"027/SPK/{n}") for n in (1, 2)]
    forget(regency=kendal)
    Plan.objects.all().delete()
    for model in (BudgetYear, PopulationClass, NumberSeries):
        model.objects.all().delete()


def at_once(*deeds):  # type: ignore[no-untyped-def]
    """Each on a thread of its own; the name of the refusal, or "done"."""

    def run(deed):  # type: ignore[no-untyped-def]
        try:
            deed()
            return "done"
        except actions.BillingRefused as refused:
            return type(refused).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return sorted(threads.map(run, deeds))


def test_two_officers_record_the_same_sp2d(bills: list[Invoice]) -> None:
    assert at_once(*[lambda: office.pay(bills[0], at=WHEN)] * 4) == ["NotInThisState"] * 3 + ["done"]
    assert Payment.objects.count() == 1


def test_two_officers_record_the_same_sp2d_for_two_bills(bills: list[Invoice]) -> None:
    results = at_once(lambda: office.pay(bills[0], at=WHEN), lambda: office.pay(bills[1], at=WHEN))
    assert results == ["SP2DTaken", "done"]
    assert sorted(Invoice.objects.values_list("state", flat=True)) == ["issued", "paid"]


def test_two_last_bills_paid_in_one_moment_open_the_regency(bills: list[Invoice], sari: User) -> None:
    """Each payment must see the other one: else both find a late bill, and nobody opens."""
    late = AT + timedelta(days=200)
    for days in (7, 21, 45):
        actions.remind(invoice=bills[0], by=None, at=AT + timedelta(days=45 + days))
    actions.grant_grace(
        invoice=bills[0], until=(AT + timedelta(days=120)).date(), reason="DPA", by=None, at=AT + timedelta(days=100)
    )
    actions.make_read_only(invoice=bills[0], reason="Belum dibayar", by=sari, at=AT + timedelta(days=150))
    gate = threading.Barrier(2)

    def together(bill: Invoice, number: str) -> None:
        gate.wait()
        office.pay(bill, number, at=late)

    results = at_once(lambda: together(bills[0], "SP2D/1"), lambda: together(bills[1], "SP2D/2"))
    assert results == ["done", "done"]
    assert Regency.objects.get(pk=bills[0].regency_id).state == "active"


def test_numbers_are_taken_one_after_the_other(bills: list[Invoice]) -> None:
    agreed = office.contract(bills[0].regency, "027/SPK/3", instalments=6)
    drafts = [actions.draft_invoice(contract=agreed, part=part, by=None, at=AT) for part in range(1, 7)]
    at_once(*[lambda draft=draft: actions.issue_invoice(invoice=draft, by=None, at=AT) for draft in drafts])
    numbers = sorted(Invoice.objects.exclude(number="").values_list("number", flat=True))
    assert numbers == [f"INV/2026/{n:05}" for n in range(1, 9)]


def test_the_same_event_twice_at_once_is_kept_once(committed: NewRegency, monkeypatch: pytest.MonkeyPatch) -> None:
    committed("kendal")
    monkeypatch.setattr("tenants.billing.tasks.follow_events.apply_async", lambda countdown: None)
    told = Event("evt_twice", "invoice.paid", "in_1", "")
    at_once(*[lambda: actions.store_event(event=told, payload="{}", at=AT)] * 4)
    assert WebhookEvent.objects.filter(event_id="evt_twice").count() == 1
    WebhookEvent.objects.all().delete()
