"""A finance office with a plan, and the way from an offer to a bill, in as few words as a test needs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tenants.accounts.models import Role, RoleGrant, User
from tenants.billing import actions
from tenants.billing.actions import Item, Slip
from tenants.billing.models import BudgetYear, Contract, Invoice, Payment, Plan, PopulationClass
from tenants.models import Regency

AT = datetime(2026, 4, 6, 3, tzinfo=UTC)
"""A Monday in April: the DPA is out."""


def officer(*permissions: str, email: str = "sari@rujukan.test") -> User:
    """Somebody of the central team with a role of their own."""
    user = User.objects.create_user(email, "Sari Anggraini", "kata-sandi-panjang")
    role = Role.objects.create(key=email.split("@")[0], name="Keuangan", permissions=[str(p) for p in permissions])
    RoleGrant.objects.create(user=user, role=role)
    return user


def budget_year(year: int = 2026, **changes: Any) -> BudgetYear:
    """The calendar and the taxes of a year."""
    values = {
        "quiet_until": date(year, 3, 31),
        "last_payment_date": date(year, 12, 15),
        "reminder_days": [7, 21, 45],
        **changes,
    }
    return BudgetYear.objects.get_or_create(year=year, defaults=values)[0]


def plan(year: int = 2026) -> Plan:
    """A plan with a base, one group of modules and one single module, priced for two classes."""
    for key, above, below in (("kecil", 0, 500_000), ("besar", 500_000, None)):
        PopulationClass.objects.get_or_create(key=key, defaults={"name": key.title(), "above": above, "below": below})
    made = Plan(
        budget_year=budget_year(year),
        key="lengkap",
        name="Lengkap",
        valid_from=date(year, 1, 1),
        valid_to=date(year, 12, 31),
    )
    items = [
        Item("dasar", "Dasar", (), True, {"kecil": Decimal(48_000_000), "besar": Decimal(72_000_000)}),
        Item(
            "kesejahteraan", "Kesejahteraan", ("santunan_kematian", "services"), False,
            {"kecil": Decimal(36_000_000), "besar": Decimal(54_000_000)},
        ),
        Item("perencanaan", "e-Planning", ("planning",), False, {"kecil": Decimal(60_000_000)}),
    ]  # fmt: skip
    return actions.save_plan(plan=made, items=items, by=None, at=AT)


def profile(regency: Regency) -> None:
    """Bills of a regency go to this office."""
    actions.save_profile(
        regency=regency,
        population_class=PopulationClass.objects.get(key="kecil"),
        institution="Dinas Komunikasi dan Informatika",
        email=f"tagihan@{regency.schema_name}kab.test",
        address="Jalan Contoh 1",
        npwp="0001234567890123",
        by=None,
        at=AT,
    )


def contract(
    regency: Regency, number: str = "027/SPK/1", *, accepted: bool = True, at: datetime = AT, **changes: Any
) -> Contract:
    """From the offer to the accepted work."""
    offered = Plan.objects.filter(key="lengkap", budget_year__year=at.year).first() or plan(at.year)
    profile(regency)
    quotation = actions.quote(
        regency=regency, plan=offered, modules=["santunan_kematian"], starts_on=date(at.year, 1, 1), by=None, at=at
    )
    quotation = actions.issue_quotation(quotation=quotation, by=None, at=at)
    values = {
        "number": number,
        "signed_on": at.date(),
        "terms": Contract.Terms.ACCEPTANCE,
        "instalments": 1,
        "account_code": "5.1.02.02.01.0067",
        "treasurer_name": "Bendahara Contoh",
        "treasurer_npwp": "0009876543210987",
        **changes,
    }
    made = actions.accept_as_contract(quotation=quotation, by=None, at=at, **values)
    if accepted and made.terms == Contract.Terms.ACCEPTANCE:
        actions.record_acceptance(contract=made, number=f"BAST/{number}", day=at.date(), by=None, at=at)
        made.refresh_from_db()
    return made


def bill(regency: Regency, *, at: datetime = AT, number: str = "027/SPK/1", **changes: Any) -> Invoice:
    """An issued invoice of 84 million and its tax."""
    draft = actions.draft_invoice(contract=contract(regency, number, at=at, **changes), by=None, at=at)
    return actions.issue_invoice(invoice=draft, by=None, at=at)


def pay(invoice: Invoice, number: str = "SP2D/1", *, by: Any = None, at: datetime | None = None) -> Payment:
    """All of it, with PPN and PPh 23 kept by the treasurer."""
    pph = invoice.net * 2 / 100
    at = at or AT + timedelta(days=20)
    return actions.record_payment(
        invoice=invoice,
        sp2d_number=number,
        sp2d_date=at.date(),
        received=invoice.net - pph,
        slips=[Slip("ppn", "NTPN-1", invoice.ppn), Slip("pph23", "BP-1", pph)],
        by=by,
        at=at,
    )
