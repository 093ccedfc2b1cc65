"""The pages: of the finance officer in the console, of a regency's own bills, and what each may not see."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.audit.models import AuditEntry
from tenants.billing import actions, tasks
from tenants.billing.actions import events
from tenants.billing.digest import problems
from tenants.billing.models import (
    Addendum,
    BillingProfile,
    BudgetYear,
    Contract,
    CreditNote,
    Invoice,
    Payment,
    Plan,
    PopulationClass,
    Quotation,
    ReconciliationRun,
    WebhookEvent,
)
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_schema
from tests.tenants.billing import office
from tests.tenants.billing.office import AT
from tests.tenants.billing.stripe_server import Front
from tests.tenants.billing.test_events import event, send
from tests.tenants.billing.test_stripe import push_all

LOOK = (ConsolePermission.VIEW_BILLING,)
ALL = (*LOOK, ConsolePermission.MANAGE_BILLING)
LISTS = ["", "quotations/", "contracts/", "profiles/", "plans/", "events/", "reconciliation/"]
FORMS = ["quotations/new/", "plans/new/", "years/new/", "classes/new/", "profiles/53.10/", "profiles/33.25/"]


def console(*permissions: str, email: str = "sari@rujukan.test") -> Client:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(office.officer(*permissions, email=email))
    return browser


@pytest.fixture
def officer(public: None) -> Client:
    return console(*ALL)


@pytest.fixture
def bill(here: Regency) -> Invoice:
    """Issued a moment ago, by the clock on the wall."""
    return office.bill(here, at=timezone.now())


def staff(schema: str, *permissions: str) -> Client:
    """Somebody of a regency with these permissions."""
    with in_schema(schema):
        user = User.objects.create_user(f"pegawai@{schema}.test", "Pegawai", "kata-sandi-panjang")
        role = Role.objects.create(key="uji", name="Uji", permissions=[str(p) for p in permissions])
        RoleGrant.objects.create(user=user, role=role)
        browser = Client(headers={"host": f"{schema}.localhost"})
        browser.force_login(user)
    connection.set_schema_to_public()
    return browser


@pytest.mark.parametrize("page", [*LISTS, *FORMS])
def test_pages_answer_empty_and_are_closed_to_others(public: None, page: str) -> None:
    address = f"/console/billing/{page}"
    assert Client(headers={"host": "localhost"}).get(address)["Location"].startswith("/account/login/")
    assert console(*ALL).get(address).status_code == 200
    other = console(ConsolePermission.VIEW, ConsolePermission.CHANGE_REGENCY, email="x@rujukan.test")
    assert other.get(address).status_code == 404
    assert Client(headers={"host": "batang.localhost"}).get(address).status_code == 404


def test_who_may_only_look_decides_nothing(bill: Invoice) -> None:
    viewer = console(*LOOK)
    page = viewer.get(f"/console/billing/invoices/{bill.pk}/").content.decode()
    assert "Catat pembayaran" not in page
    assert "Batalkan tagihan" not in page
    for step in ("steps/", "payments/", "credit-notes/", "graces/", "tax-invoice/"):
        assert viewer.post(f"/console/billing/invoices/{bill.pk}/{step}", {"transition": "void"}).status_code == 404
    for address in (*FORMS, "reconciliation/runs/", "events/1/replay/", "calls/1/retry/"):
        assert viewer.post(f"/console/billing/{address}").status_code == 404
    assert Invoice.objects.get(pk=bill.pk).state == "issued"


def test_from_the_calendar_to_the_money_on_pages_alone(officer: Client, here: Regency) -> None:
    today = timezone.localdate()
    year = today.year
    calendar = {
        "year": year, "quiet_until": f"{year}-03-31", "last_payment_date": f"{year}-12-15", "days_until_due": 45,
        "reminder_days": "7, 21, 45", "grace_days": 30, "ppn_percent": "12", "dpp_numerator": 11,
        "dpp_denominator": 12, "pph23_percent": "2", "withheld_above": "2.000.000", "proration": "started_month",
    }  # fmt: skip
    too_short = officer.post("/console/billing/years/new/", {**calendar, "days_until_due": 10})
    assert too_short.status_code == 400
    assert officer.post("/console/billing/years/new/", calendar).status_code == 302
    moved = {**calendar, "year": year + 1, "grace_days": 31}
    assert officer.post(f"/console/billing/years/{year}/", moved).status_code == 302
    assert BudgetYear.objects.get().year == year, "plans, contracts and bills name it"
    assert BudgetYear.objects.get(year=year).reminder_days == [7, 21, 45]
    new_class = {"key": "kecil", "name": "Kecil", "above": 0, "below": ""}
    assert officer.post("/console/billing/classes/new/", new_class).status_code == 302
    overlap = officer.post("/console/billing/classes/new/", {**new_class, "key": "lain", "above": 100})
    assert overlap.status_code == 400
    plan = {
        "budget_year": BudgetYear.objects.get().pk, "key": "lengkap", "name": "Lengkap", "description": "",
        "valid_from": f"{year}-01-01", "valid_to": f"{year}-12-31", "items-TOTAL_FORMS": 2, "items-INITIAL_FORMS": 0,
        "items-0-key": "dasar", "items-0-name": "Dasar", "items-0-is_base": "on", "items-0-modules": "",
        "items-0-price_kecil": "48.000.000", "items-1-key": "sosial", "items-1-name": "Sosial",
        "items-1-modules": "services, santunan_kematian", "items-1-price_kecil": "36.000.000",
    }  # fmt: skip
    assert officer.post("/console/billing/plans/new/", {**plan, "items-1-modules": "A B"}).status_code == 400
    assert officer.post("/console/billing/plans/new/", {**plan, "items-1-key": "dasar"}).status_code == 409
    assert officer.post("/console/billing/plans/new/", plan).status_code == 302
    profile = {
        "population_class": PopulationClass.objects.get().pk, "institution": "Diskominfo",
        "email": "tagihan@manggaraikab.test", "address": "", "npwp": "00.012.345.6-789.012",
    }  # fmt: skip
    assert officer.post("/console/billing/profiles/53.10/", {**profile, "npwp": "1"}).status_code == 400
    assert officer.post("/console/billing/profiles/53.10/", profile).status_code == 302
    assert BillingProfile.objects.get().npwp == "000123456789012"
    wanted = {
        "regency": "53.10", "plan": Plan.objects.get().pk, "modules": ["services"], "starts_on": f"{year}-01-01",
    }  # fmt: skip
    assert officer.post("/console/billing/quotations/new/", wanted).status_code == 302
    quotation = Quotation.objects.get()
    offer = f"/console/billing/quotations/{quotation.pk}/"
    assert "84.000.000,00" not in officer.get("/console/billing/quotations/").content.decode()
    assert "93.240.000,00" in officer.get(offer).content.decode()
    assert officer.get(f"{offer}paper/").content[:5] == b"%PDF-"
    assert officer.post(f"{offer}steps/", {"transition": "issue"}).status_code == 302
    agreed = {
        "number": "027/SPK/1", "signed_on": today.isoformat(), "terms": "acceptance", "instalments": 1,
        "account_code": "5.1.02", "treasurer_name": "Bendahara Contoh", "treasurer_npwp": "0009876543210987",
    }  # fmt: skip
    assert officer.post(f"{offer}acceptance/", {**agreed, "treasurer_npwp": "x"}).status_code == 400
    assert officer.post(f"{offer}acceptance/", agreed).status_code == 302
    contract = Contract.objects.get()
    address = f"/console/billing/contracts/{contract.pk}/"
    assert officer.post(f"{address}invoices/", {"part": "1"}).status_code == 302
    bill = Invoice.objects.get()
    page = f"/console/billing/invoices/{bill.pk}/"
    early = officer.post(f"{page}steps/", {"transition": "issue"})
    assert early.status_code == 409
    assert "BAST" in early.content.decode()
    handed = {"number": "BAST/1", "day": today.isoformat()}
    assert officer.post(f"{address}handover/", handed).status_code == 302
    assert officer.post(f"{address}handover/", handed).status_code == 409
    assert officer.post(f"{page}steps/", {"transition": "issue"}).status_code == 302
    shown = officer.get(page).content.decode()
    assert 'value="82.320.000"' in shown, "what a treasurer who withholds will transfer"
    paid = {"sp2d_number": "SP2D/1", "sp2d_date": today.isoformat(), "received": "82.320.000", "ppn": "9.240.000"}
    unproven = officer.post(f"{page}payments/", paid)
    assert unproven.status_code == 400
    assert "nomor bukti pajaknya" in unproven.content.decode()
    whole = {**paid, "ppn_number": "NTPN-1", "pph23": "1.680.000", "pph23_number": "BP-1"}
    too_much = officer.post(f"{page}payments/", {**whole, "received": "93.000.000"})
    assert too_much.status_code == 409
    assert 'value="93.000.000"' in too_much.content.decode(), "what was typed stays"
    assert officer.post(f"{page}payments/", whole).status_code == 302
    assert Invoice.objects.get().state == "paid"
    payment = Payment.objects.get()
    back = f"{page}payments/{payment.pk}/reversal/"
    assert officer.post(back, {"reason": ""}).status_code == 409
    assert officer.post(back, {"reason": "Nomor keliru"}).status_code == 302
    assert "Nomor keliru" in officer.get(page).content.decode()


def test_modules_join_with_their_price_shown_first(officer: Client, bill: Invoice) -> None:
    contract = bill.contract
    address = f"/console/billing/contracts/{contract.pk}/"
    today = timezone.localdate()
    wanted = {"modules": ["planning"], "starts_on": today.isoformat(), "do": "show"}
    shown = officer.post(f"{address}additions/", wanted)
    assert shown.status_code == 200
    assert "Jadikan penawaran" in shown.content.decode()
    assert Quotation.objects.filter(contract=contract).count() == 0, "looking stores nothing"
    assert officer.post(f"{address}additions/", {**wanted, "do": "quote"}).status_code == 302
    quotation = Quotation.objects.get(contract=contract)
    offer = f"/console/billing/quotations/{quotation.pk}/"
    officer.post(f"{offer}steps/", {"transition": "issue"})
    assert "Catat adendum" in officer.get(offer).content.decode()
    agreed = officer.post(f"{offer}acceptance/", {"number": "ADD/1", "signed_on": today.isoformat()})
    assert agreed["Location"] == address
    assert "Adendum ADD/1" in officer.get(address).content.decode()
    joined = Addendum.objects.get()
    assert officer.post(f"{address}invoices/", {"part": "1", "addendum": joined.pk}).status_code == 302
    assert officer.post(f"{address}invoices/", {"part": "1", "addendum": "x"}).status_code == 404


def test_a_treasurer_is_replaced_and_bills_that_are_out_stay(officer: Client, bill: Invoice) -> None:
    address = f"/console/billing/contracts/{bill.contract_id}/treasurer/"
    assert officer.post(address, {"treasurer_name": "Baru", "treasurer_npwp": "1"}).status_code == 400
    assert officer.post(address, {"treasurer_name": "Baru", "treasurer_npwp": "0001112223334445"}).status_code == 302
    bill.refresh_from_db()
    assert bill.contract.treasurer_name == "Baru"
    assert bill.snapshot["treasurer_name"] == "Bendahara Contoh"
    entry = AuditEntry.objects.get(action="billing.treasurer_replaced")
    assert "Baru" not in str(entry.data)


def test_a_quoted_plan_is_copied_into_a_new_one(officer: Client, bill: Invoice) -> None:
    plan = bill.contract.plan
    page = officer.get(f"/console/billing/plans/new/?from={plan.pk}").content.decode()
    assert 'value="kesejahteraan"' in page
    assert 'value="36.000.000"' in page
    assert officer.get("/console/billing/plans/new/?from=x").status_code == 200


def test_an_offer_may_be_withdrawn_with_a_reason(officer: Client, here: Regency) -> None:
    plan = office.plan(timezone.now().year)
    office.profile(here)
    made = actions.quote(
        regency=here, plan=plan, modules=["services"], starts_on=timezone.localdate(), by=None, at=timezone.now()
    )
    actions.issue_quotation(quotation=made, by=None, at=timezone.now())
    address = f"/console/billing/quotations/{made.pk}/steps/"
    assert officer.post(address, {"transition": "withdraw"}).status_code == 409
    assert officer.post(address, {"transition": "nonsense"}).status_code == 404
    assert officer.post(address, {"transition": "withdraw", "reason": "Salah kelas"}).status_code == 302
    assert Quotation.objects.get(pk=made.pk).state == "withdrawn"


def test_credit_void_tax_invoice_and_papers(officer: Client, bill: Invoice, here: Regency) -> None:
    page = f"/console/billing/invoices/{bill.pk}/"
    credited = {"net": "1.000.000", "ppn": "110.000", "reason": "Salah hitung"}
    assert officer.post(f"{page}credit-notes/", {**credited, "net": "900.000.000"}).status_code == 409
    assert officer.post(f"{page}credit-notes/", credited).status_code == 302
    note = CreditNote.objects.get()
    assert officer.get(f"/console/billing/credit-notes/{note.pk}/paper/").content[:5] == b"%PDF-"
    assert officer.post(f"{page}tax-invoice/", {"number": "0400260001"}).status_code == 302
    assert officer.post(f"{page}steps/", {"transition": "void", "reason": "x"}).status_code == 409
    for paper in ("invoice", "receipt", "completion", "handover", "payment-minutes"):
        response = officer.get(f"{page}papers/{paper}/")
        assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
    assert officer.get(f"{page}papers/secret/").status_code == 404
    other = office.bill(here, number="027/SPK/2", at=timezone.now())
    address = f"/console/billing/invoices/{other.pk}/steps/"
    assert officer.post(address, {"transition": "void", "reason": "Kontrak batal"}).status_code == 302
    draft = actions.draft_invoice(contract=other.contract, by=None, at=AT)
    gone = officer.post(f"/console/billing/invoices/{draft.pk}/steps/", {"transition": "discard"})
    assert gone["Location"] == "/console/billing/"
    assert officer.post(address, {"transition": "drop_table"}).status_code == 404


def test_the_list_is_narrowed_paged_and_cheap(
    officer: Client, here: Regency, django_assert_max_num_queries: Any
) -> None:
    first = office.bill(here, at=timezone.now())
    rows = [
        Invoice(
            regency=here, contract=first.contract, part=n + 2, year=first.year, period_start=date(2026, 1, 1),
            period_end=date(2026, 12, 31), net=100, dpp=100, ppn=11, total=111, created_at=AT,
        )
        for n in range(60)
    ]  # fmt: skip
    Invoice.objects.bulk_create(rows)
    officer.get("/console/billing/")
    with django_assert_max_num_queries(8):
        page = officer.get("/console/billing/")
    assert len(page.context["rows"]) == 50
    assert len(officer.get(f"/console/billing/{page.context['next_url']}").context["rows"]) == 11
    for query, count in (
        ("q=INV", 1), ("q=manggarai", 50), ("q=atlantis", 0), ("state=issued", 1), ("state=overdue", 0),
        (f"year={first.year}", 50), ("state=nonsense&before=x", 50), ("q=%00", 50),
    ):  # fmt: skip
        assert len(officer.get(f"/console/billing/?{query}").context["rows"]) == count, query
    office.pay(first, at=timezone.now())
    assert len(officer.get("/console/billing/?q=sp2d/1").context["rows"]) == 1


def test_events_are_replayed_and_calls_repeated(
    officer: Client, here: Regency, stripe_api: Front, queued: list[tuple[str, int]],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    send(event(name="evt_here"))
    stripe_api.down = True
    office.bill(here)
    push_all(AT)
    page = officer.get("/console/billing/events/").content.decode()
    assert "evt_here" in page
    assert "APIConnectionError" in page
    stored = WebhookEvent.objects.get()
    WebhookEvent.objects.update(state="failed")
    assert "evt_here" not in officer.get("/console/billing/events/?state=processed").content.decode()
    queued.clear()
    caches["fleet"].delete(events._ASKED)
    with django_capture_on_commit_callbacks(execute=True):
        assert officer.post(f"/console/billing/events/{stored.pk}/replay/").status_code == 302
        call = Invoice.objects.get().calls.get()
        assert officer.post(f"/console/billing/calls/{call.pk}/retry/").status_code == 302
    assert queued == [("follow_events", 0), ("push", call.pk)]
    assert WebhookEvent.objects.get().state == "stored"


def test_a_comparison_is_asked_for_and_shown(
    officer: Client, here: Regency, stripe_api: Front, queued: list[tuple[str, int]],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    office.bill(here)
    for _click in range(2):
        with django_capture_on_commit_callbacks() as asked:
            assert officer.post("/console/billing/reconciliation/runs/").status_code == 302
        assert ReconciliationRun.objects.get().state == "running", "asked for twice, compared once"
        assert AuditEntry.objects.get(action="billing.reconciliation_started").actor_name == "Sari Anggraini"
        assert asked == [tasks.reconcile.delay], "not before it is committed"
    assert "Sedang berjalan" in officer.get("/console/billing/reconciliation/").content.decode()
    assert tasks.reconcile.apply(throw=True).get() == 1
    assert ReconciliationRun.objects.get().state == "done", "the worker takes up what was asked for"
    page = officer.get("/console/billing/reconciliation/").content.decode()
    assert "Hanya ada di sini" in page
    assert "INV/2026/00001" in page


def test_without_stripe_there_is_nothing_to_compare(officer: Client, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    page = officer.post("/console/billing/reconciliation/runs/", follow=True).content.decode()
    assert "Tanpa kunci Stripe" in page
    assert not ReconciliationRun.objects.exists()


def test_the_digest_tells_of_a_comparison_that_failed_and_of_a_silent_stripe(
    here: Regency, stripe_api: Front, queued: list[tuple[str, int]]
) -> None:
    stripe_api.down = True
    office.bill(here)
    actions.reconcile(by=None, at=AT)
    told = [problem.text for problem in problems(AT + timedelta(days=2))]
    assert [
        words
        for words in ("Perbandingan dengan Stripe gagal.", "1 pemberitahuan belum dijawab Stripe.")
        if words not in told
    ] == []


def test_a_regency_sees_its_own_bills_alone(bill: Invoice) -> None:
    batang = Regency.objects.get(schema_name="batang")
    theirs = office.bill(batang, number="027/SPK/9", at=timezone.now())
    own = staff("manggarai", StaffPermission.VIEW_BILLING)
    listed = own.get("/work/settings/billing/").content.decode()
    assert bill.number in listed
    assert theirs.number not in listed
    page = own.get(f"/work/settings/billing/{bill.public_id}/").content.decode()
    assert "000 000 0000" in page
    assert "Faktur pajak" in page
    assert own.get(f"/work/settings/billing/{bill.public_id}/receipt/").content[:5] == b"%PDF-"
    for address in (f"{theirs.public_id}/", f"{theirs.public_id}/invoice/", f"{bill.public_id}/nothing/"):
        assert own.get(f"/work/settings/billing/{address}").status_code == 404
    nobody = staff("batang")
    assert nobody.get("/work/settings/billing/").status_code == 404


def test_drafts_and_empty_lists_on_the_regency_side(here: Regency) -> None:
    own = staff("manggarai", StaffPermission.VIEW_BILLING)
    assert "Belum ada tagihan" in own.get("/work/settings/billing/").content.decode()
    draft = actions.draft_invoice(contract=office.contract(here), by=None, at=AT)
    assert "Belum ada tagihan" in own.get("/work/settings/billing/").content.decode()
    assert own.get(f"/work/settings/billing/{draft.public_id}/").status_code == 404


def test_pages_of_a_regency_ask_few_questions(bill: Invoice, django_assert_max_num_queries: Any) -> None:
    own = staff("manggarai", StaffPermission.VIEW_BILLING)
    own.get("/work/settings/billing/")
    with django_assert_max_num_queries(14):
        own.get("/work/settings/billing/")
    with django_assert_max_num_queries(18):
        own.get(f"/work/settings/billing/{bill.public_id}/")


def test_what_was_late_is_said_in_the_list(officer: Client, here: Regency) -> None:
    late = office.bill(here, at=timezone.now() - timedelta(days=120))
    page = officer.get("/console/billing/?state=overdue").content.decode()
    assert late.number in page
    assert "Lewat jatuh tempo" in page
