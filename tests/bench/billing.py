"""Events of the payment provider: taken in by the web server and followed by a worker, at the same time.

A thousand different ones, all signed, as they come when a hundred bills go out: nine about each of our invoices, one
after the other, and between them one about an invoice of somebody else. What counts is the time until the last one was followed, which asks the
provider for our invoices (a Stripe server on this machine, whose processor time is in it too).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection

from tenants.billing.demo import forget
from tenants.billing.models import Invoice, WebhookEvent
from tenants.models import Regency
from tests.bench.load import run
from tests.bench.row import Row
from tests.bench.server import gunicorn
from tests.tenants.billing import office
from tests.tenants.billing.stripe_server import KEY, VERSION, Front, served, signed

BILLS, CONNECTIONS, PATIENCE = 100, 8, 120.0
KINDS = (
    "created", "updated", "finalized", "sent", "updated", "payment_attempt_required", "overdue", "will_be_due", "updated"
)  # fmt: skip
EVENTS = BILLS * (len(KINDS) + 1)
TARGET = 100
SECRET = "whsec_of_the_bench"


def rows() -> list[Row]:
    """How many events a second are answered, and how many are followed to their end; none lost, none doubled."""
    connection.set_schema_to_public()
    WebhookEvent.objects.all().delete()
    regency = Regency.objects.create(
        schema_name="bench_bills", code="33.24", name="Kendal", province="Jawa Tengah", kind="kabupaten", state="draft"
    )
    try:
        with served() as stripe_api:
            os.environ |= {
                "STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": stripe_api.base,
            }  # fmt: skip
            ours = _bills(regency, stripe_api)
            with gunicorn("config.wsgi", "config.settings") as server, _worker():
                return _measured(server.port, ours)
    finally:
        forget(regency=regency)
        regency.delete()
        connection.close()


def _measured(port: int, ours: list[str]) -> list[Row]:
    texts = []
    for number, name in enumerate(ours):
        texts += [_request(_event(f"{number}-{order}", kind, name)) for order, kind in enumerate(KINDS)]
        texts.append(_request(_event(f"other{number}", "paid", f"in_other{number}")))
    run(port, CONNECTIONS, 20.0, [_request(_event("warm", "paid", "in_warm"))], limit=50)
    _await_followed(1)
    begun = time.perf_counter()
    came = run(port, CONNECTIONS, PATIENCE, texts, limit=EVENTS + CONNECTIONS)
    _await_followed(EVENTS + 1)
    taken = time.perf_counter() - begun
    kept = WebhookEvent.objects.exclude(event_id="evt_warm").values_list("event_id", flat=True)
    followed = WebhookEvent.objects.filter(state="processed").count()
    ignored = WebhookEvent.objects.filter(state="ignored", object_id__startswith="in_other").count()
    known = Invoice.objects.filter(provider="stripe", provider_state="open").count()
    whole = (
        came["wrong"] == 0
        and len(set(kept)) == len(kept) == EVENTS
        and (followed, ignored, known) == (EVENTS - BILLS, BILLS, BILLS)
    )
    return [
        _row("provider events answered", came["answers"] / came["seconds"], whole),
        _row(f"provider events followed, {len(kept)} of {EVENTS} kept", (followed + ignored) / taken, whole),
    ]


def _bills(regency: Regency, stripe_api: Front) -> list[str]:
    """Issued bills that Stripe has too; the provider's name of each. What Stripe says of them is not known here yet."""
    first = office.bill(regency)
    customer = stripe_api._ask("POST", "/v1/customers", {"name": "Diskominfo"})["id"]
    rows, names = [], []
    for number in range(BILLS):
        name = f"INV/BENCH/{number}"
        made = stripe_api._ask("POST", "/v1/invoices", {"customer": customer, "metadata[invoice]": name})
        stripe_api.invoices[made["id"]] = {"lines": [], "status": "open", "outside": 0, "credit": 0, "form": {}}
        names.append(made["id"])
        bill = Invoice(
            regency=regency, contract=first.contract, part=number + 2, year=first.year, number=name, state="issued",
            period_start=first.period_start, period_end=first.period_end, net=100, dpp=92, ppn=11, total=111,
            created_at=office.AT, issued_on=office.AT.date(), due_on=office.AT.date() + timedelta(days=30),
            provider="stripe", provider_id=made["id"],
        )  # fmt: skip
        rows.append(bill)
    Invoice.objects.bulk_create(rows)
    return names


def _row(measure: str, rate: float, whole: bool) -> Row:
    reached = whole and rate >= TARGET
    return Row(measure, f"{rate:.0f}/s", "-", "-", "-", f"{TARGET}/s, none lost", reached)


def _event(name: str, kind: str, invoice: str) -> str:
    about = {"id": invoice, "object": "invoice", "status": "open", "metadata": {}}
    shape = {
        "id": f"evt_{name}", "object": "event", "api_version": VERSION, "created": 1_775_450_000,
        "data": {"object": about}, "livemode": False, "type": f"invoice.{kind}",
    }  # fmt: skip
    return json.dumps(shape)


def _request(payload: str) -> str:
    head = [
        "POST /billing/webhooks/stripe/ HTTP/1.1",
        f"Host: {settings.BASE_DOMAIN}",
        "Content-Type: application/json",
        f"Stripe-Signature: {signed(payload, SECRET)}",
        f"Content-Length: {len(payload)}",
    ]
    return "\r\n".join([*head, "", payload])


@contextmanager
def _worker() -> Iterator[None]:
    """One worker with two processes on the queue of the fleet, as in production."""
    command = [
        sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker", "--queues", "fleet", "--concurrency", "2",
        "--loglevel", "CRITICAL", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    with subprocess.Popen(command, env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}) as started:
        try:
            yield
        finally:
            started.terminate()


def _await_followed(many: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while WebhookEvent.objects.filter(state__in=["processed", "ignored"]).count() < many:
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)
