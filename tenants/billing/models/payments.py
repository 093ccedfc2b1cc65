from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants.billing.models.fields import money, operator
from tenants.billing.models.invoices import Invoice
from tenants.models import Regency


class PaymentQuerySet(models.QuerySet["Payment"]):
    def counted(self) -> "PaymentQuerySet":
        """What counts: not taken back."""
        return self.filter(reversed_at=None)


class Payment(models.Model):
    """Money that arrived by an SP2D (or by card at the provider), with the taxes that the treasurer kept and paid in.

    `gross` = `received` + its tax slips; the database checks it when the transaction ends. One that was recorded
    wrongly is taken back, never changed.
    """

    class Method(models.TextChoices):
        SP2D = "sp2d", _("Transfer SP2D")
        PROVIDER = "provider", _("Melalui penyedia pembayaran")

    class Privacy:
        personal = ()
        specific = ()

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    regency = models.ForeignKey(Regency, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=10, choices=Method, default=Method.SP2D)
    sp2d_number = models.CharField(_("Nomor SP2D"), max_length=80, blank=True)
    sp2d_date = models.DateField(_("Tanggal SP2D"), null=True, blank=True)
    provider_reference = models.CharField(max_length=80, blank=True)
    received = money(_("Diterima di rekening"))
    gross = money(_("Nilai tagihan yang dilunasi"))
    recorded_at = models.DateTimeField()
    recorded_by = operator()
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = operator()
    reversed_reason = models.CharField(max_length=500, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regency", "sp2d_number"],
                condition=Q(reversed_at=None) & ~Q(sp2d_number=""),
                name="payment_sp2d_once",
            ),
            models.UniqueConstraint(
                fields=["provider_reference"],
                condition=Q(reversed_at=None) & ~Q(provider_reference=""),
                name="payment_reference_once",
            ),
            models.CheckConstraint(
                condition=(Q(method="sp2d", provider_reference="", sp2d_date__isnull=False) & ~Q(sp2d_number=""))
                | (Q(method="provider", sp2d_number="", sp2d_date=None) & ~Q(provider_reference="")),
                name="payment_names_its_source",
            ),
            models.CheckConstraint(
                condition=Q(received__gte=0, gross__gt=0, gross__gte=F("received")), name="payment_of_something"
            ),
            models.CheckConstraint(
                condition=Q(reversed_at=None, reversed_reason="")
                | (Q(reversed_at__isnull=False) & ~Q(reversed_reason="")),
                name="payment_reversal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.sp2d_number or self.provider_reference


class TaxSlip(models.Model):
    """Tax that the treasurer withheld and paid to the state in our name."""

    class Kind(models.TextChoices):
        PPN = "ppn", _("PPN")
        PPH23 = "pph23", _("PPh 23")

    class Privacy:
        personal = ()
        specific = ()

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="slips")
    kind = models.CharField(_("Jenis pajak"), max_length=5, choices=Kind)
    number = models.CharField(_("Nomor bukti (NTPN atau bukti potong)"), max_length=60)
    amount = money(_("Dipungut"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "kind"], name="taxslip_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="taxslip_positive"),
            models.CheckConstraint(condition=~Q(number=""), name="taxslip_has_number"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
