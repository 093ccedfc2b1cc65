"""A late payer: reminded, waited for, restricted, paid, open again. The calendar allows, a person decides."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client

from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.actions import change_state
from tenants.audit.models import AuditEntry
from tenants.billing import actions, queries, tasks
from tenants.billing.models import BudgetYear, Invoice, Measure
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_schema
from tests.onboarding.applications import builders
from tests.tenants.billing import office
from tests.tenants.billing.office import AT

Queue = list[tuple[str, int]]


@pytest.fixture
def sari(public: None) -> User:
    return office.officer(ConsolePermission.VIEW, ConsolePermission.VIEW_BILLING, ConsolePermission.MANAGE_BILLING)


@pytest.fixture
def late(here: Regency) -> Iterator[Invoice]:
    """A bill of April that nobody paid."""
    yield office.bill(here)


def after_due(invoice: Invoice, days: int) -> datetime:
    return AT + (invoice.due_on - AT.date()) + timedelta(days=days)  # type: ignore[operator]


def decide(officer: Client, invoice: Invoice, **form: str) -> int:
    return officer.post(f"/console/billing/invoices/{invoice.pk}/steps/", form).status_code


def console(user: User) -> Client:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(user)
    return browser


def staff_of_manggarai() -> Client:
    with in_schema("manggarai"):
        user = User.objects.create_user("admin@manggarai.test", "Maria", "kata-sandi-panjang")
        every = ["organisation.view", "organisation.change", *[str(p) for p in StaffPermission]]
        RoleGrant.objects.create(user=user, role=Role.objects.create(key="uji", name="Uji", permissions=every))
        browser = Client(headers={"host": "manggarai.localhost"})
        browser.force_login(user)
    connection.set_schema_to_public()
    return browser


def test_the_whole_way_on_the_pages(
    late: Invoice, sari: User, queued: Queue, django_capture_on_commit_callbacks
) -> None:
    officer, staff = console(sari), staff_of_manggarai()
    page = f"/console/billing/invoices/{late.pk}/"
    for number, days in enumerate((7, 21, 45), 1):
        with time_machine.travel(after_due(late, days - 1), tick=False):
            assert decide(officer, late, transition="remind") == 409, "a day too early"
        with time_machine.travel(after_due(late, days), tick=False), django_capture_on_commit_callbacks(execute=True):
            assert "Kirim pengingat" in officer.get(page).content.decode()
            assert decide(officer, late, transition="remind") == 302
        assert queued.pop() == ("remind", Measure.objects.first().pk)  # type: ignore[union-attr]
        assert tasks.remind.apply(args=[Measure.objects.first().pk], throw=True).get()  # type: ignore[union-attr]
        assert len(mail.outbox) == number
    with time_machine.travel(after_due(late, 46), tick=False):
        assert decide(officer, late, transition="read_only", reason="Belum dibayar") == 409, "a grace comes first"
        until = (after_due(late, 46) + timedelta(days=30)).date()
        given = officer.post(
            f"/console/billing/invoices/{late.pk}/graces/",
            {"until": until.isoformat(), "reason": "Menunggu DPA perubahan."},
        )
        assert given.status_code == 302
        assert decide(officer, late, transition="read_only", reason="Belum dibayar") == 409, "it is being waited for"
        shown = staff.get("/work/settings/billing/").content.decode()
        assert "Menunggu DPA perubahan." in shown
        assert "Lewat jatuh tempo" in shown
        assert staff.post("/account/logout/").status_code != 403
    staff = Client(headers={"host": "manggarai.localhost"})
    with in_schema("manggarai"):
        staff.force_login(User.objects.get(email="admin@manggarai.test"))
    connection.set_schema_to_public()
    with time_machine.travel(after_due(late, 80), tick=False):
        assert decide(officer, late, transition="read_only", reason=" ") == 409, "a reason is asked for"
        assert decide(officer, late, transition="read_only", reason="Belum ada pembayaran sejak Mei.") == 302
        hosts.forget()
        assert Regency.objects.get(pk=late.regency_id).state == "read_only"
        assert staff.post("/work/organisation/", {}).status_code == 403
        assert "Belum ada pembayaran sejak Mei." in staff.get("/work/settings/billing/").content.decode()
        with in_schema("manggarai"):
            assert AuditEntry.objects.get(action="tenants.state_changed").actor_name == "Sari Anggraini"
        paid = officer.post(
            f"/console/billing/invoices/{late.pk}/payments/",
            {
                "sp2d_number": "SP2D/77", "sp2d_date": "2026-08-01", "received": "82.320.000", "ppn": "9.240.000",
                "ppn_number": "NTPN-7", "pph23": "1.680.000", "pph23_number": "BP-7",
            },
        )  # fmt: skip
        assert paid.status_code == 302
        hosts.forget()
        assert Regency.objects.get(pk=late.regency_id).state == "active"
        assert staff.post("/work/organisation/", {}).status_code != 403
        assert "Lunas" in staff.get("/work/settings/billing/").content.decode()
    kinds = list(Measure.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["reminder", "reminder", "reminder", "grace", "read_only", "reopened"]


@pytest.fixture
def restricted(late: Invoice, sari: User) -> Invoice:
    """Manggarai is read-only for its bill."""
    for days in (7, 21, 45):
        actions.remind(invoice=late, by=sari, at=after_due(late, days))
    actions.grant_grace(
        invoice=late, until=after_due(late, 60).date(), reason="Menunggu DPA", by=sari, at=after_due(late, 46)
    )
    actions.make_read_only(invoice=late, reason="Belum dibayar", by=sari, at=after_due(late, 70))
    hosts.forget()
    return late


def test_citizens_tracking_public_pages_and_exports_never_stop(restricted: Invoice) -> None:
    citizen = Client(headers={"host": "manggarai.localhost"})
    assert citizen.get("/").status_code == 200
    assert citizen.get("/services/track/").status_code == 200
    tracked = citizen.post("/services/track/", {"number": "SP-2026-000001", "code": "ABCDEFGH"})
    assert tracked.status_code not in (403, 503), "a citizen asks where the case stands"
    assert citizen.post("/letters/verify/", {"code": "K7Q4M2XP9TRD"}).status_code not in (403, 503)
    staff = staff_of_manggarai()
    export = staff.get("/work/organisation/units/export/")
    assert export.status_code == 200
    content = b"".join(export.streaming_content) if export.streaming else export.content
    assert content[:2] == b"PK", "an XLSX with the regency's data"
    assert staff.get("/work/settings/billing/").status_code == 200
    assert staff.get(f"/work/settings/billing/{restricted.public_id}/invoice/").content[:5] == b"%PDF-"
    assert staff.post("/work/organisation/units/new/", {"name": "X"}).status_code == 403


def test_only_what_was_restricted_for_a_bill_opens_by_a_payment(late: Invoice, sari: User) -> None:
    change_state(regency=late.regency, state="read_only", reason="Pindah server", by=sari, at=AT)
    office.pay(late, at=after_due(late, 10))
    assert Regency.objects.get(pk=late.regency_id).state == "read_only"
    with pytest.raises(actions.NotInThisState):
        actions.reopen(invoice=late, reason="Coba", by=sari, at=AT)


def test_whoever_restricts_it_anew_has_another_reason(restricted: Invoice, sari: User) -> None:
    for state, days in (("active", 71), ("read_only", 72)):
        change_state(
            regency=restricted.regency, state=state, reason="Pindah server", by=sari, at=after_due(restricted, days)
        )
    office.pay(restricted, at=after_due(restricted, 80))
    assert Regency.objects.get(pk=restricted.regency_id).state == "read_only"


def test_it_stays_restricted_while_another_bill_is_late(here: Regency, restricted: Invoice, sari: User) -> None:
    second = office.bill(here, number="027/SPK/2")
    office.pay(restricted, at=after_due(restricted, 80))
    assert Regency.objects.get(pk=here.pk).state == "read_only"
    office.pay(second, "SP2D/2", at=after_due(restricted, 81))
    assert Regency.objects.get(pk=here.pk).state == "active"


def test_a_person_may_open_before_the_payment_and_restrict_again(restricted: Invoice, sari: User) -> None:
    actions.reopen(invoice=restricted, reason="SP2D sedang diproses", by=sari, at=after_due(restricted, 71))
    assert Regency.objects.get(pk=restricted.regency_id).state == "active"
    actions.make_read_only(invoice=restricted, reason="SP2D tidak datang", by=sari, at=after_due(restricted, 90))
    assert Regency.objects.get(pk=restricted.regency_id).state == "read_only"


def test_a_bill_that_is_owed_no_longer_opens_the_regency(restricted: Invoice, sari: User) -> None:
    """Paid is not the only way: it may have been wrong."""
    when = after_due(restricted, 80)
    half = {"net": restricted.net / 2, "ppn": restricted.ppn, "reason": "Salah hitung", "by": sari}
    actions.credit(invoice=restricted, **half, at=when)
    assert Regency.objects.get(pk=restricted.regency_id).state == "read_only", "a half is still owed"
    actions.credit(invoice=restricted, **{**half, "ppn": 0}, at=when)
    assert Regency.objects.get(pk=restricted.regency_id).state == "active"


def test_a_bill_that_is_voided_opens_the_regency(restricted: Invoice, sari: User) -> None:
    actions.void_invoice(invoice=restricted, reason="Kontrak batal", by=sari, at=after_due(restricted, 80))
    assert Regency.objects.get(pk=restricted.regency_id).state == "active"


def test_reminders_keep_their_distance_however_late_it_is(late: Invoice, sari: User, queued: Queue) -> None:
    """After the quiet months all three are overdue at once: a double click still sends one."""
    when = after_due(late, 60)
    actions.remind(invoice=late, by=sari, at=when)
    with pytest.raises(actions.TooEarly, match="Pengingat ke-2 mulai"):
        actions.remind(invoice=late, by=sari, at=when)
    with pytest.raises(actions.TooEarly):
        actions.remind(invoice=late, by=sari, at=when + timedelta(days=13))
    actions.remind(invoice=late, by=sari, at=when + timedelta(days=14))
    with pytest.raises(actions.TooEarly):
        actions.remind(invoice=late, by=sari, at=when + timedelta(days=37))
    actions.remind(invoice=late, by=sari, at=when + timedelta(days=38))


def test_administrators_begin_their_work_with_the_bill(late: Invoice, sari: User, queued: Queue) -> None:
    staff = staff_of_manggarai()
    with in_schema("manggarai"):
        clerk = User.objects.create_user("petugas@manggarai.test", "Petugas", "kata-sandi-panjang")
        other = Client(headers={"host": "manggarai.localhost"})
        other.force_login(clerk)
    connection.set_schema_to_public()
    with time_machine.travel(AT + timedelta(days=5), tick=False):
        assert f"Tagihan {late.number} menunggu pembayaran" in staff.get("/work/").content.decode()
    actions.remind(invoice=late, by=sari, at=after_due(late, 8))
    with time_machine.travel(after_due(late, 9), tick=False):
        for browser in (staff, other):
            with in_schema("manggarai"):
                browser.force_login(clerk if browser is other else User.objects.get(email="admin@manggarai.test"))
            connection.set_schema_to_public()
        page = staff.get("/work/").content.decode()
        assert f"Tagihan {late.number} lewat jatuh tempo" in page
        assert "Pengingat dikirim" in page
        assert f"/work/settings/billing/{late.public_id}/" in page
        assert late.number not in staff.get("/work/audit/").content.decode(), "not on every page"
        assert late.number not in other.get("/work/").content.decode(), "and not to every clerk"
    office.pay(late, at=after_due(late, 10))
    with time_machine.travel(after_due(late, 9), tick=False):
        assert late.number not in staff.get("/work/").content.decode()


def test_staff_read_why_and_what_to_do(restricted: Invoice, sari: User) -> None:
    staff = staff_of_manggarai()
    page = staff.get("/work/").content.decode()
    assert "/work/read-only/" in page
    why = staff.get("/work/read-only/").content.decode()
    assert "Belum dibayar" in why
    assert f"/work/settings/billing/{restricted.public_id}/" in why
    refused = staff.post("/work/organisation/units/new/", {"name": "X"}).content.decode()
    assert "/work/read-only/" in refused
    stranger = Client(headers={"host": "manggarai.localhost"})
    assert stranger.get("/work/read-only/").status_code == 302
    citizen = stranger.post("/services/apa/application/", {})
    assert citizen.status_code == 403
    assert "/work/" not in citizen.content.decode().split("<main", 1)[1]
    assert "Belum dibayar" not in citizen.content.decode()
    actions.reopen(invoice=restricted, reason="SP2D diproses", by=sari, at=after_due(restricted, 71))
    hosts.forget()
    assert staff.get("/work/read-only/").status_code == 302


def test_a_restricted_regency_asks_for_its_data_searches_and_sends_what_helps_to_pay(restricted: Invoice) -> None:
    staff = staff_of_manggarai()
    package = staff.post("/work/settings/export/")
    assert (package.status_code, package["Location"]) == (302, "/account/mfa/"), "only the second factor is asked for"
    assert staff.post("/work/services/search/", {"q": "Karto"}).status_code not in (403, 503)
    sent = {"kind": "handover", "upload": builders.document("bast.jpg")}
    assert staff.post(f"/work/settings/billing/{restricted.public_id}/scans/", sent).status_code == 302
    assert staff.post("/work/services/").status_code == 403


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 1, 20), "bendahara belum dapat membayar"),
        (date(2026, 12, 20), "bendahara belum dapat membayar"),
        (date(2028, 5, 1), "belum diisi"),
    ],
)
def test_the_calendar_of_the_budget_holds_everything(late: Invoice, sari: User, day: date, words: str) -> None:
    """No payment from January to March is normal: not even a reminder goes out."""
    office.budget_year(2027)
    assert words in queries.standing(late, day).sentence
    at = datetime(day.year, day.month, day.day, 5, tzinfo=AT.tzinfo)
    with pytest.raises(actions.TooEarly, match=words):
        actions.remind(invoice=late, by=sari, at=at)
    with pytest.raises(actions.TooEarly):
        actions.make_read_only(invoice=late, reason="x", by=sari, at=at)


def test_nothing_happens_by_itself(late: Invoice, queued: Queue) -> None:
    """Every task of a year passes, and nobody is reminded or restricted."""
    with time_machine.travel(after_due(late, 300), tick=False):
        tasks.resume.apply(throw=True)
        tasks.reconcile.apply(throw=True)
    assert not Measure.objects.exists()
    assert Regency.objects.get(pk=late.regency_id).state == "active"
    assert BudgetYear.objects.count() == 1


def test_a_reminder_is_mailed_once_to_the_office(late: Invoice, sari: User, queued: Queue) -> None:
    measure = actions.remind(invoice=late, by=sari, at=after_due(late, 8))
    assert [tasks.remind.apply(args=[measure.pk], throw=True).get() for _ in range(2)] == [True, False]
    (message,) = mail.outbox
    assert message.to == ["tagihan@manggaraikab.test"]
    assert "INV/2026/00001" in message.subject
    assert "Rp 93.240.000,00" in message.body
    assert "http" in message.body
    assert f"/work/settings/billing/{late.public_id}/" in message.body
    assert message.attachments[0][0] == "INV-2026-00001.pdf"
    second = actions.remind(invoice=late, by=sari, at=after_due(late, 22))
    office.pay(late, at=after_due(late, 23))
    assert tasks.remind.apply(args=[second.pk], throw=True).get() is False, "paid meanwhile"
    with in_public():
        assert Measure.objects.get(pk=measure.pk).sent_at
