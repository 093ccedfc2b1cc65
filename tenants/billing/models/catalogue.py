from datetime import date
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from tenants.billing.models.fields import money


class BudgetYear(models.Model):
    """The rules of one budget year (APBD): its calendar, its taxes, its proration.

    Every value is unverified for the year at hand and is data for that reason: the rules change each year.
    """

    class Proration(models.TextChoices):
        STARTED_MONTH = "started_month", _("Bulan yang sudah dimulai ikut dihitung")
        NEXT_MONTH = "next_month", _("Mulai bulan berikutnya")
        WHOLE_YEAR = "whole_year", _("Setahun penuh, kapan pun ditambahkan")

    class Privacy:
        personal = ()
        specific = ()

    year = models.PositiveSmallIntegerField(_("Tahun anggaran"), unique=True)
    quiet_until = models.DateField(
        _("Tenang sampai"), help_text=_("Sampai hari ini DPA biasanya belum terbit: tidak ada pengingat.")
    )
    last_payment_date = models.DateField(_("SPM terakhir"), help_text=_("Setelah hari ini bendahara tidak membayar."))
    days_until_due = models.PositiveSmallIntegerField(_("Jatuh tempo (hari)"), default=45)
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        verbose_name=_("Pengingat (hari setelah jatuh tempo)"),
        help_text=_("Dipisahkan koma, misalnya 7, 21, 45."),
    )
    grace_days = models.PositiveSmallIntegerField(_("Kelonggaran biasa (hari)"), default=30)
    ppn_percent = models.DecimalField(_("Tarif PPN (%)"), max_digits=5, decimal_places=2, default=Decimal("12"))
    dpp_numerator = models.PositiveSmallIntegerField(_("DPP nilai lain: pembilang"), default=11)
    dpp_denominator = models.PositiveSmallIntegerField(_("DPP nilai lain: penyebut"), default=12)
    pph23_percent = models.DecimalField(_("PPh 23 (%)"), max_digits=5, decimal_places=2, default=Decimal("2"))
    withheld_above = money(_("Pajak dipungut bendahara di atas (Rp)"), default=Decimal(2_000_000))
    proration = models.CharField(
        _("Modul yang ditambahkan"), max_length=20, choices=Proration, default=Proration.STARTED_MONTH
    )

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(days_until_due__gte=30, days_until_due__lte=60),
                name="budgetyear_due_30_to_60",
                violation_error_message=_("Jatuh tempo paling cepat 30 dan paling lambat 60 hari."),
            ),
            models.CheckConstraint(
                condition=Q(last_payment_date__gt=F("quiet_until")),
                name="budgetyear_pays_after",
                violation_error_message=_("SPM terakhir harus setelah masa tenang."),
            ),
            models.CheckConstraint(
                condition=Q(dpp_numerator__gte=1, dpp_denominator__gte=F("dpp_numerator")),
                name="budgetyear_dpp_fraction",
                violation_error_message=_("Pembilang DPP paling besar sama dengan penyebutnya."),
            ),
            models.CheckConstraint(
                condition=Q(ppn_percent__gte=0, ppn_percent__lt=100, pph23_percent__gte=0, pph23_percent__lt=100),
                name="budgetyear_percentages",
                violation_error_message=_("Tarif pajak antara 0 dan 100 persen."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def starts_on(self) -> date:
        return date(self.year, 1, 1)

    @property
    def ends_on(self) -> date:
        return date(self.year, 12, 31)


class PopulationClass(models.Model):
    """A class of regencies by number of inhabitants; `above` belongs to the class, `below` no longer."""

    class Privacy:
        personal = ()
        specific = ()

    key = models.SlugField(_("Kunci"), max_length=20, unique=True)
    name = models.CharField(_("Nama"), max_length=80)
    above = models.PositiveIntegerField(_("Penduduk mulai"))
    below = models.PositiveIntegerField(_("Penduduk di bawah"), null=True, blank=True)

    class Meta:
        ordering = ["above"]
        constraints = [
            models.CheckConstraint(
                condition=Q(below=None) | Q(below__gt=F("above")),
                name="populationclass_not_empty",
                violation_error_message=_("Batas atas harus lebih besar daripada batas bawah."),
            ),
            ExclusionConstraint(
                name="populationclass_apart",
                violation_error_message=_("Kelas ini bertumpang tindih dengan kelas lain. Ubah batasnya."),
                expressions=[(Func(F("above"), F("below"), function="int4range"), "&&")],
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanQuerySet(models.QuerySet["Plan"]):
    def valid_on(self, day: date) -> "PlanQuerySet":
        """What may be offered that day."""
        return self.filter(valid_from__lte=day, valid_to__gte=day)


class Plan(models.Model):
    """What is offered for a budget year, at which prices."""

    class Privacy:
        personal = ()
        specific = ()

    budget_year = models.ForeignKey(
        BudgetYear, on_delete=models.PROTECT, related_name="plans", verbose_name=_("Tahun anggaran")
    )
    key = models.SlugField(_("Kunci"), max_length=40)
    name = models.CharField(_("Nama"), max_length=80)
    description = models.CharField(_("Keterangan"), max_length=300, blank=True)
    valid_from = models.DateField(_("Ditawarkan mulai"))
    valid_to = models.DateField(_("Ditawarkan sampai"))

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-budget_year__year", "key"]
        constraints = [
            models.UniqueConstraint(fields=["budget_year", "key"], name="plan_once_a_year"),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="plan_validity",
                violation_error_message=_("Hari terakhir penawaran tidak boleh sebelum hari pertamanya."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.budget_year.year}"


class PlanItem(models.Model):
    """One line of a plan: the base that everybody takes, a group of modules, or a single one."""

    class Privacy:
        personal = ()
        specific = ()

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    key = models.SlugField(_("Kunci"), max_length=40)
    name = models.CharField(_("Nama"), max_length=120)
    modules = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("Modul dan layanan"))
    is_base = models.BooleanField(_("Selalu termasuk"), default=False)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="planitem_once")]

    def __str__(self) -> str:
        return self.name


class PlanPrice(models.Model):
    """What an item costs a regency of a class for a whole year, before tax."""

    class Privacy:
        personal = ()
        specific = ()

    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="prices")
    population_class = models.ForeignKey(PopulationClass, on_delete=models.PROTECT, related_name="+")
    yearly = money(_("Harga setahun"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "population_class"], name="planprice_once"),
            models.CheckConstraint(condition=Q(yearly__gte=0), name="planprice_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.population_class_id}: {self.yearly}"
