"""When a case is due and who is next: functions over a definition and a calendar that read and write nothing else."""

from dataclasses import dataclass
from datetime import date, datetime

from modules.services.definition import Definition, State
from modules.services.models import Case
from tenants.organisation.calendar import Calendar


@dataclass(frozen=True)
class Clock:
    """The time limits of a case at one moment."""

    due_at: datetime | None
    promised_date: date | None
    paused_at: datetime | None


def started(definition: Definition, calendar: Calendar, at: datetime) -> Clock:
    """The clock of a case that is filed at `at`."""
    promised = None
    if definition.promise_days is not None:
        promised = calendar.add_working_days(calendar.day_of(at), definition.promise_days)
    return entered(definition.state(definition.start), Clock(None, promised, None), calendar, at)


def entered(state: State, clock: Clock, calendar: Calendar, at: datetime) -> Clock:
    """The clock after entering `state`: it stands still while the applicant is asked.

    The days of waiting are added to the promise; each state starts its own limit anew, in working days.
    """
    promised = clock.promised_date
    if clock.paused_at and promised:
        waited = calendar.working_days_between(calendar.day_of(clock.paused_at), calendar.day_of(at))
        promised = calendar.add_working_days(promised, waited)
    if state.is_end:
        return Clock(None, promised, None)
    if state.waits_for_applicant:
        return Clock(None, promised, at)
    due = calendar.due_at(at, state.days) if state.days is not None else None
    return Clock(due, promised, None)


def clock_of(case: Case) -> Clock:
    """The clock of a case as it stands."""
    return Clock(case.due_at, case.promised_date, case.paused_at)


def enter(case: Case, state: State, clock: Clock, at: datetime) -> None:
    """Put a case into a state: whose turn it is, until when, and whether it is closed. Saves nothing."""
    case.state = state.key
    case.turn_role = "" if state.is_end else state.role
    case.turn_scope = "" if state.is_end else state.scope.value
    case.due_at, case.promised_date, case.paused_at = clock.due_at, clock.promised_date, clock.paused_at
    case.outcome = state.outcome
    case.closed_at = at if state.is_end else None


@dataclass(frozen=True)
class Step:
    """A state on the way, for the picture of steps: `done`, `current`, `failed` or ahead (empty)."""

    label: str
    state: str


def steps(definition: Definition, visited: list[str], current: str) -> list[Step]:
    """The straight way from the start to the good end, and where the case stands on it."""
    way = _main_way(definition)
    here = definition.state(current)
    if current not in way:
        before = [key for key in visited if key in way]
        reached = way.index(before[-1]) if before else 0
        mark = "failed" if here.is_end else "current"
        found = [Step(definition.state(key).label, "done") for key in way[: reached + 1]]
        found.append(Step(here.label, mark))
        return found + [Step(definition.state(key).label, "") for key in way[reached + 1 :] if not here.is_end]
    place = way.index(current)
    return [
        Step(definition.state(key).label, "done" if i < place or here.is_end else "current" if i == place else "")
        for i, key in enumerate(way)
    ]


def _main_way(definition: Definition) -> list[str]:
    """Follows the first primary transition out of each state until the end."""
    way, here = [], definition.start
    while here not in way:
        way.append(here)
        leaving = definition.leaving(here)
        if not leaving:
            break
        here = next((item for item in leaving if item.style == "primary"), leaving[0]).to
    return way
