import uuid
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tenants.billing.models.contracts import Addendum, Contract
from tenants.billing.models.fields import money, operator
from tenants.models import Regency


class NumberSeries(models.Model):
    """Where a series stands in a year; `next` is the number that the next document gets."""

    class Privacy:
        personal = ()
        specific = ()

    key = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    next = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "year"], name="billing_series_once"),
            models.CheckConstraint(condition=Q(next__gte=1), name="billing_series_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.year}"


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def issued(self) -> "InvoiceQuerySet":
        """What a regency may see: everything but drafts."""
        return self.exclude(state=Invoice.State.DRAFT)

    def open(self) -> "InvoiceQuerySet":
        """Still waiting for money."""
        return self.filter(state=Invoice.State.ISSUED)

    def with_balance(self) -> "InvoiceQuerySet":
        """With `settled` (received and withheld) and `credited`, in the same query."""
        from tenants.billing.models.payments import Payment

        zero = Value(Decimal(0), output_field=models.DecimalField())
        paid = Payment.objects.counted().filter(invoice=OuterRef("pk")).values("invoice").annotate(s=Sum("gross"))
        credit = CreditNote.objects.filter(invoice=OuterRef("pk")).values("invoice").annotate(s=Sum("total"))
        return self.annotate(
            settled=Coalesce(Subquery(paid.values("s")), zero), credited=Coalesce(Subquery(credit.values("s")), zero)
        ).annotate(balance=F("total") - F("settled") - F("credited"))


class Invoice(models.Model):
    """A bill. From the moment it has a number the database refuses to change it: a mistake takes a credit note."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draf")
        ISSUED = "issued", _("Menunggu pembayaran")
        PAID = "paid", _("Lunas")
        CREDITED = "credited", _("Dikreditkan")
        VOID = "void", _("Dibatalkan")

    class Privacy:
        personal = ("snapshot",)
        specific = ()

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("Nomor"), max_length=60, blank=True)
    regency = models.ForeignKey(Regency, on_delete=models.PROTECT, related_name="invoices")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="invoices")
    addendum = models.ForeignKey(Addendum, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices")
    part = models.PositiveSmallIntegerField(_("Tagihan ke"), default=1)
    year = models.PositiveSmallIntegerField(_("Tahun anggaran"))
    period_start = models.DateField(_("Masa layanan mulai"))
    period_end = models.DateField(_("Masa layanan sampai"))
    net = money(_("Harga"))
    dpp = money(_("DPP"))
    ppn = money(_("PPN"))
    total = money(_("Jumlah"))
    state = models.CharField(_("Keadaan"), max_length=10, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField()
    issued_on = models.DateField(_("Tanggal"), null=True, blank=True)
    due_on = models.DateField(_("Jatuh tempo"), null=True, blank=True)
    # Who issued and who was billed, as it stood on the day: bank account, NPWP, contract, treasurer.
    snapshot = models.JSONField(default=dict)
    tax_invoice = models.CharField(_("Nomor faktur pajak"), max_length=40, blank=True)
    provider = models.CharField(max_length=10, blank=True)
    provider_id = models.CharField(max_length=60, blank=True)
    provider_state = models.CharField(max_length=20, blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["regency", "-id"], name="invoice_by_regency"),
            models.Index(fields=["state", "due_on"], name="invoice_by_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="invoice_number_once"),
            models.UniqueConstraint(
                fields=["contract", "addendum", "part"],
                condition=~Q(state__in=["void", "credited"]),
                nulls_distinct=False,
                name="invoice_part_once",
            ),
            models.UniqueConstraint(fields=["provider_id"], condition=~Q(provider_id=""), name="invoice_provider_once"),
            models.UniqueConstraint(fields=["tax_invoice"], condition=~Q(tax_invoice=""), name="invoice_tax_once"),
            models.CheckConstraint(condition=Q(total=F("net") + F("ppn")), name="invoice_adds_up"),
            models.CheckConstraint(condition=Q(net__gt=0, ppn__gte=0, dpp__gte=0), name="invoice_of_something"),
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="invoice_period"),
            models.CheckConstraint(
                condition=Q(state="draft", number="", issued_on=None, due_on=None)
                | (~Q(state="draft") & ~Q(number="") & Q(issued_on__isnull=False, due_on__gt=F("issued_on"))),
                name="invoice_issued_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    def is_overdue(self, day: date) -> bool:
        """Whether the term was over before `day`."""
        return self.state == self.State.ISSUED and self.due_on is not None and self.due_on < day


class InvoiceLine(models.Model):
    class Privacy:
        personal = ()
        specific = ()

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("Uraian"), max_length=200)
    amount = money(_("Jumlah"))

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoiceline_once")]

    def __str__(self) -> str:
        return self.text


class InvoiceState(models.Model):
    """A state that an invoice came into: who, when, why."""

    class Privacy:
        personal = ()
        specific = ()

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="states")
    state = models.CharField(max_length=10, choices=Invoice.State)
    at = models.DateTimeField()
    by = operator()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.state}"


class CreditNote(models.Model):
    """Takes back a part of an issued invoice, or all of it."""

    class Privacy:
        personal = ()
        specific = ()

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("Nomor"), max_length=60, unique=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    net = money(_("Harga"))
    ppn = money(_("PPN"))
    total = money(_("Jumlah"))
    reason = models.CharField(_("Alasan"), max_length=500)
    issued_on = models.DateField(_("Tanggal"))
    issued_at = models.DateTimeField()
    issued_by = operator()
    provider_id = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(total=F("net") + F("ppn")), name="creditnote_adds_up"),
            models.CheckConstraint(condition=Q(total__gt=0, net__gte=0, ppn__gte=0), name="creditnote_positive"),
        ]

    def __str__(self) -> str:
        return self.number


class Measure(models.Model):
    """What was done about a bill that is not paid. Each one was decided by a person, except the last, opening again."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Pengingat")
        GRACE = "grace", _("Kelonggaran")
        READ_ONLY = "read_only", _("Baca saja")
        REOPENED = "reopened", _("Dibuka kembali")

    class Privacy:
        personal = ()
        specific = ()

    regency = models.ForeignKey(Regency, on_delete=models.PROTECT, related_name="measures")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    by = operator()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)  # of a reminder: when its mail left

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="grace", until__isnull=False) | (~Q(kind="grace") & Q(until=None)),
                name="measure_grace_has_end",
            )
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.kind}"
