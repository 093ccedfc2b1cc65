"""One change for many regencies: asked, foreseen, confirmed, done one by one; and who wants the digest."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from modules.fleet import tasks
from modules.fleet.changes import REFUSALS, Result, do, foresee, switchable
from modules.fleet.models import BulkAction, BulkItem, Digest, Subscription
from modules.library.queries import latest_release
from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.models import Regency
from tenants.problems import everything
from tenants.schemas.context import in_public
from tenants.schemas.locks import advisory_lock

logger = logging.getLogger(__name__)
State, ItemState, Kind = BulkAction.State, BulkItem.State, BulkAction.Kind
Change = Callable[[BulkAction, Regency], Result]


class BulkRefused(Exception):
    """Cannot be done; the text says why and what to do."""


class NothingChosen(BulkRefused):
    """No regency."""


class NotReady(BulkRefused):
    """Not foreseen yet, running, or over."""


@transaction.atomic
def request_bulk(
    *,
    kind: str,
    module_key: str,
    target: str = "",
    publisher: Regency | None = None,
    regencies: Sequence[Regency],
    by: User,
    at: datetime,
) -> BulkAction:
    """Ask for a change in many regencies; a worker foresees it for each. Nothing changes. Raises BulkRefused."""
    if not regencies:
        raise NothingChosen(_("Pilih paling sedikit satu kabupaten yang sudah dibuka."))
    if module_key not in switchable():
        raise BulkRefused(_("Modul atau layanan itu tidak dikenal."))
    release = latest_release(publisher, module_key) if kind == Kind.UPGRADE and publisher else None
    if kind == Kind.UPGRADE and release is None:
        raise BulkRefused(_("Kabupaten itu tidak menerbitkan paket bagi modul ini."))
    action = BulkAction.objects.create(
        kind=kind,
        module_key=module_key,
        target=target,
        publisher=publisher,
        release=release,
        requested_by=by.name,
        requested_by_id=by.pk,
        requested_at=at,
    )
    BulkItem.objects.bulk_create(BulkItem(action=action, regency=regency) for regency in regencies)
    data = {"kind": kind, "module": module_key, "target": target, "count": len(regencies)}
    record("fleet.bulk_requested", subject=action, by=by, data=data, at=at)
    _enqueue(action)
    return action


@transaction.atomic
def confirm(*, action: BulkAction, by: User, at: datetime) -> BulkAction:
    """Do what was foreseen. Raises NotReady."""
    action = BulkAction.objects.select_for_update().get(pk=action.pk)
    if action.state != State.READY:
        raise NotReady(_("Dampaknya belum selesai dihitung, atau tindakan ini sudah berjalan."))
    if not action.items.filter(state=ItemState.FORESEEN).exists():
        raise NotReady(_("Tidak ada kabupaten yang akan berubah."))
    action.state, action.confirmed_by, action.confirmed_by_id, action.confirmed_at = State.RUNNING, by.name, by.pk, at
    action.save()
    record("fleet.bulk_confirmed", subject=action, by=by, at=at)
    _enqueue(action)
    return action


@transaction.atomic
def cancel(*, action: BulkAction, by: User, at: datetime) -> BulkAction:
    """Do it nowhere; while it runs, nowhere any more. Raises NotReady."""
    action = BulkAction.objects.select_for_update().get(pk=action.pk)
    if action.state in (State.DONE, State.CANCELLED):
        raise NotReady(_("Tindakan ini sudah berakhir."))
    action.state, action.finished_at = State.CANCELLED, at
    action.save(update_fields=["state", "finished_at"])
    record("fleet.bulk_cancelled", subject=action, by=by, at=at)
    return action


@transaction.atomic
def retry(*, action: BulkAction, by: User, at: datetime) -> BulkAction:
    """Try again where it failed. Raises NotReady."""
    action = BulkAction.objects.select_for_update().get(pk=action.pk)
    failed = action.items.filter(state=ItemState.FAILED)
    if action.state != State.DONE or not failed.exists():
        raise NotReady(_("Tidak ada yang gagal untuk diulangi."))
    failed.update(state=ItemState.FORESEEN)
    action.state, action.finished_at, action.confirmed_by, action.confirmed_by_id = State.RUNNING, None, by.name, by.pk
    action.save()
    record("fleet.bulk_retried", subject=action, by=by, at=at)
    _enqueue(action)
    return action


def work(action_id: int) -> None:
    """Foresee or do what is left of a bulk action, one regency after another, each in its own transaction.

    May be called again after anything: a second delivery, a killed worker. One process at a time.
    """
    with in_public(), advisory_lock(_lock(action_id), wait=False) as held:
        action = BulkAction.objects.select_related("publisher", "release").filter(pk=action_id).first()
        if not held or action is None:
            return
        if action.state == State.FORESEEING:
            _each(action, ItemState.WAITING, foresee)
            _close(action, State.FORESEEING, State.READY)
        elif action.state == State.RUNNING:
            _each(action, ItemState.FORESEEN, _do)
            _close(action, State.RUNNING, State.DONE)


def is_worked_on(action: BulkAction) -> bool:
    """Whether a process is at it right now."""
    with in_public(), advisory_lock(_lock(action.pk), wait=False) as held:
        return not held


def _each(action: BulkAction, waiting: str, change: Change) -> None:
    begun = action.state
    for pk in list(action.items.filter(state=waiting).order_by("regency__name").values_list("pk", flat=True)):
        action.refresh_from_db(fields=["state"])
        if action.state != begun:  # cancelled meanwhile
            return
        _one(action, pk, waiting, change)


def _one(action: BulkAction, pk: int, waiting: str, change: Change) -> None:
    try:
        with transaction.atomic():
            item = BulkItem.objects.select_for_update(of=("self",)).select_related("regency").get(pk=pk)
            if item.state != waiting:
                return
            _note(item, change(action, item.regency))
        return
    except REFUSALS as refused:
        result = Result(ItemState.FAILED, str(refused))
    except Exception as error:
        logger.exception("bulk action %s failed", action.pk)
        result = Result(ItemState.FAILED, _("Kesalahan yang tidak terduga (%s).") % type(error).__name__)
    _note(BulkItem.objects.get(pk=pk), result)


def _note(item: BulkItem, result: Result) -> None:
    item.state, item.sentence, item.changed_at = result.state, result.sentence[:400], timezone.now()
    item.save(update_fields=["state", "sentence", "changed_at"])


def _do(action: BulkAction, regency: Regency) -> Result:
    return do(action, regency, User.objects.get(pk=action.confirmed_by_id or 0), timezone.now())


@transaction.atomic
def _close(action: BulkAction, before: str, after: str) -> None:
    found = BulkAction.objects.select_for_update().get(pk=action.pk)
    if found.state != before:
        return
    found.state = after
    if after == State.DONE:
        found.finished_at = timezone.now()
        counts = {state: found.items.filter(state=state).count() for state in (ItemState.DONE, ItemState.FAILED)}
        data = {"done": counts[ItemState.DONE], "failed": counts[ItemState.FAILED]}
        record("fleet.bulk_finished", subject=found, by=None, data=data, at=found.finished_at)
    found.save(update_fields=["state", "finished_at"])


@transaction.atomic
def subscribe(*, wanted: bool, by: User, at: datetime) -> None:
    """Begin or stop sending oneself the daily digest; repeating changes nothing."""
    if wanted:
        _row, changed = Subscription.objects.get_or_create(user=by, defaults={"since": at})
    else:
        changed = bool(Subscription.objects.filter(user=by).delete()[0])
    if changed:
        record("fleet.digest_subscribed" if wanted else "fleet.digest_unsubscribed", subject=by, by=by, at=at)


def _lock(action_id: int) -> str:
    return f"rujukan bulk {action_id}"


def _enqueue(action: BulkAction) -> None:
    # A broker that does not answer loses nothing: the sweeper finds the action.
    transaction.on_commit(lambda: tasks.bulk.delay(action.pk), robust=True)


def collect_digest(at: datetime) -> Digest:
    """Ask every collector what is wrong and keep the answer as that day's digest; the mails follow."""
    with in_public():
        found = [asdict(problem) for problem in everything(at)]
        with transaction.atomic():
            digest, _created = Digest.objects.update_or_create(
                day=timezone.localdate(at), defaults={"collected_at": at, "problems": found}
            )
            for pk in Subscription.objects.exclude(sent_on=digest.day).values_list("pk", flat=True):
                transaction.on_commit(partial(tasks.send_digest.delay, pk), robust=True)
    return digest
