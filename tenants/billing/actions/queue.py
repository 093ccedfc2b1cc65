"""What the provider must learn, kept until it has answered. A silent Stripe never stops the office."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.billing import tasks
from tenants.billing.actions.refusals import NotInThisState
from tenants.billing.models import BillingProfile, CreditNote, Invoice, ProviderCall
from tenants.billing.providers import Provider, ProviderRefused, ProviderUnreachable, Remote, provider
from tenants.schemas.context import in_public

logger = logging.getLogger(__name__)
Kind, State = ProviderCall.Kind, ProviderCall.State
_LEASE = timedelta(minutes=5)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, then twice as long each time, at most six hours."""
    return min(_FIRST_WAIT * 2 ** min(attempts - 1, 12), _LONGEST_WAIT)


def enqueue(invoice: Invoice, kind: str, at: datetime, note: CreditNote | None = None) -> None:
    """Tell the provider of the bill once this transaction commits; nothing where nobody else keeps books."""
    if not provider(invoice.provider).is_remote:
        return
    values = {"next_at": at, "created_at": at, "credit_note": note}
    if note is None:
        call, _created = ProviderCall.objects.get_or_create(invoice=invoice, kind=kind, defaults=values)
    else:
        call = ProviderCall.objects.create(invoice=invoice, kind=kind, **values)
    # A broker that does not answer loses nothing: the sweeper finds the call.
    transaction.on_commit(partial(tasks.push.delay, call.pk), robust=True)


def push(*, call_id: int, at: datetime) -> bool:
    """Make a call that waits. True when the provider has answered it, now or before.

    It is claimed for five minutes in a transaction of its own, so that nobody waits for a network: whoever dies
    in between leaves it to the sweeper, and its idempotency keys make the second time the same as the first.
    """
    with in_public():
        call = _claim(call_id, at)
        if call is None:
            return ProviderCall.objects.filter(pk=call_id, state=State.DONE).exists()
        try:
            answer = _make(provider(call.invoice.provider), call)
        except ProviderUnreachable as problem:
            _wait(call, str(problem), at)
            return False
        except ProviderRefused as problem:
            _give_up(call, str(problem), at)
            return False
        except Exception as problem:
            logger.exception("call %s failed", call.pk)
            _give_up(call, type(problem).__name__, at)
            return False
        _done(call, answer, at)
        return True


@transaction.atomic
def _claim(call_id: int, at: datetime) -> ProviderCall | None:
    """The call, when it is its turn: those before it about the same bill are done."""
    call = (
        ProviderCall.objects.select_for_update(skip_locked=True, of=["self"])
        .select_related("invoice__regency", "invoice__contract", "credit_note__invoice")
        .filter(pk=call_id, state=State.WAITING, next_at__lte=at)
        .first()
    )
    if call is None:
        return None
    if call.kind == Kind.CLOSE and call.invoice.state != Invoice.State.PAID:
        call.delete()  # the payment was taken back before anybody was told of it
        return None
    before = ProviderCall.objects.filter(invoice=call.invoice, pk__lt=call.pk).exclude(state=State.DONE)
    if before.exists():
        return None
    call.attempts += 1
    call.next_at = at + _LEASE
    call.save(update_fields=["attempts", "next_at"])
    return call


def _make(through: Provider, call: ProviderCall) -> Remote | str:
    attempt = str(call.round)
    if call.kind == Kind.OPEN:
        profile = BillingProfile.objects.select_related("regency").get(regency=call.invoice.regency)
        return through.open(call.invoice, profile, attempt=attempt)
    if call.credit_note:
        return through.credit(call.credit_note, attempt=attempt)
    if call.kind == Kind.CLOSE:
        return through.close(call.invoice, attempt=attempt)
    return through.void(call.invoice, attempt=attempt)


@transaction.atomic
def _done(call: ProviderCall, answer: Remote | str, at: datetime) -> None:
    if isinstance(answer, Remote):
        Invoice.objects.filter(pk=call.invoice_id).update(provider_id=answer.id, provider_state=answer.state)
    elif call.credit_note:
        CreditNote.objects.filter(pk=call.credit_note.pk).update(provider_id=answer)
    call.state, call.error, call.done_at = State.DONE, "", at
    call.save(update_fields=["state", "error", "done_at"])
    record("billing.provider_told", subject=call.invoice, by=None, at=at, data={"what": call.kind})
    following = ProviderCall.objects.filter(invoice=call.invoice, state=State.WAITING).order_by("pk").first()
    if following:
        transaction.on_commit(partial(tasks.push.delay, following.pk), robust=True)


def _wait(call: ProviderCall, problem: str, at: datetime) -> None:
    call.error = problem[:300]
    call.next_at = at + pause(call.attempts)
    call.save(update_fields=["error", "next_at"])


@transaction.atomic
def _give_up(call: ProviderCall, problem: str, at: datetime) -> None:
    call.state, call.error = State.FAILED, problem[:300]
    call.save(update_fields=["state", "error"])
    record(
        "billing.provider_refused", subject=call.invoice, by=None, at=at, data={"what": call.kind, "why": call.error}
    )


@transaction.atomic
def retry_call(*, call: ProviderCall, by: Any, at: datetime) -> ProviderCall:
    """Try again now: one that was refused, with new idempotency keys, or one that waits. Raises NotInThisState."""
    call = ProviderCall.objects.select_for_update().get(pk=call.pk)
    if call.state == State.DONE:
        raise NotInThisState(_("Penyedia sudah menjawab panggilan ini."))
    if call.state == State.FAILED:
        call.round = F("round") + 1
    call.state, call.next_at = State.WAITING, at
    call.save(update_fields=["state", "next_at", "round"])
    call.refresh_from_db()
    record("billing.provider_call_retried", subject=call.invoice, by=by, at=at, data={"what": call.kind})
    transaction.on_commit(partial(tasks.push.delay, call.pk), robust=True)
    return call


def due_calls(at: datetime) -> list[int]:
    """Calls whose time has come, oldest first."""
    return list(
        ProviderCall.objects.filter(Q(state=State.WAITING, next_at__lte=at))
        .order_by("pk")
        .values_list("pk", flat=True)[:500]
    )
