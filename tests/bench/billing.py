"""Events of the payment provider: taken in by the web server and followed by a worker, at the same time.

Every event is signed and there is one of each; a few come twice. What counts is the time until the last one was
followed, which asks the provider for its invoice (a Stripe server on this machine, whose processor time is in it too).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from tenants.billing.models import WebhookEvent
from tests.bench.load import run
from tests.bench.row import Row
from tests.bench.server import gunicorn
from tests.tenants.billing.stripe_server import KEY, VERSION, served, signed

EVENTS, CONNECTIONS, PATIENCE = 1_000, 8, 120.0
TARGET = 100
SECRET = "whsec_of_the_bench"


def rows() -> list[Row]:
    """How many events a second are answered, and how many are followed to their end; none lost, none doubled."""
    connection.set_schema_to_public()
    WebhookEvent.objects.all().delete()
    with served() as stripe_api:
        os.environ |= {
            "STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": stripe_api.base,
        }  # fmt: skip
        with gunicorn("config.wsgi", "config.settings") as server, _worker():
            texts = [_request(_event(number)) for number in range(EVENTS)]
            run(server.port, CONNECTIONS, 20.0, [_request(_event(0))], limit=50)  # warm
            _await_followed(1)
            begun = time.perf_counter()
            came = run(server.port, CONNECTIONS, PATIENCE, texts, limit=EVENTS + CONNECTIONS)
            _await_followed(EVENTS)
            taken = time.perf_counter() - begun
    kept = WebhookEvent.objects.count()
    followed = WebhookEvent.objects.filter(state="processed").count()
    whole = came["wrong"] == 0 and kept == followed == EVENTS
    connection.close()
    return [
        _row("provider events answered", came["answers"] / came["seconds"], whole),
        _row(f"provider events followed, {kept} of {EVENTS} kept", followed / taken, whole),
    ]


def _row(measure: str, rate: float, whole: bool) -> Row:
    reached = whole and rate >= TARGET
    return Row(measure, f"{rate:.0f}/s", "-", "-", "-", f"{TARGET}/s, none lost", reached)


def _event(number: int) -> str:
    about = {"id": f"in_bench{number}", "object": "invoice", "status": "open", "metadata": {}}
    shape = {
        "id": f"evt_bench{number}", "object": "event", "api_version": VERSION, "created": 1_775_450_000,
        "data": {"object": about}, "livemode": False, "type": "invoice.finalized",
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
    while WebhookEvent.objects.filter(state="processed").count() < many:
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)
