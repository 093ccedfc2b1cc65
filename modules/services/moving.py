"""Moving open cases to a newer version of their service: deliberately, with a reason, in portions, never by itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from modules.services import queries, tasks, workflow
from modules.services.definition import State
from modules.services.models import Case, CaseEvent, Service, VersionMove
from modules.services.queries import Waiting
from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.organisation.calendar import Calendar, current_calendar
from tenants.schemas.context import after_commit

PORTION = 200


class MoveRefused(Exception):
    """The cases stay where they are; the text says why and what to do."""


def old_states(waiting: Sequence[Waiting]) -> list[State]:
    """The states to be decided about, in the order of the older workflows: all in which a case of an older version may
    stand when its turn comes, not only where some stand now.
    """
    older = dict.fromkeys(version for version, _state, _count in waiting)
    found = {state.key: state for version in older for state in version.definition.states if not state.is_end}
    return list(found.values())


@transaction.atomic
def ask_move(*, service: Service, states: Mapping[str, str], reason: str, by: User, at: datetime) -> VersionMove:
    """Have the worker move every open case of older versions to the current one.

    `states` names a state of the current version for each of `old_states`. Raises MoveRefused.
    """
    service = Service.objects.select_for_update(of=("self",)).select_related("current").get(pk=service.pk)
    waiting = queries.open_by_state(service)
    leaving = old_states(waiting)
    _refuse(service, leaving, states, reason)
    assert service.current is not None
    move = VersionMove.objects.create(
        service=service,
        target=service.current,
        states={state.key: states[state.key] for state in leaving},
        reason=reason.strip(),
        total=sum(count for _version, _state, count in waiting),
        asked_at=at,
        asked_by=by,
    )
    data = {"count": move.total, "version": move.target.number, "states": move.states}
    record("services.version_move_asked", subject=service, by=by, at=at, data=data)
    after_commit(partial(tasks.move_cases.delay, move.pk))
    return move


def _refuse(service: Service, leaving: Sequence[State], states: Mapping[str, str], reason: str) -> None:
    definition = service.definition
    if definition.managed_by:
        raise MoveRefused(_("Layanan ini dijalankan modulnya sendiri; berkasnya tetap pada versi masing-masing."))
    if service.moves.filter(finished_at=None).exists():
        raise MoveRefused(_("Pemindahan sebelumnya masih berjalan. Tunggu sampai selesai."))
    if not leaving:
        raise MoveRefused(_("Tidak ada berkas terbuka pada versi lama."))
    if not reason.strip():
        raise MoveRefused(_("Tulis alasannya: ia tampil pada riwayat setiap berkas."))
    open_states = {state.key for state in definition.states if not state.is_end}
    for state in leaving:
        if states.get(state.key) not in open_states:
            raise MoveRefused(_("Pilih tahap tujuan untuk “%s”.") % state.label)


def continue_move(*, move_id: int, at: datetime) -> bool:
    """Move the next portion; a killed worker loses at most one, which is moved again. Whether any are left."""
    with transaction.atomic():
        move = VersionMove.objects.select_for_update(of=("self",)).select_related("target").get(pk=move_id)
        if move.finished_at is not None:
            return False
        older = Case.objects.open().filter(service=move.service_id, version__number__lt=move.target.number)
        cases = older.select_related("version", "unit").select_for_update(of=("self",)).order_by("pk")
        found = list(cases[:PORTION])
        calendars = {unit: current_calendar(unit) for unit in {case.unit for case in found}}
        for case in found:
            _move(case, move, calendars[case.unit], at)
        move.moved += len(found)
        move.finished_at = None if len(found) == PORTION else at
        move.save(update_fields=["moved", "finished_at"])
        return move.finished_at is None


def _move(case: Case, move: VersionMove, calendar: Calendar, at: datetime) -> None:
    """The promise to the applicant stays; a limit begins anew only where the state or its days are others."""
    left, target = case.version, move.target
    before, state = left.definition.state(case.state), target.definition.state(move.states[case.state])
    clock = workflow.clock_of(case)
    if _is_other(before, state):
        clock = workflow.entered(state, clock, calendar, at)
    case.version = target
    workflow.enter(case, state, clock, at)
    case.save()
    CaseEvent.objects.create(
        case=case,
        at=at,
        by=move.asked_by,
        label=_("Dipindahkan ke versi %s layanan ini") % target.number,
        from_state=before.key,
        to_state=state.key,
        reason=move.reason,
    )
    data = {"from": left.number, "to": target.number, "states": [before.key, state.key]}
    record("services.case_version_changed", subject=case, by=move.asked_by, at=at, data=data)


def _is_other(before: State, after: State) -> bool:
    return (before.key, before.days, before.waits_for_applicant) != (after.key, after.days, after.waits_for_applicant)


def unfinished() -> list[int]:
    """Moves that a lost worker left."""
    return list(VersionMove.objects.filter(finished_at=None).values_list("pk", flat=True))
