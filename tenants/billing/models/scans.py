from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.billing.models.contracts import Contract
from tenants.billing.models.fields import operator
from tenants.billing.models.invoices import Invoice
from tenants.files.models import StoredFile


class Scan(StoredFile):
    """A signed paper of a contract, or of one of its bills, that the treasurer's LS file asks for; the last counts."""

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("Kontrak/SPK")
        HANDOVER = "handover", _("Berita acara serah terima (BAST)")
        BANK = "bank", _("Referensi bank")
        ADDENDUM = "addendum", _("Adendum")
        COMPLETION = "completion", _("Berita acara penyelesaian pekerjaan")
        PAYMENT_MINUTES = "payment-minutes", _("Berita acara pembayaran")
        RECEIPT = "receipt", _("Kuitansi")
        TAX_INVOICE = "tax-invoice", _("Faktur pajak")

    class Privacy:
        personal = ("original_name", "file")
        specific = ()

    OF_CONTRACT = (Kind.CONTRACT, Kind.HANDOVER, Kind.BANK)
    """The others belong to one bill."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="scans")
    invoice = models.ForeignKey(Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="scans")
    kind = models.CharField(_("Berkas"), max_length=20, choices=Kind)
    from_regency = models.BooleanField(default=False)  # who of the regency, its own audit says
    uploaded_by = operator()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="scan_not_empty"),
            models.CheckConstraint(
                condition=Q(kind__in=["contract", "handover", "bank"], invoice=None)
                | (~Q(kind__in=["contract", "handover", "bank"]) & Q(invoice__isnull=False)),
                name="scan_of_contract_or_bill",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
