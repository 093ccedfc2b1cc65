"""Questionnaires, what citizens answered, and the reports that were made of it."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as Invalid

from modules.skm.rules import Outcome, Questions, outcome
from tenants.organisation.models import Unit


def check_questions(content: Any) -> None:
    """Raise ValidationError, naming what is wrong, unless this is a whole questionnaire."""
    try:
        Questions.model_validate(content)
    except Invalid as problem:
        places = sorted({".".join(map(str, error["loc"])) or "isi" for error in problem.errors()})
        raise ValidationError(_("Kuesioner ini tidak utuh. Perbaiki: %s.") % ", ".join(places)) from problem


class Questionnaire(models.Model):
    """One edition of the questions. What has been answered never changes (trigger); a change is a new edition."""

    class Privacy:
        personal = ()
        specific = ()

    class Restore:
        name = _("Kuesioner survei kepuasan")
        parts = ()

    class Template:
        key = "edition"
        fields = ("title", "content", "valid_from")

    edition = models.SlugField(_("Edisi"), max_length=40, unique=True)
    title = models.CharField(_("Judul"), max_length=120)
    content = models.JSONField(_("Isi"), validators=[check_questions])
    valid_from = models.DateField(_("Berlaku sejak"))

    class Meta:
        verbose_name = _("kuesioner")
        ordering = ["-valid_from", "-pk"]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def questions(self) -> Questions:
        return Questions.model_validate(self.content)


class Response(models.Model):
    """What one person answered about one finished case, without their name: the ticket shows only that it was used."""

    class Privacy:
        personal = ("suggestion",)
        specific = ()

    class Restore:
        name = _("Jawaban survei kepuasan")
        parts = ()

    class Sex(models.TextChoices):
        MALE = "L", _("Laki-laki")
        FEMALE = "P", _("Perempuan")

    class Education(models.TextChoices):
        PRIMARY = "sd", _("SD atau sederajat")
        JUNIOR = "smp", _("SMP atau sederajat")
        SENIOR = "sma", _("SMA atau sederajat")
        DIPLOMA = "d", _("D1 sampai D3")
        BACHELOR = "s1", _("S1 atau D4")
        MASTER = "s2", _("S2 ke atas")

    class Age(models.TextChoices):
        YOUNG = "17-25", _("17-25 tahun")
        ADULT = "26-40", _("26-40 tahun")
        MIDDLE = "41-60", _("41-60 tahun")
        OLD = "61+", _("61 tahun ke atas")

    ticket = models.CharField(max_length=64, unique=True, editable=False)
    """A keyed hash of the case: one answer for each, and no way back to it."""
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="responses")
    service = models.SlugField(max_length=60)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField()
    points = ArrayField(models.PositiveSmallIntegerField())
    suggestion = models.TextField(_("Saran"), blank=True)
    age = models.CharField(_("Umur"), max_length=5, choices=Age, blank=True)
    sex = models.CharField(_("Jenis kelamin"), max_length=1, choices=Sex, blank=True)
    education = models.CharField(_("Pendidikan terakhir"), max_length=3, choices=Education, blank=True)
    occupation = models.CharField(_("Pekerjaan"), max_length=60, blank=True)
    is_rehearsal = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(points__contained_by=[1, 2, 3, 4]) & Q(points__len__gt=0), name="skm_points_one_to_four"
            ),
        ]
        indexes = [models.Index(fields=["answered_on", "service"], name="skm_response_by_day")]

    def __str__(self) -> str:
        return f"{self.service} {self.answered_on:%Y-%m-%d}"


class Report(models.Model):
    """The results of a span of days: computed, validated by the organisation office, published with what follows."""

    class Privacy:
        personal = ()
        specific = ()

    class Restore:
        name = _("Laporan survei kepuasan")
        parts = ()

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="reports")
    first = models.DateField(_("Dari"))
    last = models.DateField(_("Sampai"))
    content = models.JSONField()
    """`total` and `services`: counts and sums of points; see `rules.Outcome`."""
    follow_up = models.TextField(_("Rencana tindak lanjut"), blank=True)
    computed_at = models.DateTimeField()
    computed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    validated_at = models.DateTimeField(null=True, blank=True)
    validated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    is_rehearsal = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["-last", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="skm_report_span"),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(validated_at__isnull=False), name="skm_published_is_validated"
            ),
            models.CheckConstraint(
                condition=Q(validated_at=None) | ~Q(follow_up=""), name="skm_validated_says_what_follows"
            ),
            models.CheckConstraint(
                condition=Q(validated_by=None) | ~Q(validated_by=F("computed_by")), name="skm_report_four_eyes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m-%d} – {self.last:%Y-%m-%d}"

    @cached_property
    def total(self) -> Outcome:
        return self._outcome(self.content["total"])

    @cached_property
    def services(self) -> list[tuple[str, Outcome]]:
        """Name and outcome of each service, the worst first."""
        found = [(row["name"], self._outcome(row)) for row in self.content["services"]]
        return sorted(found, key=lambda item: (item[1].index or 0, item[0]))

    def _outcome(self, stored: dict[str, Any]) -> Outcome:
        return outcome(self.questionnaire.questions, stored["count"], stored["sums"])
