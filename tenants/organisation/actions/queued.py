"""A large table of units, written by a worker: all of it or none, and again from the beginning after a lost worker."""

from datetime import datetime
from functools import partial

from django.core.cache import cache
from django.db import transaction

from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.organisation import tasks
from tenants.organisation.actions.imports import StagedRow, import_units, stage_rows
from tenants.organisation.actions.refusals import OrganisationRefused, RowsRefused
from tenants.organisation.models import UnitImport
from tenants.schemas.context import after_commit

MOST_AT_ONCE = 25
"""Rows that the request itself writes. A row was measured at 90 ms while 26 processes wanted two cores."""
_KEPT = 3600


@transaction.atomic
def queue_units(*, rows: list[StagedRow], by: User | None, at: datetime) -> UnitImport:
    """Have a worker write the rows of a preview. Raises RowsRefused when one is wrong already."""
    if any(row.errors for row in rows):
        raise RowsRefused
    made = UnitImport.objects.create(rows=[row.cells for row in rows], queued_at=at, queued_by=by)
    record("organisation.units_queued", subject=made, by=by, at=at, data={"rows": len(rows)})
    after_commit(partial(tasks.write_units.delay, import_id=made.pk))
    return made


def write_units(*, import_id: int, at: datetime) -> None:
    """Write a queued table. One at a time: a second delivery waits, then finds it written."""
    try:
        with transaction.atomic():
            queued = UnitImport.objects.select_for_update().get(pk=import_id)
            if queued.state != UnitImport.State.QUEUED:
                return
            counts = import_units(
                rows=stage_rows(queued.rows), by=queued.queued_by, at=at, progress=partial(_say, import_id)
            )
            queued.counts, queued.state, queued.finished_at, queued.rows = counts, UnitImport.State.DONE, at, []
            queued.save(update_fields=["counts", "state", "finished_at", "rows"])
    except OrganisationRefused as refusal:
        _give_up(import_id, str(refusal), at)


def written(queued: UnitImport) -> int:
    """How many rows the worker has got through, as far as is known."""
    return int(cache.get(_name(queued.pk), 0))


def resume(*, before: datetime) -> int:
    """Hand out again what was queued before `before` and is still not written; how many."""
    waiting = list(UnitImport.objects.filter(state=UnitImport.State.QUEUED, queued_at__lt=before))
    for queued in waiting:
        tasks.write_units.delay(import_id=queued.pk)
    return len(waiting)


@transaction.atomic
def _give_up(import_id: int, problem: str, at: datetime) -> None:
    queued = UnitImport.objects.select_for_update().get(pk=import_id)
    queued.state, queued.problem, queued.finished_at = UnitImport.State.FAILED, problem[:300], at
    queued.save(update_fields=["state", "problem", "finished_at"])


def _say(import_id: int, number: int) -> None:
    """The transaction hides its rows from the page until all are written; how far it is stands in the cache."""
    if number % 10 == 0:
        cache.set(_name(import_id), number, _KEPT)


def _name(import_id: int) -> str:
    return f"organisation.unit_import.{import_id}"
