"""Bills: numbered without a gap, frozen once issued, and never paid more than they are."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tenants.billing import actions
from tenants.billing.models import Contract, CreditNote, Invoice, InvoiceLine, InvoiceState, Payment, TaxSlip
from tenants.models import Regency
from tests.tenants.billing import office
from tests.tenants.billing.office import AT


def test_from_offer_to_settled_bill(here: Regency) -> None:
    invoice = office.bill(here)
    assert (invoice.net, invoice.dpp, invoice.ppn) == (Decimal(84_000_000), Decimal(77_000_000), Decimal(9_240_000))
    assert invoice.total == Decimal(93_240_000)
    assert invoice.number == "INV/2026/00001"
    assert invoice.due_on == date(2026, 4, 6) + timedelta(days=45)
    payment = office.pay(invoice)
    invoice.refresh_from_db()
    assert invoice.state == "paid"
    assert (payment.received, payment.gross) == (Decimal(82_320_000), Decimal(93_240_000))
    assert [str(slip) for slip in payment.slips.all()] == ["ppn NTPN-1", "pph23 BP-1"]
    assert list(invoice.states.values_list("state", flat=True)) == ["paid", "issued"]
    assert connection.schema_name == "public"


def test_delivery_comes_before_payment(here: Regency) -> None:
    agreed = office.contract(here, accepted=False)
    draft = actions.draft_invoice(contract=agreed, by=None, at=AT)
    with pytest.raises(actions.NotYetDue, match="BAST"):
        actions.issue_invoice(invoice=draft, by=None, at=AT)
    late = office.contract(here, "027/SPK/2", terms=Contract.Terms.ARREARS, instalments=4)
    first, last = (actions.draft_invoice(contract=late, part=part, by=None, at=AT) for part in (1, 4))
    assert actions.issue_invoice(invoice=first, by=None, at=AT).period_end < AT.date()
    with pytest.raises(actions.NotYetDue, match="Masa layanan"):
        actions.issue_invoice(invoice=last, by=None, at=AT)


def test_numbers_have_no_gap_although_drafts_fail(here: Regency) -> None:
    agreed = office.contract(here, terms=Contract.Terms.ACCEPTANCE, instalments=3)
    numbers = []
    for part in (1, 2, 3):
        draft = actions.draft_invoice(contract=agreed, part=part, by=None, at=AT)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            actions.issue_invoice(invoice=draft, by=None, at=AT)
            _ = 1 / 0
        draft.refresh_from_db()
        numbers.append(actions.issue_invoice(invoice=draft, by=None, at=AT).number)
    assert numbers == ["INV/2026/00001", "INV/2026/00002", "INV/2026/00003"]
    assert sum(invoice.total for invoice in Invoice.objects.all()) == agreed.quotation.total
    next_year = office.bill(here, number="027/SPK/9", at=AT.replace(year=2027))
    assert next_year.number == "INV/2027/00001"


def refused() -> pytest.RaisesExc[IntegrityError]:
    return pytest.raises(IntegrityError)


@pytest.mark.parametrize(
    "change",
    [
        {"total": 1, "net": 1, "ppn": 0},
        {"number": "INV/2026/99999"},
        {"due_on": date(2027, 1, 1)},
        {"snapshot": {}},
        {"regency_id": 1},
    ],
)
def test_an_issued_bill_never_changes(here: Regency, change: dict[str, object]) -> None:
    invoice = office.bill(here)
    with refused(), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(**change)
    with refused(), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk)._raw_delete("default")


def test_nor_do_its_lines_its_history_and_its_credit_notes(here: Regency) -> None:
    invoice = office.bill(here)
    note = actions.credit(invoice=invoice, net=Decimal(1000), ppn=Decimal(110), reason="Salah hitung", by=None, at=AT)
    for table, change in (
        (InvoiceLine.objects.filter(invoice=invoice), {"amount": 1}),
        (InvoiceState.objects.filter(invoice=invoice), {"state": "void"}),
        (CreditNote.objects.filter(pk=note.pk), {"net": 1}),
    ):
        with refused(), transaction.atomic():
            table.update(**change)
        with refused(), transaction.atomic():
            table._raw_delete("default")
    with refused(), transaction.atomic():
        InvoiceLine.objects.create(invoice=invoice, position=9, text="Tambahan", amount=1)


def test_the_database_counts_with_us(here: Regency) -> None:
    invoice = office.bill(here)

    def arrived(gross: int, received: int, number: str) -> Payment:
        return Payment.objects.create(
            invoice=invoice, regency=here, sp2d_number=number, sp2d_date=AT.date(), received=received, gross=gross,
            recorded_at=AT,
        )  # fmt: skip

    with pytest.raises(IntegrityError, match="more than the total"), transaction.atomic():
        arrived(93_240_001, 93_240_001, "A")
    with pytest.raises(IntegrityError, match="gross is not"), transaction.atomic():
        arrived(100, 90, "B")
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    payment = office.pay(invoice)
    with refused(), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(received=1)
    with refused(), transaction.atomic():
        TaxSlip.objects.filter(payment=payment)._raw_delete("default")


def test_what_does_not_fit_is_refused_in_words(here: Regency) -> None:
    invoice = office.bill(here)
    with pytest.raises(actions.Overpaid, match="sisa tagihan"):
        actions.record_payment(
            invoice=invoice, sp2d_number="X", sp2d_date=AT.date(), received=Decimal(93_240_001), by=None, at=AT
        )
    with pytest.raises(actions.NotInThisState, match="setelah hari ini"):
        actions.record_payment(
            invoice=invoice, sp2d_number="X", sp2d_date=date(2026, 12, 1), received=Decimal(1), by=None, at=AT
        )
    office.pay(invoice)
    other = office.bill(here, number="027/SPK/2")
    with pytest.raises(actions.SP2DTaken, match="SP2D/1"):
        office.pay(other)
    with pytest.raises(actions.NotInThisState, match="Lunas"):
        office.pay(invoice, "SP2D/2")


def test_paid_in_two_parts_and_taken_back(here: Regency) -> None:
    invoice = office.bill(here)
    first = actions.record_payment(
        invoice=invoice, sp2d_number="A", sp2d_date=AT.date(), received=Decimal(40_000_000), by=None, at=AT
    )
    assert actions.balance(invoice) == Decimal(53_240_000)
    actions.record_payment(
        invoice=invoice, sp2d_number="B", sp2d_date=AT.date(), received=Decimal(53_240_000), by=None, at=AT
    )
    invoice.refresh_from_db()
    assert invoice.state == "paid"
    actions.reverse_payment(payment=first, reason="Nomor keliru", by=None, at=AT)
    invoice.refresh_from_db()
    assert (invoice.state, actions.balance(invoice)) == ("issued", Decimal(40_000_000))
    again = actions.record_payment(
        invoice=invoice, sp2d_number="A", sp2d_date=AT.date(), received=Decimal(40_000_000), by=None, at=AT
    )
    assert again.pk != first.pk
    with pytest.raises(actions.NotInThisState):
        actions.reverse_payment(payment=first, reason="Lagi", by=None, at=AT)


def test_credited_in_full_voided_and_billed_again(here: Regency) -> None:
    invoice = office.bill(here)
    actions.credit(invoice=invoice, net=invoice.net, ppn=invoice.ppn, reason="Keliru", by=None, at=AT)
    invoice.refresh_from_db()
    assert invoice.state == "credited"
    second = actions.draft_invoice(contract=invoice.contract, by=None, at=AT)
    second = actions.issue_invoice(invoice=second, by=None, at=AT)
    with pytest.raises(actions.ReasonMissing):
        actions.void_invoice(invoice=second, reason=" ", by=None, at=AT)
    actions.void_invoice(invoice=second, reason="Salah bendahara", by=None, at=AT)
    second.refresh_from_db()
    assert (second.state, second.number) == ("void", "INV/2026/00002")
    with pytest.raises(actions.NotInThisState):
        office.pay(second)
    third = actions.draft_invoice(contract=invoice.contract, by=None, at=AT)
    with pytest.raises(actions.NotInThisState, match="sudah ada"):
        actions.draft_invoice(contract=invoice.contract, by=None, at=AT)
    actions.delete_draft(invoice=third, by=None, at=AT)
    assert not Invoice.objects.filter(pk=third.pk).exists()


def test_the_tax_invoice_is_recorded_once(here: Regency) -> None:
    invoice = office.bill(here)
    actions.record_tax_invoice(invoice=invoice, number="040.026 0000001", by=None, at=AT)
    with pytest.raises(actions.NotInThisState):
        actions.record_tax_invoice(invoice=invoice, number="0400260000002", by=None, at=AT)
    with refused(), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(tax_invoice="X")


def test_modules_join_at_the_price_that_was_shown(here: Regency) -> None:
    agreed = office.contract(here)
    shown = actions.price_addition(contract=agreed, modules=["planning"], starts_on=date(2026, 7, 15))
    assert (shown.months, shown.amounts.net) == (6, Decimal(30_000_000))
    assert [line.item.key for line in shown.lines] == ["perencanaan"], "the base was paid with the contract"
    quotation = actions.quote_addition(
        contract=agreed, modules=["planning"], starts_on=date(2026, 7, 15), by=None, at=AT
    )
    assert quotation.total == shown.amounts.total
    quotation = actions.issue_quotation(quotation=quotation, by=None, at=AT)
    addendum = actions.accept_as_addendum(quotation=quotation, number="ADD/1", signed_on=AT.date(), by=None, at=AT)
    agreed.refresh_from_db()
    assert agreed.modules == ["planning", "santunan_kematian", "services"]
    invoice = actions.draft_invoice(contract=agreed, addendum=addendum, by=None, at=AT)
    assert (invoice.net, invoice.period_start) == (Decimal(30_000_000), date(2026, 7, 15))
    assert agreed.bast_date, "of what was there before"
    with pytest.raises(actions.NotYetDue, match="BAST"):
        actions.issue_invoice(invoice=invoice, by=None, at=AT)
    later = AT + timedelta(days=110)
    accepted = {"contract": agreed, "addendum": addendum, "number": "BAST/ADD/1", "by": None, "at": later}
    with pytest.raises(actions.NotInThisState):
        actions.record_acceptance(**accepted, day=AT.date() - timedelta(days=1))
    actions.record_acceptance(**accepted, day=later.date())
    with pytest.raises(actions.NotInThisState, match="sudah dicatat"):
        actions.record_acceptance(**accepted, day=later.date())
    invoice = actions.issue_invoice(invoice=invoice, by=None, at=later)
    assert invoice.snapshot["bast_number"] == "BAST/ADD/1"
    with pytest.raises(actions.NothingToOffer):
        actions.price_addition(contract=agreed, modules=["planning"], starts_on=date(2026, 8, 1))


def test_a_module_joins_a_contract_once(here: Regency) -> None:
    """Two offers of the same module, both accepted, would be paid twice."""
    agreed = office.contract(here)
    offers = [
        actions.issue_quotation(
            quotation=actions.quote_addition(
                contract=agreed, modules=["planning"], starts_on=date(2026, 7, 1), by=None, at=AT
            ),
            by=None,
            at=AT,
        )
        for _ in range(2)
    ]
    actions.accept_as_addendum(quotation=offers[0], number="ADD/1", signed_on=AT.date(), by=None, at=AT)
    with pytest.raises(actions.NotInThisState, match="planning"):
        actions.accept_as_addendum(quotation=offers[1], number="ADD/2", signed_on=AT.date(), by=None, at=AT)
    assert agreed.addenda.count() == 1


def test_offers_are_frozen_and_lapse(here: Regency) -> None:
    offered = office.plan()
    office.profile(here)
    with pytest.raises(actions.NothingToOffer, match="tidak memuat"):
        actions.quote(regency=here, plan=offered, modules=["x"], starts_on=AT.date(), by=None, at=AT)
    quotation = actions.quote(regency=here, plan=offered, modules=["services"], starts_on=AT.date(), by=None, at=AT)
    quotation = actions.issue_quotation(quotation=quotation, by=None, at=AT)
    with refused(), transaction.atomic():
        type(quotation).objects.filter(pk=quotation.pk).update(total=1, net=1, ppn=0)
    with pytest.raises(actions.NotInThisState, match="sudah ditawarkan"):
        actions.save_plan(plan=offered, items=[], by=None, at=AT)
    with pytest.raises(actions.NotInThisState, match="masa berlakunya"):
        actions.accept_as_contract(
            quotation=quotation, number="1", signed_on=AT.date(), terms="acceptance", instalments=1, account_code="",
            treasurer_name="X", treasurer_npwp="0009876543210987", by=None, at=AT + timedelta(days=60),
        )  # fmt: skip


def test_classes_of_population_never_overlap(public: None) -> None:
    office.plan()
    classes = actions.save_population_class
    from tenants.billing.models import PopulationClass

    with refused(), transaction.atomic():
        classes(population_class=PopulationClass(key="x", name="X", above=400_000, below=600_000), by=None, at=AT)
