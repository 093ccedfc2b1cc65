from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Announcement(models.Model):
    """What the central team tells regencies for a while. An empty list of places, modules or plans means all."""

    class Tone(models.TextChoices):
        INFO = "info", _("Pemberitahuan")
        WARN = "warn", _("Penting")
        BAD = "bad", _("Gangguan")

    class Privacy:
        personal = ("made_by", "withdrawn_by")
        specific = ()

    text = models.CharField(_("Isi"), max_length=400)
    text_en = models.CharField(_("Isi dalam bahasa Inggris"), max_length=400, blank=True)
    tone = models.CharField(_("Sifat"), max_length=4, choices=Tone, default=Tone.INFO)
    begins_at = models.DateTimeField(_("Mulai"))
    ends_at = models.DateTimeField(_("Sampai"))
    on_portal = models.BooleanField(_("Tampilkan juga kepada warga"), default=False)
    provinces = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("Provinsi"))
    codes = ArrayField(models.CharField(max_length=5), default=list, blank=True, verbose_name=_("Kabupaten"))
    modules = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("Modul"))
    plans = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("Paket langganan"))
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="announcement_ends_after_begin"),
            models.CheckConstraint(condition=~Q(text=""), name="announcement_says_something"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def last_moment(self) -> datetime:
        """Still shown then: what ends at midnight is shown on the day before."""
        return self.ends_at - timedelta(seconds=1)

    @property
    def key(self) -> str:
        """By which the audit names it."""
        return f"{self.pk}"
