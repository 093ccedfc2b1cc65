"""What the provider tells us: stored word for word first, followed afterwards, in whatever order it comes.

An event is only a hint that an invoice changed: what is believed is the invoice as the provider has it when we ask.
So a repeated, late or overtaken event does no harm, any of them can be replayed, and all that wait about one invoice
are followed by asking once. One worker at a time follows them: of two answers about an invoice the later one stays.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from tenants import tally
from tenants.audit.actions import record
from tenants.billing import tasks
from tenants.billing.actions.ledger import balance, locked
from tenants.billing.actions.payments import record_provider_payment
from tenants.billing.actions.queue import pause
from tenants.billing.actions.refusals import BillingRefused
from tenants.billing.models import Invoice, ProviderCall, WebhookEvent
from tenants.billing.providers import Event, ProviderRefused, ProviderUnreachable, Remote, provider
from tenants.schemas.context import in_public
from tenants.schemas.locks import advisory_lock

logger = logging.getLogger(__name__)
State = WebhookEvent.State
Group = list[WebhookEvent]
Outcome = tuple[str, str]
Answer = Remote | Exception | None
_FOLLOWED = "invoice."
_LIMIT = 10
"""How often an event is tried before a person has to look: with the pauses between, for more than eight hours."""
_BREATH = 1
"""Seconds before what was stored is followed: a bill that goes out is told of in a burst of events."""
_BATCH, _ROUNDS, _AT_ONCE = 500, 20, 8
_LOCK, _ASKED = "rujukan billing events", "billing:events:asked"


def store_event(*, event: Event, payload: str, at: datetime) -> None:
    """Keep an event whose signature was checked, once, and have a worker follow it."""
    stored = WebhookEvent(
        event_id=event.id,
        type=event.type,
        object_id=event.object_id,
        api_version=event.api_version,
        payload=payload,
        received_at=at,
    )
    WebhookEvent.objects.bulk_create([stored], ignore_conflicts=True)
    _ask_worker()


def _ask_worker() -> None:
    """One task follows all that is stored, so one that waits is enough.

    A broker that does not answer loses nothing: the scheduler asks every minute.
    """

    def ask() -> None:
        if caches["fleet"].add(_ASKED, 1, timeout=60):
            tasks.follow_events.apply_async(countdown=_BREATH)

    transaction.on_commit(ask, robust=True)


def follow_events(*, at: datetime) -> int:
    """Follow what is stored and due. Returns how many events; none while another worker is at it."""
    followed, more = 0, False
    with in_public():
        with advisory_lock(_LOCK, wait=False) as held:
            if not held:
                return 0
            for _round in range(_ROUNDS):
                caches["fleet"].delete(_ASKED)  # what is stored from now on asks anew
                ends = _follow_batch(at)
                followed += ends.total()
                more = ends.total() == _BATCH and not ends[State.STORED]  # who is silent is not asked at once again
                if not more:
                    break
        if more or caches["fleet"].get(_ASKED):  # a task that came while the lock was held went away again
            tasks.follow_events.apply_async(countdown=_BREATH)
    return followed


@transaction.atomic
def replay_event(*, event: WebhookEvent, by: Any, at: datetime) -> WebhookEvent:
    """Follow an event anew, whatever became of it before."""
    event = WebhookEvent.objects.select_for_update().get(pk=event.pk)
    event.state, event.outcome, event.attempts = State.STORED, "", 0
    event.processed_at = event.next_at = None
    event.save(update_fields=["state", "outcome", "attempts", "processed_at", "next_at"])
    record("billing.event_replayed", subject=event, by=by, at=at, data={"event": event.event_id})
    _ask_worker()
    return event


def _follow_batch(at: datetime) -> Counter[str]:
    """The oldest that are due. Returns how many came into which state."""
    due = Q(next_at=None) | Q(next_at__lte=at)
    events = list(WebhookEvent.objects.filter(due, state=State.STORED).order_by("pk")[:_BATCH])
    ends: Counter[str] = Counter()
    about, foreign, needless = _sorted_out(events)
    for group, why in ((foreign, _("Bukan tagihan kami.")), (needless, _("Jenis ini tidak diperlukan."))):
        ends[_close(group, (State.IGNORED, why), at)] += len(group)
    for name, answer in _ask_about(about):
        ends[_follow(about[name], answer, at)] += len(about[name])
    with suppress(RedisError):  # only counted for the operators' figures
        for state, count in (+ends).items():
            tally.add("webhooks", "stripe", state, amount=count)
    return +ends


def _sorted_out(events: list[WebhookEvent]) -> tuple[dict[str, Group], Group, Group]:
    """Those about our invoices, by the provider's name of each; about invoices of others; about other things."""
    read = provider("stripe").read
    numbers = {event.pk: read(event.payload).number for event in events}
    names = {event.object_id for event in events}
    ours = Invoice.objects.filter(Q(provider_id__in=names) | Q(number__in=numbers.values()), provider="stripe")
    known = {value for pair in ours.values_list("provider_id", "number") for value in pair} - {""}
    about: defaultdict[str, Group] = defaultdict(list)
    foreign, needless = [], []
    for event in events:
        if not event.type.startswith(_FOLLOWED) or not event.object_id:
            needless.append(event)
        elif {event.object_id, numbers[event.pk]} & known:
            about[event.object_id].append(event)
        else:
            foreign.append(event)
    return about, foreign, needless


def _ask_about(names: Iterable[str]) -> list[tuple[str, Answer]]:
    """Each invoice as the provider has it now, several at once; after the first silence nobody else is asked."""
    fetch = provider("stripe").fetch
    silent: list[ProviderUnreachable] = []

    def ask(name: str) -> tuple[str, Answer]:
        if silent:
            return name, silent[0]
        try:
            return name, fetch(name)
        except ProviderUnreachable as problem:
            silent.append(problem)
            return name, problem
        except Exception as problem:
            return name, problem

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(ask, names))


def _follow(group: Group, answer: Answer, at: datetime) -> str:
    """All events about one invoice, by what the provider said of it. Returns the state that they are in afterwards."""
    try:
        if isinstance(answer, Exception):
            raise answer
        return _close(group, _follow_invoice(answer, at), at)
    except ProviderUnreachable as problem:
        return _again(group, str(problem), at)
    except (ProviderRefused, BillingRefused) as problem:
        return _close(group, (State.FAILED, str(problem)), at)
    except Exception as problem:
        logger.exception("events about %s failed", group[0].object_id)
        return _close(group, (State.FAILED, type(problem).__name__), at)


@transaction.atomic
def _follow_invoice(remote: Remote | None, at: datetime) -> Outcome:
    if remote is None:
        return State.PROCESSED, _("Tidak ada lagi di penyedia.")
    by_number = Q(number=remote.number) & ~Q(number="") & Q(provider_id="")
    found = Invoice.objects.filter(Q(provider_id=remote.id) | by_number, provider="stripe").first()
    if found is None:
        return State.IGNORED, _("Bukan tagihan kami.")
    if (found.provider_id, found.provider_state) != (remote.id, remote.state):
        # Without a name there, the event was faster than the answer to our own call.
        Invoice.objects.filter(pk=found.pk).update(provider_id=remote.id, provider_state=remote.state)
    invoice = locked(found) if remote.state == "paid" else found
    if remote.state != "paid" or invoice.state != Invoice.State.ISSUED:
        return State.PROCESSED, _("Keadaan di penyedia: %s.") % remote.state
    if not remote.paid_online or remote.paid_online != balance(invoice):
        return State.PROCESSED, _("Lunas di penyedia, tetapi SP2D belum dicatat di sini.")
    record_provider_payment(invoice=invoice, reference=remote.id, amount=remote.paid_online, at=at)
    # It was closed there by the payment itself: there is nothing left to tell.
    ProviderCall.objects.filter(invoice=invoice, kind=ProviderCall.Kind.CLOSE).update(state="done", done_at=at)
    return State.PROCESSED, _("Pembayaran melalui penyedia dicatat.")


def _close(group: Group, outcome: Outcome, at: datetime) -> str:
    state, why = outcome
    if group:
        WebhookEvent.objects.filter(pk__in=[event.pk for event in group]).update(
            state=state, outcome=why[:300], processed_at=at, attempts=F("attempts") + 1
        )
    return state


def _again(group: Group, problem: str, at: datetime) -> str:
    """They stay stored for a while; after some times a person has to look."""
    spent = [event for event in group if event.attempts + 1 >= _LIMIT]
    _close(spent, (State.FAILED, problem), at)
    for event in group:
        if event not in spent:
            event.attempts, event.outcome = event.attempts + 1, problem[:300]
            event.next_at = at + pause(event.attempts)
            event.save(update_fields=["attempts", "outcome", "next_at"])
    return State.STORED
