from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from modules.santunan_kematian import workflow
from modules.santunan_kematian.rules import Terms
from tenants.organisation.calendar import current_calendar


def _user(by: Any) -> Any:
    """Who works in this schema; an operator of the centre has no account here."""
    return by if isinstance(by, models.Model) else None


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def on(self, day: date) -> "ProgrammeQuerySet":
        """The programme in force on a day: one or none."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Programme(models.Model):
    """What a regulation of the regency promises, from one day to another (SM-11).

    A claim keeps the programme that was in force on the day of death. A change of the rules is a new row that
    begins when the old one ends: two never overlap, and the database sees to it.
    """

    class Privacy:
        personal = ()
        specific = ()

    class Restore:
        name = _("Program santunan kematian")
        parts = ()

    class Template:
        key = "code"
        fields = (
            "name",
            "amount",
            "limit_days",
            "day_kind",
            "register_required",
            "survey_allowed",
            "max_desil",
            "village_letter_enough",
            "certificate_proof_required",
            "poverty_letter_required",
            "bank_account_required",
            "infants_accepted",
            "infant_months",
            "survey_threshold",
            "photo_required",
            "funding",
            "account_code",
        )

    class DayKind(models.TextChoices):
        CALENDAR = "calendar", _("Hari kalender")
        WORKING = "working", _("Hari kerja")

    class Funding(models.TextChoices):
        UNEXPECTED = "btt", _("Belanja tidak terduga")
        SOCIAL_AID = "bansos", _("Belanja bantuan sosial")

    code = models.SlugField(_("Kode"), max_length=40, unique=True)
    name = models.CharField(_("Nama program"), max_length=120)
    regulation = models.CharField(_("Dasar hukum"), max_length=160, blank=True)
    valid_from = models.DateField(_("Berlaku dari"))
    valid_to = models.DateField(_("Berlaku sampai"), null=True, blank=True)
    amount = models.DecimalField(_("Nilai per jiwa"), max_digits=18, decimal_places=2)
    limit_days = models.PositiveSmallIntegerField(_("Batas pengajuan"))
    day_kind = models.CharField(_("Jenis hari"), max_length=10, choices=DayKind, default=DayKind.CALENDAR)
    register_required = models.BooleanField(_("Hanya keluarga dalam data sosial"), default=True)
    survey_allowed = models.BooleanField(_("Di luar data sosial boleh dengan survei rumah"), default=True)
    max_desil = models.PositiveSmallIntegerField(_("Desil tertinggi"), null=True, blank=True)
    village_letter_enough = models.BooleanField(_("Surat kematian desa sudah cukup"), default=True)
    certificate_proof_required = models.BooleanField(_("Wajib bukti pengurusan akta kematian"), default=False)
    poverty_letter_required = models.BooleanField(_("Wajib surat keterangan tidak mampu"), default=False)
    bank_account_required = models.BooleanField(_("Wajib rekening ahli waris"), default=False)
    infants_accepted = models.BooleanField(_("Bayi tanpa NIK diterima"), default=True)
    infant_months = models.PositiveSmallIntegerField(_("Umur bayi, di bawah (bulan)"), default=12)
    survey_threshold = models.PositiveSmallIntegerField(_("Ambang skor survei rumah"), default=5)
    photo_required = models.BooleanField(_("Wajib foto penyerahan"), default=True)
    funding = models.CharField(_("Sumber dana"), max_length=10, choices=Funding, default=Funding.UNEXPECTED)
    account_code = models.CharField(_("Kode rekening"), max_length=30)
    place = models.CharField(_("Tempat surat ditetapkan"), max_length=60, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            ExclusionConstraint(
                name="programme_one_at_a_time",
                expressions=[
                    (
                        Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    )
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="programme_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="programme_amount"),
            models.CheckConstraint(condition=Q(limit_days__range=(1, 3660)), name="programme_limit"),
            models.CheckConstraint(condition=Q(day_kind__in=["calendar", "working"]), name="programme_day_kind"),
            models.CheckConstraint(condition=Q(funding__in=["btt", "bansos"]), name="programme_funding"),
            models.CheckConstraint(
                condition=Q(max_desil=None) | Q(max_desil__range=(1, 10)), name="programme_max_desil"
            ),
            models.CheckConstraint(condition=Q(survey_threshold__range=(1, 9)), name="programme_survey_threshold"),
            models.CheckConstraint(condition=Q(account_code__regex=r"^\d(\.\d+){2,5}$"), name="programme_account_code"),
        ]

    def __str__(self) -> str:
        return self.name

    def template_content(self) -> dict[str, Any] | None:
        """The rules, without what is a regency's own: regulation, days, place, money. Only of the newest version."""
        if Programme.objects.filter(valid_from__gt=self.valid_from).exists():
            return None
        content: dict[str, Any] = {"code": self.code}
        for name in self.Template.fields:
            value = getattr(self, name)
            content[name] = str(value) if isinstance(value, Decimal) else value
        return content

    @classmethod
    def apply_template(cls, content: dict[str, Any], *, by: Any, at: datetime) -> "Programme":
        """Take over the rules from the first of January, and the workflow where there is none.

        Raises ValidationError when claims follow other rules already, or another programme is in force.
        """
        workflow.publish_workflow(by=_user(by), at=at)
        told = {name: content[name] for name in cls.Template.fields if name in content}
        found = cls.objects.filter(code=content["code"]).first()
        if found is None:
            start = current_calendar().day_of(at).replace(month=1, day=1)
            found = cls(code=content["code"], valid_from=start, created_at=at, created_by=_user(by))
        elif found.is_in_use and found.template_content() != content:
            raise ValidationError(
                _("Program ini sudah dipakai pengajuan. Buat aturan baru pada halaman Program, mulai suatu hari.")
            )
        for name, value in told.items():
            field: Any = cls._meta.get_field(name)
            setattr(found, name, field.to_python(value))
        if cls.objects.exclude(pk=found.pk).filter(Q(valid_to=None) | Q(valid_to__gte=found.valid_from)).exists():
            raise ValidationError(_("Sudah ada program lain yang berlaku. Akhiri dahulu program itu."))
        found.full_clean(exclude=["created_by", "place", "regulation"], validate_constraints=False)
        found.save()
        return found

    @property
    def is_in_use(self) -> bool:
        """Whether claims follow its rules, which are then fixed. A rehearsal fixes nothing."""
        return self.claims.filter(is_rehearsal=False).exists()

    @property
    def terms(self) -> Terms:
        """Its rules as a value."""
        return Terms(**{field.name: getattr(self, field.name) for field in fields(Terms)})


class Budget(models.Model):
    """The ceiling of a year and what of it is set aside and paid.

    One row per year, whatever programme versions follow each other in it. Whoever approves locks the row; the
    check constraint refuses what would go past the ceiling even so (SM-08).
    """

    class Privacy:
        personal = ()
        specific = ()

    year = models.PositiveSmallIntegerField(_("Tahun anggaran"), unique=True)
    ceiling = models.DecimalField(_("Pagu"), max_digits=18, decimal_places=2)
    committed = models.DecimalField(_("Disisihkan"), max_digits=18, decimal_places=2, default=0)
    paid = models.DecimalField(_("Cair"), max_digits=18, decimal_places=2, default=0)
    basis = models.CharField(_("Dasar pagu"), max_length=160, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=Q(committed__lte=F("ceiling")), name="budget_committed_within_ceiling"),
            models.CheckConstraint(condition=Q(paid__lte=F("committed")), name="budget_paid_within_committed"),
            models.CheckConstraint(
                condition=Q(ceiling__gte=0, committed__gte=0, paid__gte=0), name="budget_not_negative"
            ),
            models.CheckConstraint(condition=Q(year__range=(2000, 2200)), name="budget_year"),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def remaining(self) -> Decimal:
        return self.ceiling - self.committed
