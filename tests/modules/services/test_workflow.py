"""Whatever a definition says and whatever is pressed, a case stays sound."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.services import workflow
from modules.services.definition import APPLICANT, Definition, parse
from modules.services.models import Case
from modules.services.public import Applicant, StateChanged, act, file_case, publish
from tenants.models import Regency
from tenants.organisation.calendar import Calendar
from tests.modules.services.builders import MONDAY, reload

JAKARTA = ZoneInfo("Asia/Jakarta")


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """A definition that is valid by construction: a way to the good end, with returns, short cuts and refusals."""
    count = draw(st.integers(1, 6))
    keys = [f"s{number}" for number in range(count)]
    states: list[dict[str, Any]] = []
    for key in keys:
        waits = draw(st.booleans()) and key != "s0"
        days = draw(st.none() | st.integers(0, 30))
        states.append({"key": key, "label": key.upper(), "role": APPLICANT if waits else "clerk",
                       "waits_for_applicant": waits, "days": None if waits else days})  # fmt: skip
    ends = [{"key": "done", "label": "Done", "outcome": "done"}, {"key": "no", "label": "No", "outcome": "refused"}]
    steps = [
        {"key": f"go{i}", "label": "Go", "from_states": [key], "to": [*keys, "done"][i + 1], "style": "primary"}
        for i, key in enumerate(keys)
    ]
    steps.append({"key": "refuse", "label": "No", "from_states": keys, "to": "no", "needs_reason": True})
    for number in range(draw(st.integers(0, 5))):
        start, end = draw(st.sampled_from(keys)), draw(st.sampled_from([*keys, "done"]))
        steps.append({"key": f"jump{number}", "label": "Jump", "from_states": [start], "to": end})
    return {
        "key": "acak", "name": "Acak", "summary": "Acak.", "start": "s0", "number_prefix": "AC",
        "promise_days": draw(st.none() | st.integers(0, 40)), "states": states + ends, "transitions": steps,
    }  # fmt: skip


choices = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 400)), max_size=12)
calendars = st.builds(
    Calendar,
    zone=st.just(JAKARTA),
    local_holidays=st.frozensets(st.dates(date(2026, 11, 1), date(2027, 3, 1)), max_size=8),
    six_day=st.booleans(),
)


@settings(max_examples=120, deadline=None)
@given(content=contents(), pressed=choices, calendar=calendars)
def test_clock_of_any_definition(content: dict[str, Any], pressed: list[tuple[int, int]], calendar: Calendar) -> None:
    """Limits end on working days; the clock stands still while the applicant is asked; promises only move on."""
    definition, at = parse(content), MONDAY
    clock, here = workflow.started(definition, calendar, at), definition.start
    for choice, hours in pressed:
        state = definition.state(here)
        assert (clock.paused_at is not None) == state.waits_for_applicant
        assert clock.due_at is None or calendar.is_working_day(calendar.day_of(clock.due_at))
        assert clock.due_at is None or clock.due_at >= at or state.days == 0
        leaving = definition.leaving(here)
        if not leaving:
            assert clock.due_at is clock.paused_at is None
            return
        at += timedelta(hours=hours)
        before, here = clock, leaving[choice % len(leaving)].to
        clock = workflow.entered(definition.state(here), clock, calendar, at)
        if before.promised_date:
            assert clock.promised_date is not None
            assert clock.promised_date >= before.promised_date
            if before.paused_at is None:
                assert clock.promised_date == before.promised_date


@settings(max_examples=60, deadline=None)
@given(content=contents(), pressed=choices)
def test_picture_of_steps(content: dict[str, Any], pressed: list[tuple[int, int]]) -> None:
    """At most one current step; what is closed well shows every step done."""
    definition = parse(content)
    here, visited = definition.start, [definition.start]
    for choice, _hours in pressed:
        leaving = definition.leaving(here)
        if not leaving:
            break
        here = leaving[choice % len(leaving)].to
        visited.append(here)
    marks = [step.state for step in workflow.steps(definition, visited, here)]
    outcome = definition.state(here).outcome
    assert marks.count("current") == (0 if outcome else 1)
    assert marks.count("failed") == (outcome == "refused")
    if outcome == "done":
        assert set(marks) == {"done"}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=contents(), pressed=choices)
def test_cases_of_any_definition(batang: Regency, content: dict[str, Any], pressed: list[tuple[int, int]]) -> None:
    """A known state, one event for each move, closed stays closed, a step from elsewhere moves nothing."""
    with transaction.atomic():
        publish(definition=content, by=None, at=MONDAY)
        case = file_case(service="acak", data={}, applicant=Applicant("Siti"), by=None, at=MONDAY).case
        at, moves = MONDAY, 0
        for choice, hours in pressed:
            at += timedelta(hours=hours)
            moves += _press(case, case.definition, choice, at)
        now = reload(case)
        assert now.state in {state.key for state in now.definition.states}
        assert now.events.count() == moves + 1
        assert (now.closed_at is None) == (now.outcome == "") == bool(now.turn_role)
        transaction.set_rollback(True)


def _press(case: Case, definition: Definition, choice: int, at: datetime) -> bool:
    """Press any button of the definition; whether the case moved."""
    step = definition.transitions[choice % len(definition.transitions)]
    before = reload(case)
    try:
        act(case=case, transition=step.key, by=None, at=at, reason="uji", via="system")
    except StateChanged:
        now = reload(case)
        assert (now.state, now.closed_at) == (before.state, before.closed_at)
        assert before.state not in step.from_states
        return False
    assert before.closed_at is None
    return True


def test_limit_of_no_days_ends_today() -> None:
    """A limit of 0 working days is the day itself, when that is worked."""
    calendar = Calendar(JAKARTA)
    state = parse(
        {
            "key": "a", "name": "A", "summary": "A.", "start": "s",
            "states": [
                {"key": "s", "label": "S", "role": "r", "days": 0},
                {"key": "e", "label": "E", "outcome": "done"},
            ],
            "transitions": [{"key": "t", "label": "T", "from_states": ["s"], "to": "e"}],
        }
    ).state("s")  # fmt: skip
    clock = workflow.entered(state, workflow.Clock(None, None, None), calendar, MONDAY)
    assert clock.due_at == datetime(2026, 11, 23, 16, 59, 59, tzinfo=UTC)
