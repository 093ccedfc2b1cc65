"""A bill of the current regency, and the finance office's papers about Batang, for the walks of `tests/architecture`."""

from datetime import date
from decimal import Decimal

from tenants.accounts.models import User
from tenants.billing import actions
from tenants.billing.models import Contract, CreditNote, Invoice, Payment, Plan, ProviderCall, Quotation, WebhookEvent
from tenants.current import current_regency
from tenants.models import Regency
from tenants.schemas.context import in_public
from tests.examples import parameter
from tests.tenants.billing import office
from tests.tenants.files.samples import picture, upload


def _billed(regency: Regency) -> Invoice:
    return Invoice.objects.filter(regency=regency).first() or office.bill(regency)


def _batang() -> Regency:
    return Regency.objects.get(code="33.25")


@parameter("billing", "uuid")
def _bill(user: User) -> str:
    regency = current_regency()
    with in_public():
        return str(_billed(regency).public_id)


@parameter("billing", "paper", shared=True)
def _paper(user: User) -> str:
    return "invoice"


parameter("console:billing:paper", "paper", shared=True)(_paper)


def _scan_of(regency: Regency) -> str:
    bill = _billed(regency)
    found = bill.contract.scans.first() or actions.keep_scan(
        contract=bill.contract, kind="contract", upload=upload(picture(), "kontrak.jpg", "image/jpeg"), by=None,
        at=office.AT,
    )  # fmt: skip
    return str(found.public_id)


@parameter("billing", "scan_uuid")
def _scan(user: User) -> str:
    regency = current_regency()
    with in_public():
        return _scan_of(regency)


@parameter("console:billing:scan", "uuid")
def _scan_of_batang(user: User) -> str:
    return _scan_of(_batang())


def _invoice(user: User) -> int:
    return _billed(_batang()).pk


for name in (
    "invoice",
    "steps",
    "payments",
    "reversal",
    "credit_notes",
    "graces",
    "tax_invoice",
    "paper",
    "invoice_scans",
):
    parameter(f"console:billing:{name}", "pk")(_invoice)


@parameter("console:billing:reversal", "payment")
def _payment(user: User) -> int:
    bill = _billed(_batang())
    return (Payment.objects.filter(invoice=bill).first() or office.pay(bill)).pk


@parameter("console:billing:credit_paper", "pk")
def _credit_note(user: User) -> int:
    bill = _billed(_batang())
    made = CreditNote.objects.filter(invoice=bill).first() or actions.credit(
        invoice=bill, net=Decimal(100_000), ppn=Decimal(11_000), reason="Salah hitung", by=user, at=office.AT
    )
    return made.pk


def _offer(user: User) -> int:
    """One that was sent out and waits for the regency's order."""
    found = Quotation.objects.filter(regency=_batang(), state=Quotation.State.ISSUED).first()
    return (found or _offered(user)).pk


def _offered(user: User) -> Quotation:
    plan = _plan()
    office.profile(_batang())
    draft = actions.quote(
        regency=_batang(), plan=plan, modules=["services"], starts_on=date(2026, 1, 1), by=user, at=office.AT
    )
    return actions.issue_quotation(quotation=draft, by=user, at=office.AT)


for name in ("quotation", "quotation_paper", "quotation_steps", "acceptance"):
    parameter(f"console:billing:{name}", "pk")(_offer)


def _contract(user: User) -> int:
    """One whose work is not accepted yet and that has no bill."""
    number = "027/SPK/0"
    found = Contract.objects.filter(regency=_batang(), number=number).first()
    return (found or office.contract(_batang(), number, accepted=False)).pk


for name in ("contract", "handover", "additions", "draft", "contract_scans", "treasurer"):
    parameter(f"console:billing:{name}", "pk")(_contract)


def _plan() -> Plan:
    return Plan.objects.filter(key="lengkap", budget_year__year=2026).first() or office.plan()


@parameter("console:billing:plan", "pk")
def _plan_of_the_year(user: User) -> int:
    return _plan().pk


@parameter("console:billing:year", "year", shared=True)
def _year(user: User) -> int:
    return office.budget_year().year


@parameter("console:billing:class", "key", shared=True)
def _class(user: User) -> str:
    _plan()
    return "kecil"


@parameter("console:billing:replay", "pk")
def _event(user: User) -> int:
    made = {"type": "invoice.paid", "object_id": "in_walk", "payload": "{}", "received_at": office.AT}
    return WebhookEvent.objects.get_or_create(event_id="evt_walk", defaults=made)[0].pk


@parameter("console:billing:retry", "pk")
def _call(user: User) -> int:
    made = {"state": "failed", "next_at": office.AT, "created_at": office.AT}
    return ProviderCall.objects.get_or_create(invoice=_billed(_batang()), kind="open", defaults=made)[0].pk
