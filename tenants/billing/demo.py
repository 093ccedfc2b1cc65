"""The demo's bills: Batang has paid, Manggarai's treasurer has a bill on the table. Invented offices and people."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from tenants.billing import actions, rules
from tenants.billing.actions import Item, Slip
from tenants.billing.models import BillingProfile, BudgetYear, Contract, Invoice, Plan, PopulationClass
from tenants.models import Regency
from tenants.schemas.context import in_public

_CLASSES = (
    ("kecil", "Di bawah 500.000 jiwa", 0, 500_000),
    ("sedang", "500.000 sampai 1 juta jiwa", 500_000, 1_000_000),
    ("besar", "1 juta jiwa ke atas", 1_000_000, None),
)
_ITEMS = (
    ("dasar", "Dasar: akun, organisasi, surat, audit", (), True, 48),
    ("kesejahteraan", "Kesejahteraan: layanan dan santunan kematian", ("services", "santunan_kematian"), False, 36),
    ("perencanaan", "e-Planning", ("planning",), False, 60),
    ("penganggaran", "e-Budgeting", ("budgeting",), False, 60),
    ("pembangunan", "SIMPELBANG", ("simpelbang",), False, 42),
    ("kinerja", "e-SAKIP", ("sakip",), False, 42),
)
_FACTORS = {"kecil": 10, "sedang": 14, "besar": 18}
_OLD, _TERM, _FRESH = timedelta(days=60), timedelta(days=40), timedelta(days=9)
# Everything that speaks of one regency, the dependent first.
_TABLES = (
    "difference", "scan", "measure", "providercall", "taxslip", "payment", "creditnote", "invoicestate", "invoiceline",
    "invoice", "addendum", "contract", "quotationline", "quotation", "billingprofile",
)  # fmt: skip
_OF_REGENCY = {
    "scan": "contract_id IN (SELECT id FROM billing_contract WHERE regency_id = %s)",
    "difference": "invoice_id IN (SELECT id FROM billing_invoice WHERE regency_id = %s)",
    "providercall": "invoice_id IN (SELECT id FROM billing_invoice WHERE regency_id = %s)",
    "taxslip": "payment_id IN (SELECT id FROM billing_payment WHERE regency_id = %s)",
    "creditnote": "invoice_id IN (SELECT id FROM billing_invoice WHERE regency_id = %s)",
    "invoicestate": "invoice_id IN (SELECT id FROM billing_invoice WHERE regency_id = %s)",
    "invoiceline": "invoice_id IN (SELECT id FROM billing_invoice WHERE regency_id = %s)",
    "addendum": "contract_id IN (SELECT id FROM billing_contract WHERE regency_id = %s)",
    "quotationline": "quotation_id IN (SELECT id FROM billing_quotation WHERE regency_id = %s)",
}


@transaction.atomic
def seed(*, payer: str, waiting: str, at: datetime) -> None:
    """A contract for both regencies (by schema name); `payer` has settled its bill. Safe to repeat."""
    with in_public():
        for schema, age, paid_after in ((payer, _OLD, _TERM), (waiting, _FRESH, None)):
            regency = Regency.objects.filter(schema_name=schema).first()
            if regency and not BillingProfile.objects.filter(regency=regency).exists():
                issued = at - age
                _bill(regency, _plan(issued.year), issued, issued + paid_after if paid_after else None)


def forget(*, regency: Regency) -> None:
    """Take out everything that was invented about the bills of a regency; a real bill is never deleted."""
    if not BillingProfile.objects.filter(regency=regency).exists():
        return  # every bill begins with the office that gets it
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE billing_{table} DISABLE TRIGGER USER")
        # Quotations of additions point at their contract, contracts at their quotation.
        cursor.execute("UPDATE billing_quotation SET contract_id = NULL WHERE regency_id = %s", [regency.pk])
        for table in _TABLES:
            where = _OF_REGENCY.get(table, "regency_id = %s")
            cursor.execute(f"DELETE FROM billing_{table} WHERE {where}", [regency.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE billing_{table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # as it was, for what else the transaction does


def _plan(year: int) -> Plan:
    for key, name, above, below in _CLASSES:
        PopulationClass.objects.get_or_create(key=key, defaults={"name": name, "above": above, "below": below})
    for each in (year, year + 1):
        calendar = {
            "quiet_until": date(each, 3, 31),
            "last_payment_date": date(each, 12, 15),
            "reminder_days": [7, 21, 45],
        }
        BudgetYear.objects.get_or_create(year=each, defaults=calendar)
    found = Plan.objects.filter(budget_year__year=year, key="rujukan").first()
    return found or actions.save_plan(
        plan=Plan(
            budget_year=BudgetYear.objects.get(year=year),
            key="rujukan",
            name="Rujukan",
            description="Dasar ditambah modul pilihan.",
            valid_from=date(year, 1, 1),
            valid_to=date(year, 12, 31),
        ),
        items=[
            Item(
                key,
                name,
                modules,
                is_base,
                {each: Decimal(millions * 100_000 * factor) for each, factor in _FACTORS.items()},
            )
            for key, name, modules, is_base, millions in _ITEMS
        ],
        by=None,
        at=_noon(year),
    )


def _bill(regency: Regency, plan: Plan, at: datetime, paid_at: datetime | None) -> Invoice:
    who: dict[str, Any] = {"by": None, "at": at}
    actions.save_profile(
        regency=regency,
        population_class=PopulationClass.objects.get(key="sedang" if paid_at else "kecil"),
        institution="Dinas Komunikasi dan Informatika",
        email=f"tagihan@{regency.schema_name}.test",
        address=f"Kantor Bupati {regency.name}",
        npwp="0000000000000000",
        **who,
    )
    quotation = actions.quote(
        regency=regency, plan=plan, modules=["santunan_kematian"], starts_on=date(at.year, 1, 1), **who
    )
    quotation = actions.issue_quotation(quotation=quotation, **who)
    contract = actions.accept_as_contract(
        quotation=quotation,
        number=f"027/{100 + quotation.pk}/SPK/{at.year}",
        signed_on=actions.central_day(at),
        terms=Contract.Terms.ACCEPTANCE,
        instalments=1,
        account_code="5.1.02.02.01.0067",
        treasurer_name="Bendahara Contoh",
        treasurer_npwp="0000000000000000",
        **who,
    )
    actions.record_acceptance(
        contract=contract, number=f"027/{100 + quotation.pk}/BAST/{at.year}", day=actions.central_day(at), **who
    )
    invoice = actions.draft_invoice(contract=contract, **who)
    invoice = actions.issue_invoice(invoice=invoice, **who)
    if paid_at:
        _pay(invoice, plan.budget_year, paid_at)
    return invoice


def _pay(invoice: Invoice, year: BudgetYear, at: datetime) -> None:
    kept = rules.withholding(rules.Amounts(invoice.net, invoice.dpp, invoice.ppn, invoice.total), year)
    actions.record_payment(
        invoice=invoice,
        sp2d_number=f"SP2D/{invoice.pk:05}/LS/{at.year}",
        sp2d_date=actions.central_day(at),
        received=kept.received,
        slips=[Slip("ppn", "NTPN-CONTOH-1", kept.ppn), Slip("pph23", "BP-CONTOH-1", kept.pph23)],
        by=None,
        at=at,
    )


def _noon(year: int) -> datetime:
    return datetime(year, 1, 2, 5, tzinfo=UTC)
