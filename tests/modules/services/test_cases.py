"""A case from filing to its end: whose turn, until when, on which version."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.services.models import Case, DefinitionVersion
from modules.services.public import (
    ManagedElsewhere,
    NotYourTurn,
    ReasonMissing,
    StateChanged,
    act,
    cases_for,
    find_tracked,
    may_act,
    open_cases,
    publish,
)
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.organisation.models import LocalHoliday
from tenants.people.keys import keyed_hash
from tests.modules.services.builders import MONDAY, definition, filed, person, reload, unit, village


def test_filed_case_waits_at_its_village(batang: Regency) -> None:
    case = filed().case
    assert case.number == "SU-2026-000001"
    assert (case.state, case.turn_role, case.turn_scope) == ("checked", "operator_desa", "village")
    assert case.due_at == datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC)
    assert case.promised_date == date(2026, 11, 26)
    assert open_cases("surat_uji") == 1
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["services.published", "services.case_filed"]


def test_numbers_run_without_gap_and_begin_anew_each_year(batang: Regency) -> None:
    numbers = [filed().case.number, filed().case.number, filed(datetime(2027, 1, 4, 2, tzinfo=UTC)).case.number]
    assert numbers == ["SU-2026-000001", "SU-2026-000002", "SU-2027-000001"]


def test_double_click_files_once(batang: Regency) -> None:
    token = uuid.uuid4()
    first, second = filed(token=token), filed(token=token)
    assert (first.case.pk, first.secret) == (second.case.pk, second.secret)
    assert Case.objects.count() == 1


def test_personal_numbers_are_sealed(batang: Regency) -> None:
    case = filed(data={"keperluan": "Beasiswa"}).case
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM services_case c")
        (row,) = cursor.fetchone()
    assert "3325014107800001" not in row
    assert "Beasiswa" not in row
    assert reload(case).answers == {"keperluan": "Beasiswa"}
    assert Case.objects.get(nik_hash=keyed_hash("nik", "3325014107800001")) == case


def test_only_the_village_whose_turn_it_is_acts(batang: Regency) -> None:
    case = filed().case
    ours = person("operator", "operator_desa", of=village())
    theirs = person("tetangga", "operator_desa", of=village("33.25.01.2002", "Sodong"))
    head = person("kepala", "kepala", at=unit())
    assert [step.key for step in may_act(ours, case)] == ["forward", "ask", "refuse"]
    assert may_act(theirs, case) == may_act(head, case) == []
    for stranger in (theirs, head):
        with pytest.raises(NotYourTurn):
            act(case=case, transition="forward", by=stranger, at=MONDAY)
    assert act(case=case, transition="forward", by=ours, at=MONDAY).state == "signed"
    assert act(case=case, transition="sign", by=head, at=MONDAY).outcome == "done"


def test_lists_reach_as_far_as_the_role(batang: Regency) -> None:
    case = filed().case
    ours = person("operator", "operator_desa", of=village())
    theirs = person("tetangga", "operator_desa", of=village("33.25.01.2002", "Sodong"))
    head = person("kepala", "kepala", at=unit())
    elsewhere = person("lain", "kepala", at=unit("1.07", "Dinas Lain"))
    filer = person("pengaju", "pengaju")
    mine = filed(by=filer).case
    assert set(cases_for(ours)) == {case, mine}
    assert set(cases_for(head)) == {case, mine}
    assert list(cases_for(filer)) == [mine]
    assert not cases_for(theirs)
    assert not cases_for(elsewhere)


def test_second_of_two_people_is_told(batang: Regency) -> None:
    case = filed().case
    operator = person("operator", "operator_desa", of=village())
    act(case=case, transition="forward", by=operator, at=MONDAY)
    with pytest.raises(StateChanged, match="Muat ulang"):
        act(case=case, transition="forward", by=operator, at=MONDAY)
    assert case.events.count() == 2


def test_reason_is_asked(batang: Regency) -> None:
    case = filed().case
    operator = person("operator", "operator_desa", of=village())
    with pytest.raises(ReasonMissing):
        act(case=case, transition="ask", by=operator, at=MONDAY, reason="  ")
    assert reload(case).state == "checked"


def test_clock_stands_still_while_the_applicant_is_asked(batang: Regency) -> None:
    LocalHoliday.objects.create(date=date(2026, 11, 27), name="Hari jadi")
    case = filed().case
    operator = person("operator", "operator_desa", of=village())
    asked = act(case=case, transition="ask", by=operator, at=MONDAY, reason="KTP buram")
    assert (asked.due_at, asked.paused_at) == (None, MONDAY)
    thursday = datetime(2026, 11, 26, 2, tzinfo=UTC)
    with pytest.raises(NotYourTurn):
        act(case=case, transition="answer", by=operator, at=thursday)
    back = act(case=case, transition="answer", by=None, at=thursday, as_applicant=True)
    assert back.paused_at is None
    assert back.due_at == datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC)
    # Three working days of waiting, with the local holiday and the week-end skipped.
    assert back.promised_date == date(2026, 12, 2)


def test_case_stays_on_its_version(batang: Regency) -> None:
    case = filed().case
    changed = definition(name="Surat baru")
    changed["transitions"][0]["label"] = "Lanjutkan"
    publish(definition=changed, by=None, at=MONDAY)
    assert reload(case).definition.transition("forward").label == "Teruskan"  # type: ignore[union-attr]
    assert filed(service="surat_uji").case.version.number in (2, 3)


def test_published_version_is_immutable(batang: Regency) -> None:
    filed()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        DefinitionVersion.objects.update(content={})


def test_managed_case_moves_only_through_its_module(batang: Regency) -> None:
    publish(definition=definition(key="dikelola", managed_by="modul"), by=None, at=MONDAY)
    case = filed(service="dikelola").case
    operator = person("operator", "operator_desa", of=village())
    with pytest.raises(ManagedElsewhere):
        act(case=case, transition="forward", by=operator, at=MONDAY)
    assert act(case=case, transition="forward", by=operator, at=MONDAY, via="modul").state == "signed"


def test_tracking_needs_number_and_secret(batang: Regency) -> None:
    done = filed()
    assert find_tracked(done.case.number.lower(), f" {done.secret} ") == done.case
    assert find_tracked(done.case.number, "AAAAAAAAAA") is None
    assert find_tracked("SU-2026-999999", done.secret) is None
    assert find_tracked("", "") is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 96)), max_size=14))
def test_any_sequence_of_steps_leaves_a_sound_case(batang: Regency, choices: list[tuple[int, int]]) -> None:
    """Whatever is pressed: a known state, one event for each move, closed stays closed, limits on working days."""
    with transaction.atomic():
        case, at, moves = filed().case, MONDAY, 0
        steps = list(case.definition.transitions)
        for choice, hours in choices:
            at = datetime.fromtimestamp(at.timestamp() + hours * 3600, tz=UTC)
            step, before = steps[choice], reload(case)
            try:
                act(
                    case=case,
                    transition=step.key,
                    by=None,
                    at=at,
                    reason="uji",
                    as_applicant=before.state == "returned",
                    via="system",
                )
            except (StateChanged, NotYourTurn):
                assert reload(case).state == before.state
            else:
                moves += 1
                assert before.closed_at is None
        now = reload(case)
        assert now.state in {state.key for state in now.definition.states}
        assert now.events.count() == moves + 1
        assert (now.closed_at is None) == (now.outcome == "")
        assert (now.paused_at is not None) == (now.state == "returned")
        if now.due_at:
            assert now.due_at.weekday() < 5
        transaction.set_rollback(True)
