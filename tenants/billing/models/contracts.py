import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants.billing.models.catalogue import Plan, PopulationClass
from tenants.billing.models.fields import money, operator
from tenants.models import Regency


class BillingProfile(models.Model):
    """Whom the bills of a regency go to: an office, never a person."""

    class Privacy:
        personal = ()
        specific = ()
        office = ("email", "address", "npwp")

    regency = models.OneToOneField(Regency, on_delete=models.PROTECT, related_name="billing")
    population_class = models.ForeignKey(
        PopulationClass, on_delete=models.PROTECT, related_name="+", verbose_name=_("Kelas penduduk")
    )
    institution = models.CharField(_("Perangkat daerah"), max_length=120)
    email = models.EmailField(_("Surel dinas untuk tagihan"))
    address = models.CharField(_("Alamat kantor"), max_length=200, blank=True)
    npwp = models.CharField(_("NPWP instansi"), max_length=22, blank=True)
    grace_until = models.DateField(_("Kelonggaran sampai"), null=True, blank=True)
    provider_customer = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(npwp="") | Q(npwp__regex=r"^(\d{15}|\d{16}|\d{22})$"), name="profile_npwp"
            ),
            models.UniqueConstraint(
                fields=["provider_customer"], condition=~Q(provider_customer=""), name="profile_customer_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution}, {self.regency}"


class Quotation(models.Model):
    """An offer with its numbers. Once issued it is not changed, only accepted, withdrawn or left to lapse."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draf")
        ISSUED = "issued", _("Ditawarkan")
        ACCEPTED = "accepted", _("Disetujui")
        WITHDRAWN = "withdrawn", _("Ditarik")

    class Privacy:
        personal = ()
        specific = ()

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("Nomor"), max_length=60, blank=True)
    regency = models.ForeignKey(Regency, on_delete=models.PROTECT, related_name="quotations")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="quotations")
    population_class = models.ForeignKey(PopulationClass, on_delete=models.PROTECT, related_name="+")
    # Set when modules join a running contract.
    contract = models.ForeignKey("Contract", null=True, blank=True, on_delete=models.PROTECT, related_name="additions")
    modules = ArrayField(models.CharField(max_length=60), default=list, verbose_name=_("Modul dan layanan"))
    starts_on = models.DateField(_("Berlaku mulai"))
    ends_on = models.DateField(_("Berlaku sampai"))
    months = models.PositiveSmallIntegerField(_("Bulan"))
    valid_until = models.DateField(_("Penawaran berlaku sampai"))
    net = money(_("Harga"))
    dpp = money(_("DPP"))
    ppn = money(_("PPN"))
    total = money(_("Jumlah"))
    issuer = models.JSONField(default=dict)
    state = models.CharField(_("Keadaan"), max_length=10, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField()
    created_by = operator()
    issued_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = operator()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="quotation_number_once"),
            models.CheckConstraint(condition=Q(total=F("net") + F("ppn")), name="quotation_adds_up"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name="quotation_months"),
            models.CheckConstraint(condition=Q(state="draft") | ~Q(number=""), name="quotation_issued_has_number"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"


class QuotationLine(models.Model):
    """One item of a plan, with its price for the months that are offered."""

    class Privacy:
        personal = ()
        specific = ()

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("Uraian"), max_length=200)
    yearly = money(_("Harga setahun"))
    amount = money(_("Jumlah"))

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["quotation", "position"], name="quotationline_once")]

    def __str__(self) -> str:
        return self.text


class Contract(models.Model):
    """The regency's order (SPK, surat pesanan or contract) that a quotation became."""

    class Terms(models.TextChoices):
        ARREARS = "arrears", _("Setelah masa layanan berakhir")
        ACCEPTANCE = "acceptance", _("Setelah serah terima (BAST)")

    class Privacy:
        personal = ("treasurer_name", "treasurer_npwp")
        specific = ()

    regency = models.ForeignKey(Regency, on_delete=models.PROTECT, related_name="contracts")
    quotation = models.OneToOneField(Quotation, on_delete=models.PROTECT, related_name="became")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="contracts")
    number = models.CharField(_("Nomor kontrak/SPK"), max_length=80)
    signed_on = models.DateField(_("Tanggal kontrak/SPK"))
    year = models.PositiveSmallIntegerField(_("Tahun anggaran"))
    modules = ArrayField(models.CharField(max_length=60), default=list, verbose_name=_("Modul dan layanan"))
    starts_on = models.DateField(_("Berlaku mulai"))
    ends_on = models.DateField(_("Berlaku sampai"))
    terms = models.CharField(_("Cara bayar"), max_length=12, choices=Terms, default=Terms.ACCEPTANCE)
    instalments = models.PositiveSmallIntegerField(_("Ditagih dalam (kali)"), default=1)
    account_code = models.CharField(_("Kode rekening belanja"), max_length=40, blank=True)
    treasurer_name = models.CharField(_("Nama bendahara"), max_length=120)
    treasurer_npwp = models.CharField(_("NPWP bendahara"), max_length=22)
    bast_number = models.CharField(_("Nomor BAST"), max_length=80, blank=True)
    bast_date = models.DateField(_("Tanggal BAST"), null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = operator()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["regency", "number"], name="contract_number_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="contract_period"),
            models.CheckConstraint(
                condition=Q(instalments__gte=1, instalments__lte=12),
                name="contract_instalments",
                violation_error_message=_("Ditagih paling banyak dalam 12 kali."),
            ),
            models.CheckConstraint(
                condition=Q(bast_number="", bast_date=None) | (~Q(bast_number="") & Q(bast_date__isnull=False)),
                name="contract_bast_whole",
            ),
            models.CheckConstraint(
                condition=Q(treasurer_npwp__regex=r"^(\d{15}|\d{16}|\d{22})$"), name="contract_treasurer_npwp"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Addendum(models.Model):
    """Modules that joined a running contract, at the price that was shown and agreed before."""

    class Privacy:
        personal = ()
        specific = ()

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="addenda")
    quotation = models.OneToOneField(Quotation, on_delete=models.PROTECT, related_name="addendum")
    number = models.CharField(_("Nomor adendum"), max_length=80)
    signed_on = models.DateField(_("Tanggal adendum"))
    bast_number = models.CharField(_("Nomor BAST"), max_length=80, blank=True)
    bast_date = models.DateField(_("Tanggal BAST"), null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = operator()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="addendum_number_once"),
            models.CheckConstraint(
                condition=Q(bast_number="", bast_date=None) | (~Q(bast_number="") & Q(bast_date__isnull=False)),
                name="addendum_bast_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.number
