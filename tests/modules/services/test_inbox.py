"""The inbox: what each person finds there, in which order, at which cost."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from modules.services.inbox import PAGE
from modules.services.models import Case
from modules.services.permissions import ServicesPermission as P
from modules.services.public import act
from modules.switches import OFF, switch
from tenants.accounts.models import User
from tenants.models import Regency
from tests.modules.services.builders import MONDAY, filed, many, person, unit, village
from tests.modules.services.conftest import Visitor
from tests.modules.services.examples import opened

NUMBER = re.compile(r'<td class="key"><a href="[^"]*">([^<]*)</a>')


def operator() -> User:
    return person("operator", "operator_desa", P.VIEW, P.ACT, of=village())


def test_page_of_ten_thousand_costs_six_queries(batang: Regency) -> None:
    opened()
    user = operator()
    many(10_000)
    staff = Visitor(batang, user)
    staff.get("/work/")  # definitions and switches are read once per process
    with CaptureQueriesContext(connection) as queries:
        answer = staff.get("/work/?filter=open")
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SET", "SAVEPOINT", "RELEASE"))]
    assert len(NUMBER.findall(answer.text)) == PAGE
    assert 0 < len(asked) <= 6, "\n".join(asked)


@pytest.mark.parametrize("name", ["mine", "open", "late", "closed", "waiting"])
def test_pages_follow_each_other_without_gap_or_repetition(batang: Regency, name: str) -> None:
    opened()
    user = operator()
    many(170)
    if name == "closed":
        Case.objects.update(closed_at=timezone.now(), outcome="done", turn_role="", due_at=None)
    if name == "waiting":
        Case.objects.update(paused_at=timezone.now(), due_at=None)
    staff, address, seen = Visitor(batang, user), f"?filter={name}", []
    while address:
        page = staff.get(f"/work/services/{address}").text
        seen += NUMBER.findall(page)
        found = re.search(r'rel="next" href="([^"]*)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    expected = Case.objects.all()
    if name == "late":
        expected = expected.filter(due_at__lt=timezone.now())
    order = "-pk" if name == "closed" else "due_at"
    assert sorted(seen) == sorted(expected.values_list("number", flat=True))
    assert len(seen) == len(set(seen))
    if name != "waiting":
        assert seen == list(expected.order_by(order, "pk").values_list("number", flat=True))


@pytest.mark.parametrize("after", ["~", "x~1", "2026-13-40~5", "~²", "2026-11-23T00:00~7", "~99999999999999999999"])
def test_cursor_that_makes_no_sense_is_the_beginning(batang: Regency, after: str) -> None:
    opened()
    user = operator()
    filed()
    answer = Visitor(batang, user).get("/work/services/", filter="open", after=after)
    assert (answer.status_code, len(NUMBER.findall(answer.text))) == (200, 1)


@pytest.mark.parametrize("query", ["siti", "SU-2026-000001", "su-2026-000001", "Silurah", "aminah "])
def test_search_finds_name_number_and_village(batang: Regency, query: str) -> None:
    opened()
    user = operator()
    filed()
    staff = Visitor(batang, user)
    assert NUMBER.findall(staff.get("/work/", filter="open", q=query).text) == ["SU-2026-000001"]
    assert "Tidak ditemukan" in staff.get("/work/", filter="open", q="Zainal").text


def test_search_by_nik_is_answered_without_an_address(batang: Regency) -> None:
    opened()
    user = operator()
    nik = str(filed().case.nik)
    staff = Visitor(batang, user)
    assert 'action="/work/services/search/"' in staff.get("/work/").text
    found = staff.post("/work/services/search/", {"q": f"{nik[:6]} {nik[6:]}", "filter": "mine"})
    assert NUMBER.findall(found.text) == ["SU-2026-000001"]
    assert nik not in found.text
    other = staff.post("/work/services/search/", {"q": "3325015210519001"}).text
    assert "Tidak ada berkas dengan NIK itu" in other
    assert "Ketik NIK pemohon" in staff.get("/work/services/search/").text
    by_words = staff.post("/work/services/search/", {"q": "siti", "filter": "open", "after": "x"})
    assert by_words["Location"] == "/work/services/?filter=open&q=siti"


def test_lists_by_turn_and_clock(batang: Regency) -> None:
    opened()
    user = operator()
    now = timezone.now()
    fresh, late, asked, forwarded = [filed(at=now - timedelta(days=days)).case for days in (0, 30, 1, 0)]
    act(case=asked, transition="ask", by=user, at=now, reason="KTP buram")
    act(case=forwarded, transition="forward", by=user, at=now)
    staff = Visitor(batang, user)

    def numbers(name: str) -> set[str]:
        return set(NUMBER.findall(staff.get("/work/", filter=name).text))

    assert numbers("mine") == {fresh.number, late.number}
    assert numbers("open") == {fresh.number, late.number, asked.number, forwarded.number}
    assert numbers("late") == {late.number}
    assert numbers("waiting") == {asked.number}
    assert numbers("closed") == set()


def test_service_that_is_off_is_in_no_list(batang: Regency) -> None:
    opened()
    user = operator()
    case = filed().case
    staff = Visitor(batang, user)
    assert case.number in staff.get("/work/", filter="open").text
    Case.objects.update(closed_at=timezone.now(), outcome="done", turn_role="")
    switch(regency=batang, key="surat_uji", state=OFF, by=None, at=timezone.now())
    assert case.number not in staff.get("/work/", filter="closed").text
    assert staff.get(f"/work/services/cases/{case.number}/").status_code == 404


def test_export_holds_the_list_and_no_formula(batang: Regency) -> None:
    opened()
    user = operator()
    from modules.services.public import Applicant

    filed(applicant=Applicant("=HYPERLINK(1)", nik="3325014107809001"), amount=1_000_000)
    answer = Visitor(batang, user).get("/work/services/export.xlsx", filter="open")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][0] == "SU-2026-000001"
    assert rows[1][1] == "=HYPERLINK(1), Desa Silurah"
    assert sheet["B2"].data_type == "s"
    assert rows[1][6] == 1_000_000
    assert not any("3325014107809001" in str(cell) for row in rows for cell in row)


def test_who_has_no_inbox_arrives_before_the_open_doors(batang: Regency) -> None:
    clerk = person("arsip", "arsip", "organisation.view")
    page = Visitor(batang, clerk).get("/work/").text
    assert "/work/organisation/" in page
    nobody = person("baru", "tanpa")
    assert "belum mempunyai peran" in Visitor(batang, nobody).get("/work/").text


def test_case_page_of_a_stranger_is_not_there(batang: Regency) -> None:
    opened()
    case = filed().case
    stranger = person("tetangga", "operator_desa", P.VIEW, P.ACT, of=village("33.25.01.2002", "Sodong"))
    assert Visitor(batang, stranger).get(f"/work/services/cases/{case.number}/").status_code == 404
    assert Visitor(batang, operator()).get(f"/work/services/cases/{case.number}/").status_code == 200


def test_step_by_page(batang: Regency) -> None:
    opened()
    case = filed().case
    user = operator()
    staff, address = Visitor(batang, user), f"/work/services/cases/{case.number}/steps/"
    without = staff.post(address, {"transition": "ask", "expected": "checked", "reason": " "})
    assert without.status_code == 422
    assert "Tulis alasannya" in without.text
    assert staff.post(address, {"transition": "forward", "expected": "checked"}).status_code == 302
    second = staff.post(address, {"transition": "refuse", "expected": "checked", "reason": "Palsu"})
    assert second.status_code == 409
    assert "Anda didahului" in second.text
    not_mine = staff.post(address, {"transition": "sign", "expected": "signed"})
    assert not_mine.status_code == 403
    head = Visitor(batang, person("kepala", "kepala", P.VIEW, P.ACT, at=unit()))
    assert head.post(address, {"transition": "sign", "expected": "signed"}).status_code == 302
    assert Case.objects.get().outcome == "done"


def test_who_only_looks_gets_no_buttons(batang: Regency) -> None:
    opened()
    case = filed().case
    looker = person("pengamat", "operator_desa", P.VIEW, of=village())
    staff = Visitor(batang, looker)
    assert "Teruskan</button>" not in staff.get(f"/work/services/cases/{case.number}/").text
    assert staff.post(f"/work/services/cases/{case.number}/steps/", {"transition": "forward"}).status_code == 404


def test_personal_numbers_are_shown_once_asked_and_recorded(batang: Regency) -> None:
    from tenants.audit.models import AuditEntry

    opened()
    case = filed(at=datetime(2026, 11, 23, tzinfo=UTC)).case
    user = person("operator", "operator_desa", P.VIEW, P.REVEAL, of=village())
    staff, address = Visitor(batang, user), f"/work/services/cases/{case.number}/"
    assert "3325014107800001" not in staff.get(address).text
    assert "3325014107800001" in staff.post(f"{address}numbers/").text
    assert AuditEntry.objects.filter(action="services.numbers_revealed", actor_id=user.pk).count() == 1


def test_promise_counts_from_the_day_of_filing(batang: Regency) -> None:
    opened()
    assert filed(at=MONDAY).case.promised_date == MONDAY.date() + timedelta(days=3)
