"""Versions of a definition: what changed, what the past says of a change, and moving open cases deliberately."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.services import comparing, moving, queries, simulation
from modules.services.definition import parse
from modules.services.models import Case, CaseEvent, Service, VersionMove
from modules.services.permissions import ServicesPermission as P
from modules.services.public import act, publish
from modules.services.simulation import Past, PastStep
from modules.services.tasks import move_cases, resume_moves
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.organisation.calendar import current_calendar
from tests.modules.services import builders
from tests.modules.services.builders import MONDAY, definition, filed, person, unit, village
from tests.modules.services.conftest import Visitor
from tests.modules.services.examples import opened

LIST = "/work/services/list/"


def renamed(**changes: Any) -> dict[str, Any]:
    """The test service whose first state is called otherwise and lasts longer."""
    content = json.loads(json.dumps(definition(**changes)).replace('"checked"', '"looked_at"'))
    content["states"][0] |= {"label": "Dilihat desa", "days": 5}
    return content


def test_what_changed_is_said_in_words() -> None:
    before, after = parse(definition()), parse(renamed(summary="Yang baru."))
    found = {(change.part, change.name, change.what) for change in comparing.changes(before, after)}
    assert ("Layanan", "Surat uji", "ringkasan") in found
    assert ("Tahap", "Diperiksa desa", "dihapus") in found
    assert ("Tahap", "Dilihat desa", "baru") in found
    assert ("Langkah", "Teruskan", "dari tahap") in found
    assert comparing.changes(before, before) == []


@given(st.permutations(["fields", "documents", "states", "transitions"]), st.data())
def test_a_definition_without_a_part_differs_by_just_that_part(parts: list[str], data: st.DataObject) -> None:
    """Whatever is taken away is named, once, and nothing else."""
    before = parse(definition())
    part = parts[0]
    taken = data.draw(st.sampled_from(getattr(before, part)))
    after = before.model_copy(update={part: [item for item in getattr(before, part) if item is not taken]})
    title = str(comparing.PARTS[part])
    name = getattr(taken, "label", taken.key)
    assert [(c.part, c.name, c.what) for c in comparing.changes(before, after)] == [(title, name, "dihapus")]


def past(*steps: tuple[str, str], days: int = 0) -> Past:
    taken = [PastStep(key, key, to, MONDAY + timedelta(days=days * place)) for place, (key, to) in enumerate(steps, 1)]
    return Past("SU-2026-000001", parse(definition()), MONDAY, tuple(taken))


WHOLE = (("forward", "signed"), ("sign", "finished"))


def test_the_past_runs_alike_through_what_did_not_change(batang: Regency) -> None:
    result = simulation.simulate(parse(definition()), [past(*WHOLE), past(("refuse", "refused"))], current_calendar())
    assert (result.replayed, result.same, result.groups) == (2, 2, ())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"transitions": [t for t in definition()["transitions"] if t["key"] != "ask"]}, "tidak ada lagi"),
        ({"start": "signed"}, "tidak lagi keluar dari tahap “Ditandatangani”"),
    ],
)
def test_where_the_past_would_have_run_otherwise_is_counted_and_named(
    batang: Regency, change: dict[str, Any], text: str
) -> None:
    asked = past(("ask", "returned"), ("answer", "checked"), *WHOLE)
    changed = parse(definition()).model_copy(update={})
    changed = type(changed).model_validate(definition(**change))
    result = simulation.simulate(changed, [asked, asked], current_calendar())
    assert result.replayed - result.same == 2
    assert text in result.groups[0].text
    assert (result.groups[0].count, result.groups[0].examples) == (2, ("SU-2026-000001",) * 2)


def test_a_shorter_limit_makes_past_cases_late(batang: Regency) -> None:
    """Two days for a state of one working day: late before; with three days it is in time."""
    slow = past(*WHOLE, days=2)
    longer = definition()
    longer["states"][0]["days"] = 3
    result = simulation.simulate(parse(longer), [slow], current_calendar())
    assert (result.late_before, result.late_after) == (1, 0)


def move(states: dict[str, str] | None = None, reason: str = "Perbup baru") -> VersionMove:
    service = Service.objects.get(key="surat_uji")
    chosen = {"checked": "looked_at", "signed": "signed", "returned": "returned"} if states is None else states
    by = person("perancang", "perancang", P.VIEW, P.DESIGN)
    return moving.ask_move(service=service, states=chosen, reason=reason, by=by, at=MONDAY)


def test_open_cases_go_along_when_told_to_and_keep_their_promise(batang: Regency) -> None:
    clerk = person("siti", "operator_desa", P.VIEW, P.ACT, of=village())
    first, second = filed().case, filed(data={"keperluan": "Kedua"}).case
    act(case=second, transition="forward", by=clerk, at=MONDAY)
    done = filed(data={"keperluan": "Ketiga"}).case
    act(case=done, transition="refuse", by=clerk, at=MONDAY, reason="Tidak lengkap")
    publish(definition=renamed(), by=None, at=MONDAY)
    asked = move()
    assert asked.target.number == 2
    assert not moving.continue_move(move_id=asked.pk, at=MONDAY)
    first, second, done = (Case.objects.select_related("version").get(pk=case.pk) for case in (first, second, done))
    assert [(case.version.number, case.state) for case in (first, second, done)] == [
        (2, "looked_at"), (2, "signed"), (1, "refused"),
    ]  # fmt: skip
    assert first.due_at == current_calendar().due_at(MONDAY, 5)
    assert second.due_at == current_calendar().due_at(MONDAY, 2), "the same state keeps its limit"
    assert {case.promised_date for case in (first, second)} == {done.promised_date}
    told = CaseEvent.objects.filter(case=first).latest("pk")
    assert (told.label, told.reason) == ("Dipindahkan ke versi 2 layanan ini", "Perbup baru")
    assert AuditEntry.objects.filter(action="services.case_version_changed").count() == 2
    assert VersionMove.objects.get().finished_at is not None
    assert act(case=first, transition="forward", by=clerk, at=MONDAY).state == "signed"


def test_a_worker_that_dies_loses_nothing(batang: Regency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "PORTION", 2)
    for number in range(5):
        filed(data={"keperluan": str(number)})
    publish(definition=renamed(), by=None, at=MONDAY)
    monkeypatch.setattr(move_cases, "delay", move_cases)
    asked = move()
    assert moving.continue_move(move_id=asked.pk, at=MONDAY), "two of five"
    assert Case.objects.filter(version__number=2).count() == VersionMove.objects.get().moved == 2
    resume_moves()
    assert Case.objects.filter(version__number=2).count() == VersionMove.objects.get().moved == 5
    resume_moves()
    move_cases(asked.pk)
    assert CaseEvent.objects.exclude(from_state="").count() == 5, "each once"


@pytest.mark.parametrize(
    ("states", "reason", "text"),
    [
        (None, " ", "Tulis alasannya"),
        ({"checked": "looked_at"}, "x", "Pilih tahap tujuan untuk “Ditandatangani”"),
        ({"checked": "finished", "signed": "signed", "returned": "returned"}, "x", "Pilih tahap tujuan untuk"),
    ],
)
def test_a_move_that_is_not_clear_is_refused(
    batang: Regency, states: dict[str, str] | None, reason: str, text: str
) -> None:
    filed()
    publish(definition=renamed(), by=None, at=MONDAY)
    with pytest.raises(moving.MoveRefused, match=text):
        move(states, reason)
    assert Case.objects.get().version.number == 1


def test_nothing_to_move_is_said(batang: Regency) -> None:
    filed()
    with pytest.raises(moving.MoveRefused, match="Tidak ada berkas terbuka pada versi lama"):
        move()


def test_preview_shows_changes_and_the_past_and_writes_nothing(batang: Regency) -> None:
    opened()
    clerk = person("siti", "operator_desa", P.VIEW, P.ACT, of=village())
    act(case=filed().case, transition="refuse", by=clerk, at=MONDAY, reason="Tidak lengkap")
    staff = Visitor(batang, person("perancang", "perancang", P.VIEW, P.DESIGN))
    changed = definition(transitions=[t for t in definition()["transitions"] if t["key"] != "refuse"])
    changed["states"] = [state for state in changed["states"] if state["key"] != "refused"]
    page = staff.post(f"{LIST}surat_uji/publication/", {"definition": json.dumps(changed), "preview": "1"})
    assert page.status_code == 200
    assert "Langkah “Tolak” tidak ada lagi." in page.text
    assert "dihapus" in page.text
    assert Service.objects.get().versions.count() == 1
    wrong = staff.post(f"{LIST}surat_uji/publication/", {"definition": "[1]", "preview": "1"})
    assert (wrong.status_code, "harus berupa objek JSON" in wrong.text) == (422, True)


def test_pages_of_versions(
    batang: Regency, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(move_cases, "delay", move_cases)
    opened()
    filed()
    publish(definition=renamed(), by=None, at=MONDAY)
    staff = Visitor(batang, person("perancang", "perancang", P.VIEW, P.DESIGN))
    assert "Ini versi pertama" in staff.get(f"{LIST}surat_uji/versions/1/").text
    assert "Dilihat desa" in staff.get(f"{LIST}surat_uji/versions/2/").text
    assert staff.get(f"{LIST}surat_uji/versions/3/").status_code == 404
    page = staff.get(f"{LIST}surat_uji/moves/").text
    assert "Dari “Diperiksa desa” ke" in page
    assert "Pindahkan ke versi 2" in page
    sent = {"state_signed": "signed", "state_returned": "returned", "reason": "Perbup baru"}
    assert staff.post(f"{LIST}surat_uji/moves/", sent).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        answer = staff.post(f"{LIST}surat_uji/moves/", sent | {"state_checked": "looked_at"})
    assert answer.status_code == 302
    assert "Semua berkas yang berjalan sudah memakai versi yang berlaku." in staff.get(f"{LIST}surat_uji/moves/").text
    reader = Visitor(batang, person("pembaca", "pembaca", P.VIEW))
    assert reader.get(f"{LIST}surat_uji/moves/").status_code == 404


def test_a_thousand_past_cases_take_few_queries(batang: Regency, django_assert_max_num_queries: Any) -> None:
    builders.many(30, unit=unit())
    Case.objects.update(closed_at=MONDAY, outcome="done", turn_role="", due_at=None)
    queries.definitions([])
    with django_assert_max_num_queries(3):
        assert len(list(queries.past_cases(Service.objects.get(), 25))) == 25
