"""What the provider tells us: stored word for word first, followed afterwards, in whatever order it comes.

An event is only a hint that an invoice changed: what is believed is the invoice as the provider has it when we ask.
So a repeated, late or overtaken event does no harm, and any of them can be replayed.
"""

import logging
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from tenants import tally
from tenants.audit.actions import record
from tenants.billing import tasks
from tenants.billing.actions.invoices import balance
from tenants.billing.actions.payments import record_provider_payment
from tenants.billing.actions.refusals import BillingRefused
from tenants.billing.models import Invoice, ProviderCall, WebhookEvent
from tenants.billing.providers import Event, ProviderRefused, ProviderUnreachable, Remote, provider
from tenants.schemas.context import in_public

logger = logging.getLogger(__name__)
State = WebhookEvent.State
_FOLLOWED = "invoice."
_LIMIT = 10
"""How often an event is tried before a person has to look."""


def store_event(*, event: Event, payload: str, at: datetime) -> WebhookEvent | None:
    """Keep an event whose signature was checked, and hand it to a worker. None when it is here already."""
    with transaction.atomic():
        stored, created = WebhookEvent.objects.get_or_create(
            event_id=event.id,
            defaults={
                "type": event.type,
                "object_id": event.object_id,
                "api_version": event.api_version,
                "payload": payload,
                "received_at": at,
            },
        )
        if not created:
            return None
        # A broker that does not answer loses nothing: the sweeper finds the event.
        transaction.on_commit(partial(tasks.process_event.delay, stored.pk), robust=True)
    return stored


def process_event(*, event_id: int, at: datetime) -> str:
    """Follow a stored event once. Returns the state that it is in afterwards."""
    with in_public():
        event = WebhookEvent.objects.get(pk=event_id)
        if event.state != State.STORED:
            return event.state
        try:
            state, outcome = _follow(event, at)
        except ProviderUnreachable as problem:
            return _again(event, str(problem), at)
        except (ProviderRefused, BillingRefused) as problem:
            return _close(event, State.FAILED, str(problem), at)
        except Exception as problem:
            logger.exception("event %s failed", event.event_id)
            return _close(event, State.FAILED, type(problem).__name__, at)
        return _close(event, state, outcome, at)


@transaction.atomic
def replay_event(*, event: WebhookEvent, by: Any, at: datetime) -> WebhookEvent:
    """Follow an event anew, whatever became of it before."""
    event = WebhookEvent.objects.select_for_update().get(pk=event.pk)
    event.state, event.outcome, event.attempts, event.processed_at = State.STORED, "", 0, None
    event.save(update_fields=["state", "outcome", "attempts", "processed_at"])
    record("billing.event_replayed", subject=event, by=by, at=at, data={"event": event.event_id})
    transaction.on_commit(partial(tasks.process_event.delay, event.pk), robust=True)
    return event


def _follow(event: WebhookEvent, at: datetime) -> tuple[str, str]:
    if not event.type.startswith(_FOLLOWED) or not event.object_id:
        return State.IGNORED, _("Jenis ini tidak diperlukan.")
    remote = provider("stripe").fetch(event.object_id)
    if remote is None:
        return State.PROCESSED, _("Tidak ada lagi di penyedia.")
    return _follow_invoice(remote, at)


@transaction.atomic
def _follow_invoice(remote: Remote, at: datetime) -> tuple[str, str]:
    by_number = Q(number=remote.number) & ~Q(number="") & Q(provider_id="")
    invoice = (
        Invoice.objects.select_for_update().filter(Q(provider_id=remote.id) | by_number, provider="stripe").first()
    )
    if invoice is None:
        return State.IGNORED, _("Bukan tagihan kami.")
    if not invoice.provider_id:
        invoice.provider_id = remote.id  # the event was faster than the answer to our own call
    invoice.provider_state = remote.state
    invoice.save(update_fields=["provider_id", "provider_state"])
    if remote.state != "paid" or invoice.state != Invoice.State.ISSUED:
        return State.PROCESSED, _("Keadaan di penyedia: %s.") % remote.state
    if remote.paid_online and remote.paid_online == balance(invoice):
        record_provider_payment(invoice=invoice, reference=remote.id, amount=remote.paid_online, at=at)
        # It was closed there by the payment itself: there is nothing left to tell.
        ProviderCall.objects.filter(invoice=invoice, kind=ProviderCall.Kind.CLOSE).update(state="done", done_at=at)
        return State.PROCESSED, _("Pembayaran melalui penyedia dicatat.")
    return State.PROCESSED, _("Lunas di penyedia, tetapi SP2D belum dicatat di sini.")


def _close(event: WebhookEvent, state: str, outcome: str, at: datetime) -> str:
    event.state, event.outcome, event.processed_at = state, outcome[:300], at
    event.attempts += 1
    event.save(update_fields=["state", "outcome", "processed_at", "attempts"])
    with suppress(RedisError):  # only counted for the operators' figures
        tally.add("webhooks", "stripe", state)
    return state


def _again(event: WebhookEvent, problem: str, at: datetime) -> str:
    """It stays stored, and the sweeper hands it out again; after some times a person has to look."""
    if event.attempts + 1 >= _LIMIT:
        return _close(event, State.FAILED, problem, at)
    event.attempts, event.outcome = event.attempts + 1, problem[:300]
    event.save(update_fields=["attempts", "outcome"])
    return event.state
