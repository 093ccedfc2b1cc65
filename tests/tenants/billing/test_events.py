"""Events from Stripe: forged, repeated, reordered, unknown, faster than our own call.

`localstripe` signs and sends one itself (its signature is made by its own code). The others are recorded shapes of
`event` in version 2026-10-28, signed with the client's own generator; what is fetched afterwards comes from the server.
"""

import json
import urllib.request
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tenants.billing import actions, tasks
from tenants.billing.actions import events
from tenants.billing.models import Invoice, Payment, ProviderCall, WebhookEvent
from tenants.models import Regency
from tests.tenants.billing import office
from tests.tenants.billing.conftest import SECRET
from tests.tenants.billing.office import AT
from tests.tenants.billing.stripe_server import VERSION, Front, receiver, signed
from tests.tenants.billing.test_stripe import known_to_stripe, push_all

ADDRESS = "/billing/webhooks/stripe/"
Queue = list[tuple[str, int]]


def event(kind: str = "invoice.paid", about: str = "in_unknown", name: str = "evt_1", **changes: Any) -> str:
    """An event as Stripe writes it; the object is a snapshot that nobody should believe."""
    shape = {
        "id": name,
        "object": "event",
        "api_version": VERSION,
        "created": 1_775_450_000,
        "data": {"object": {"id": about, "object": "invoice", "status": "paid", "total": 1, "metadata": {}}},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    return json.dumps({**shape, **changes})


def send(payload: str, signature: str | None = None, host: str = "localhost") -> int:
    header = signed(payload, SECRET) if signature is None else signature
    return (
        Client(headers={"host": host})
        .post(ADDRESS, payload, content_type="application/json", headers={"stripe-signature": header})
        .status_code
    )


def follow(at: datetime | None = None) -> dict[str, str]:
    """What a worker would do with everything that is stored and due: the state of each event that was."""
    waiting = list(WebhookEvent.objects.filter(state="stored").values_list("pk", flat=True))
    actions.follow_events(at=at or timezone.now())
    return dict(WebhookEvent.objects.filter(pk__in=waiting).values_list("event_id", "state"))


def asked(front: Front) -> list[str]:
    """The invoices that were fetched."""
    return [
        request.path for request in front.requests if request.method == "GET" and "/v1/invoices/in_" in request.path
    ]


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense", "t=,v1=", "v1=abc", "t=x,v1=y", "t=1"])
def test_forged_is_refused_and_not_stored(here: Regency, stripe_api: Front, signature: str) -> None:
    assert send(event(), signature) == 400
    assert send(event(), signed(event(), "whsec_of_somebody_else")) == 400
    assert send(event(), signed(event(name="evt_2"), SECRET)) == 400, "signed, but for another payload"
    assert not WebhookEvent.objects.exists()


def test_old_huge_and_broken_payloads_are_refused(here: Regency, stripe_api: Front) -> None:
    assert send(event(), signed(event(), SECRET, at=1_600_000_000)) == 400
    assert send("x" * 600_000) == 400
    assert send("{not json") == 400
    client = Client(headers={"host": "localhost"})
    assert client.post(ADDRESS, b"\xff\xfe", content_type="application/json").status_code == 400
    assert client.get(ADDRESS).status_code == 405
    assert not WebhookEvent.objects.exists()


def test_nobody_listens_without_a_secret_or_at_a_regency(here: Regency, stripe_api: Front, settings: Any) -> None:
    assert send(event(), host="manggarai.localhost") == 404
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert send(event()) == 404


def test_stored_first_and_answered_without_asking_anybody(
    here: Regency, stripe_api: Front, queued: Queue, django_capture_on_commit_callbacks: Any
) -> None:
    stripe_api.down = True
    with django_capture_on_commit_callbacks(execute=True):
        assert send(event()) == 200
    stored = WebhookEvent.objects.get()
    assert stored.payload == event(), "word for word"
    assert (stored.type, stored.object_id, stored.api_version) == ("invoice.paid", "in_unknown", VERSION)
    assert queued == [("follow_events", 0)]
    assert stripe_api.requests == []


def test_csrf_does_not_stand_in_the_way(here: Regency, stripe_api: Front, queued: Queue) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    header = {"stripe-signature": signed(event(), SECRET)}
    assert strict.post(ADDRESS, event(), content_type="application/json", headers=header).status_code == 200


def test_repeated_it_is_kept_once(
    here: Regency, stripe_api: Front, queued: Queue, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert [send(event()) for _ in range(3)] == [200, 200, 200]
    assert len(queued) == 1
    follow()
    assert send(event()) == 200
    assert follow() == {}


def test_unknown_types_and_invoices_of_others_are_kept_and_ignored(
    here: Regency, stripe_api: Front, queued: Queue
) -> None:
    send(event("customer.subscription.deleted", "sub_1", "evt_a"))
    send(event("invoice.paid", "in_of_somebody_else", "evt_b"))
    send(event("thing.invented_tomorrow", "x", "evt_c"))
    send(event("invoice.paid", "x", "evt_d", data=None))
    assert follow() == dict.fromkeys(("evt_a", "evt_b", "evt_c", "evt_d"), "ignored")
    assert stripe_api.requests == [], "nobody was asked about what is not ours"


def test_several_events_about_an_invoice_are_followed_by_asking_once(
    here: Regency, stripe_api: Front, queued: Queue
) -> None:
    one, other = (known_to_stripe(here, stripe_api, f"027/SPK/{n}") for n in (1, 2))
    stripe_api.requests.clear()
    stripe_api.invoices[one.provider_id]["status"] = "void"
    kinds = ("finalized", "sent", "updated", "overdue", "voided")
    for number, kind in enumerate(kinds):
        send(event(f"invoice.{kind}", one.provider_id, f"evt_{number}"))
    send(event("invoice.sent", other.provider_id, "evt_other"))
    assert set(follow().values()) == {"processed"}
    assert len(asked(stripe_api)) == 2
    states = dict(Invoice.objects.values_list("number", "provider_state"))
    assert states == {one.number: "void", other.number: "open"}


def test_more_events_than_a_batch_holds_are_all_followed(
    here: Regency, stripe_api: Front, queued: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_BATCH", 3)
    invoice = known_to_stripe(here, stripe_api)
    for number in range(8):
        send(event("invoice.updated", invoice.provider_id, f"evt_{number}"))
    assert list(follow().values()) == ["processed"] * 8


def test_a_worker_that_finds_another_at_it_leaves_it_the_rest(
    here: Regency, stripe_api: Front, queued: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is stored while a batch is followed asks anew, so nothing waits for the clock."""
    send(event("customer.created", "cus_1", "evt_a"))
    batch = events._follow_batch

    def meanwhile(at: datetime) -> Any:
        ends = batch(at)
        events._ask_worker()  # somebody stores one at the last moment
        return ends

    monkeypatch.setattr(events, "_follow_batch", meanwhile)
    monkeypatch.setattr(events.transaction, "on_commit", lambda work, **_: work())
    queued.clear()
    assert follow() == {"evt_a": "ignored"}
    assert queued == [("follow_events", 0), ("follow_events", 0)], "the late one, and again when the lock is free"
    with monkeypatch.context() as busy:
        busy.setattr(events, "advisory_lock", lambda name, wait: nullcontext(False))
        send(event("customer.created", "cus_1", "evt_b"))
        assert follow() == {"evt_b": "stored"}


def test_paid_by_card_there_is_a_payment_here_once(here: Regency, stripe_api: Front, queued: Queue) -> None:
    """Reordered and repeated: what is believed is the invoice as it is now, not what an event says of it."""
    invoice = known_to_stripe(here, stripe_api)
    at_stripe = stripe_api.invoices[invoice.provider_id]
    at_stripe["status"], at_stripe["online"] = "paid", int(invoice.total) * 100
    for name, kind in (("evt_3", "invoice.paid"), ("evt_1", "invoice.finalized"), ("evt_2", "invoice.overdue")):
        send(event(kind, invoice.provider_id, name))
    assert set(follow().values()) == {"processed"}
    invoice.refresh_from_db()
    assert invoice.state == "paid"
    payment = Payment.objects.get()
    assert (payment.method, payment.gross, payment.provider_reference) == (
        "provider", invoice.total, invoice.provider_id,
    )  # fmt: skip
    assert push_all(AT + timedelta(days=400)) == [], "Stripe is not told what it has told us"
    actions.replay_event(event=WebhookEvent.objects.get(event_id="evt_3"), by=None, at=AT)
    assert follow() == {"evt_3": "processed"}
    assert Payment.objects.count() == 1


def test_marked_paid_there_without_an_sp2d_is_not_paid_here(here: Regency, stripe_api: Front, queued: Queue) -> None:
    invoice = known_to_stripe(here, stripe_api)
    at_stripe = stripe_api.invoices[invoice.provider_id]
    at_stripe["status"], at_stripe["outside"] = "paid", int(invoice.total) * 100
    send(event("invoice.paid", invoice.provider_id))
    follow()
    invoice.refresh_from_db()
    assert (invoice.state, invoice.provider_state) == ("issued", "paid")
    assert "SP2D belum" in WebhookEvent.objects.get().outcome
    assert actions.reconcile(by=None, at=AT) == 1


def test_our_own_closing_comes_back_and_changes_nothing(here: Regency, stripe_api: Front, queued: Queue) -> None:
    invoice = known_to_stripe(here, stripe_api)
    office.pay(invoice)
    push_all(AT + timedelta(days=30))
    send(event("invoice.paid", invoice.provider_id))
    assert follow() == {"evt_1": "processed"}
    assert Payment.objects.count() == 1


def test_an_event_may_be_faster_than_the_answer_to_our_call(here: Regency, stripe_api: Front, queued: Queue) -> None:
    invoice = known_to_stripe(here, stripe_api)
    name = invoice.provider_id
    Invoice.objects.filter(pk=invoice.pk).update(provider_id="", provider_state="")
    ProviderCall.objects.update(state="waiting", next_at=AT)
    about = {"id": name, "object": "invoice", "metadata": {"invoice": invoice.number}}
    send(event("invoice.finalized", name, data={"object": about}))
    follow()
    invoice.refresh_from_db()
    assert (invoice.provider_id, invoice.provider_state) == (name, "open")
    assert push_all() == [True]


def test_a_silent_stripe_is_asked_again_after_a_while_and_then_a_person(
    here: Regency, stripe_api: Front, queued: Queue
) -> None:
    """An outage of a night is waited for; minutes would make an operator replay every event by hand."""
    invoice = known_to_stripe(here, stripe_api)
    stripe_api.down = True
    send(event(about=invoice.provider_id))
    at, waited = timezone.now(), []
    for _ in range(9):
        assert follow(at) == {"evt_1": "stored"}
        assert follow(at) == {"evt_1": "stored"}
        then = WebhookEvent.objects.get().next_at
        assert then
        waited.append((then - at).total_seconds() // 60)
        at = then
    assert waited == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert WebhookEvent.objects.get().attempts == 9, "twice in the same minute it is asked once"
    assert follow(at) == {"evt_1": "failed"}
    stripe_api.down = False
    actions.replay_event(event=WebhookEvent.objects.get(), by=None, at=AT)
    assert follow() == {"evt_1": "processed"}


def test_of_a_silent_stripe_one_batch_asks_once(here: Regency, stripe_api: Front, queued: Queue, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(events, "_AT_ONCE", 1)
    names = [known_to_stripe(here, stripe_api, f"027/SPK/{n}").provider_id for n in range(4)]
    stripe_api.requests.clear()
    stripe_api.down = True
    for number, name in enumerate(names):
        send(event(about=name, name=f"evt_{number}"))
    assert set(follow().values()) == {"stored"}
    assert len(asked(stripe_api)) == 1


def test_what_was_lost_is_handed_out_again(here: Regency, stripe_api: Front, queued: Queue) -> None:
    invoice = office.bill(here)
    assert tasks.resume.apply(throw=True).get() == 1, "the call is due"
    assert [name for name, _ in queued] == ["push"]
    push_all()
    invoice.refresh_from_db()
    send(event(about=invoice.provider_id))
    assert tasks.follow_events.apply(throw=True).get() == 1, "the scheduler runs it every minute"
    assert WebhookEvent.objects.get().state == "processed"


def test_an_event_of_localstripe_itself_is_accepted(here: Regency, stripe_api: Front, queued: Queue) -> None:
    with receiver() as (url, came):
        body = json.dumps({"url": url, "secret": SECRET, "events": ["invoice.created"]}).encode()
        asked = urllib.request.Request(
            f"{stripe_api.upstream}/_config/webhooks/test", body, {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(asked, timeout=10).close()
        invoice = known_to_stripe(here, stripe_api)
        while True:  # one of an earlier test may still be on its way
            payload, signature = came.get(timeout=20)
            if invoice.provider_id in payload.decode():
                break
    assert send(payload.decode(), signature) == 200
    assert WebhookEvent.objects.get().object_id == invoice.provider_id
    assert set(follow().values()) == {"processed"}
