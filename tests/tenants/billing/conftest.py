from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import connection
from pytest_django import Settings

from tenants.billing import tasks
from tenants.billing.actions import events
from tenants.models import Regency
from tests.tenants.billing import stripe_server

SECRET = "whsec_of_the_tests"


@pytest.fixture
def public(db: None) -> Iterator[None]:
    """The public schema is current, as for the console."""
    connection.set_schema_to_public()
    yield


@pytest.fixture
def here(public: None) -> Regency:
    """Manggarai, seen from the central team."""
    return Regency.objects.get(schema_name="manggarai")


@pytest.fixture(scope="session")
def _server() -> Iterator[stripe_server.Front]:
    with stripe_server.served() as front:
        yield front


@pytest.fixture
def stripe_api(_server: stripe_server.Front, settings: Settings) -> stripe_server.Front:
    """Bills go through Stripe, which is empty."""
    _server.forget()
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = stripe_server.KEY, _server.base
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    return _server


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What was handed to workers, instead of a broker: name of the task and its argument."""
    handed: list[tuple[str, int]] = []
    caches["fleet"].delete(events._ASKED)
    for name in ("push", "remind"):
        monkeypatch.setattr(getattr(tasks, name), "delay", lambda pk, name=name: handed.append((name, pk)))
    monkeypatch.setattr(tasks.follow_events, "apply_async", lambda countdown: handed.append(("follow_events", 0)))
    return handed
