"""Reads of bills: for lists, for the page of one, and for what the calendar says should happen next."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from tenants.billing import rules
from tenants.billing.models import (
    BillingProfile,
    BudgetYear,
    Contract,
    Invoice,
    Measure,
    ProviderCall,
    Quotation,
    Scan,
    WebhookEvent,
)
from tenants.models import Regency
from tenants.people.formats import tanggal
from tenants.queries import last_change
from tenants.schemas.context import in_public
from tenants.versioned import VersionedCache

TONES: Mapping[str, str] = {
    "draft": "",
    "issued": "info",
    "paid": "ok",
    "credited": "",
    "void": "",
    "overdue": "bad",
    "accepted": "ok",
    "withdrawn": "",
    "stored": "warn",
    "processed": "ok",
    "ignored": "",
    "failed": "bad",
    "waiting": "warn",
    "done": "ok",
    "running": "info",
}
"""The tone of each state in lists and headings."""


class Step(StrEnum):
    """What may be done next about a bill that is late."""

    NONE = "none"
    REMINDER = "reminder"
    GRACE = "grace"
    READ_ONLY = "read_only"


@dataclass(frozen=True)
class Standing:
    """Where a bill stands on the ladder, in one sentence, and the step that a person may decide."""

    step: str
    sentence: str


def standing(invoice: Invoice, day: date) -> Standing:
    """What the budget calendar allows on `day`. A suggestion: nothing happens until a person decides it."""
    if not invoice.is_overdue(day):
        return Standing(Step.NONE, _("Belum lewat jatuh tempo."))
    year = BudgetYear.objects.filter(year=day.year).first()
    if year is None:
        return Standing(Step.NONE, _("Kalender anggaran %s belum diisi, jadi belum ada langkah.") % day.year)
    if until := rules.quiet_until(day, year):
        return Standing(
            Step.NONE,
            _("Sampai %s bendahara belum dapat membayar (DPA atau SPM). Tidak ada pengingat.") % tanggal(until),
        )
    measures = list(Measure.objects.filter(invoice=invoice))
    profile = BillingProfile.objects.filter(regency_id=invoice.regency_id).first()
    if profile and profile.grace_until and profile.grace_until >= day:
        return Standing(Step.NONE, _("Ada kelonggaran sampai %s.") % tanggal(profile.grace_until))
    return _on_the_ladder(invoice, measures, year, day)


def _on_the_ladder(invoice: Invoice, measures: list[Measure], year: BudgetYear, day: date) -> Standing:
    sent = [measure.at for measure in measures if measure.kind == Measure.Kind.REMINDER]  # the newest first
    planned, reminders = sorted(year.reminder_days), len(sent)
    if reminders < len(planned):
        due = (invoice.due_on or day) + timedelta(days=planned[reminders])
        if sent:  # late as they may be, reminders keep their distance: a double click sends one
            distance = planned[reminders] - planned[reminders - 1]
            due = max(due, rules.central_day(sent[0]) + timedelta(days=distance))
        if due > day:
            return Standing(
                Step.NONE, _("Pengingat ke-%(n)s mulai %(day)s.") % {"n": reminders + 1, "day": tanggal(due)}
            )
        return Standing(
            Step.REMINDER,
            _("Waktunya pengingat ke-%(n)s dari %(of)s.") % {"n": reminders + 1, "of": len(planned)},
        )
    if not any(measure.kind == Measure.Kind.GRACE for measure in measures):
        return Standing(Step.GRACE, _("Semua pengingat sudah dikirim. Beri kelonggaran dan hubungi bendaharanya."))
    last = next((m.kind for m in measures if m.kind in (Measure.Kind.READ_ONLY, Measure.Kind.REOPENED)), None)
    if last == Measure.Kind.READ_ONLY:  # whoever opened it again before the payment may restrict it again
        return Standing(Step.NONE, _("Langkah terakhir sudah diambil. Menunggu pembayaran."))
    return Standing(Step.READ_ONLY, _("Kelonggaran sudah lewat. Pembatasan boleh diputuskan bila memang perlu."))


@dataclass(frozen=True)
class InvoiceFilter:
    """What a list of bills is narrowed to; `state` may also be "overdue"."""

    search: str = ""
    state: str = ""
    year: int | None = None


def invoices(wanted: InvoiceFilter, day: date) -> QuerySet[Invoice]:
    """Bills, newest first, each with its balance."""
    found = Invoice.objects.with_balance().select_related("regency", "contract").order_by("-pk")
    if text := wanted.search.strip():
        found = found.filter(
            Q(number__icontains=text)
            | Q(regency__name__icontains=text)
            | Q(regency__code=text)
            | Q(contract__number__icontains=text)
            | Q(payments__sp2d_number__iexact=text)
        ).distinct()
    if wanted.state == "overdue":
        found = found.filter(state=Invoice.State.ISSUED, due_on__lt=day)
    elif wanted.state:
        found = found.filter(state=wanted.state)
    return found.filter(year=wanted.year) if wanted.year else found


@dataclass(frozen=True)
class Totals:
    """The desk of a finance officer in numbers."""

    owed: Decimal
    owed_count: int
    overdue: Decimal
    overdue_count: int
    calls: int
    failed: int


def totals(day: date) -> Totals:
    """What is owed and late, and what the provider has not heard yet; two queries."""
    late = Q(due_on__lt=day)
    sums = (
        Invoice.objects.open()
        .with_balance()
        .aggregate(
            owed=Sum("balance"),
            owed_count=Count("pk"),
            overdue=Sum("balance", filter=late),
            overdue_count=Count("pk", filter=late),
        )
    )
    waiting = Q(state=ProviderCall.State.WAITING)
    calls = ProviderCall.objects.aggregate(
        waiting=Count("pk", filter=waiting), failed=Count("pk", filter=Q(state=ProviderCall.State.FAILED))
    )
    return Totals(
        sums["owed"] or Decimal(0),
        sums["owed_count"],
        sums["overdue"] or Decimal(0),
        sums["overdue_count"],
        calls["waiting"],
        calls["failed"],
    )


def contracts(search: str = "") -> QuerySet[Contract]:
    """Contracts, newest first, with how many bills they have."""
    found = (
        Contract.objects.select_related("regency", "plan__budget_year", "quotation")
        .annotate(billed=Count("invoices", filter=~Q(invoices__state__in=["void", "credited"]), distinct=True))
        .order_by("-pk")
    )
    return found.filter(_named(search)) if search.strip() else found


def quotations(state: str = "", search: str = "") -> QuerySet[Quotation]:
    """Offers, newest first."""
    found = Quotation.objects.select_related("regency", "plan__budget_year").order_by("-pk")
    if state:
        found = found.filter(state=state)
    return found.filter(_named(search)) if search.strip() else found


def _named(search: str) -> Q:
    text = search.strip()
    return Q(number__icontains=text) | Q(regency__name__icontains=text) | Q(regency__code=text)


def events(state: str = "") -> QuerySet[WebhookEvent]:
    """Events without their payload, newest first."""
    found = WebhookEvent.objects.defer("payload")
    return found.filter(state=state) if state else found


def calls() -> QuerySet[ProviderCall]:
    """What the provider has not answered yet, the oldest first."""
    return (
        ProviderCall.objects.exclude(state=ProviderCall.State.DONE)
        .select_related("invoice__regency")
        .order_by(F("state").asc(), "pk")
    )


def scans_of(invoice: Invoice) -> dict[str, Scan]:
    """The signed papers of a bill and of its contract, by kind: the last of each."""
    of_it = Q(invoice=None) | Q(invoice=invoice)
    return {scan.kind: scan for scan in Scan.objects.filter(of_it, contract=invoice.contract_id).order_by("pk")}


@dataclass(frozen=True)
class OpenBill:
    """What the administrators of a regency are told of a bill where they begin their work."""

    number: str
    public_id: UUID
    due_on: date
    reminded_at: datetime | None


def _load_open(_key: Hashable) -> dict[int, tuple[OpenBill, ...]]:
    with in_public():
        reminded = Max("measures__at", filter=Q(measures__kind=Measure.Kind.REMINDER))
        found: dict[int, tuple[OpenBill, ...]] = {}
        for bill in Invoice.objects.open().annotate(reminded_at=reminded).order_by("due_on", "pk"):
            told = OpenBill(bill.number, bill.public_id, bill.due_on, bill.reminded_at)  # type: ignore[arg-type, attr-defined]
            found[bill.regency_id] = (*found.get(bill.regency_id, ()), told)
        return found


open_bills = VersionedCache("billing:open", _load_open)
"""Every regency's bills that wait for money, the oldest first; no SQL when warm."""


def restriction_of(regency: Regency) -> Measure | None:
    """The measure for which a regency is read-only now; None for one that is not, or that has another reason.

    Whoever changed the state since had another reason. Called in public.
    """
    if Regency.objects.get(pk=regency.pk).state != Regency.State.READ_ONLY:
        return None
    restricted = Measure.objects.filter(regency=regency, kind=Measure.Kind.READ_ONLY)
    measure, last = restricted.select_related("invoice").first(), last_change(regency)
    return measure if measure and last and last.at == measure.at else None


def bills_of(regency_id: int) -> QuerySet[Invoice]:
    """What a regency sees of itself: everything that was issued to it."""
    return (
        Invoice.objects.issued()
        .with_balance()
        .filter(regency_id=regency_id)
        .select_related("contract", "regency", "addendum")
        .order_by("-pk")
    )
