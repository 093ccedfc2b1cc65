from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants.people.fields import EncryptedField, KeyedHashField


class RegisterImport(models.Model):
    """A file with a part of the register of the poor: first staged and checked row by row, then applied."""

    class Privacy:
        personal = ()
        specific = ()

    class State(models.TextChoices):
        READING = "reading", _("Sedang dibaca")
        STAGED = "staged", _("Diperiksa, belum diterapkan")
        APPLYING = "applying", _("Sedang diterapkan")
        FAILED = "failed", _("Gagal dibaca")
        APPLIED = "applied", _("Diterapkan")
        DISCARDED = "discarded", _("Dibuang")

    file_name = models.CharField(_("Berkas"), max_length=120)
    path = models.CharField(max_length=120, blank=True, db_default="")
    """Where the file lies while it is read."""
    sha256 = models.CharField(max_length=64)
    source = models.CharField(_("Sumber"), max_length=60)
    valid_from = models.DateField(_("Berlaku dari"))
    valid_to = models.DateField(_("Berlaku sampai"), null=True, blank=True)
    state = models.CharField(_("Keadaan"), max_length=10, choices=State, default=State.STAGED)
    good = models.PositiveIntegerField(_("Baris baik"), default=0)
    bad = models.PositiveIntegerField(_("Baris salah"), default=0)
    staged_at = models.DateTimeField()
    staged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    total = models.PositiveIntegerField(default=0, db_default=0)
    """About how many rows there are to go through; 0 while nobody knows."""
    done = models.PositiveIntegerField(default=0, db_default=0)
    last_line = models.PositiveIntegerField(default=1, db_default=1)
    moved_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(_("Masalah"), max_length=300, blank=True, db_default="")
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-staged_at"]
        indexes = [
            models.Index(
                fields=["moved_at"], condition=Q(state__in=["reading", "applying"]), name="registerimport_at_work"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reading", "staged", "applying", "applied", "discarded", "failed"]),
                name="registerimport_state",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="registerimport_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(state="applied"), name="registerimport_file_applied_once"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def at_work(self) -> bool:
        """A worker has it, or will."""
        return self.state in {self.State.READING, self.State.APPLYING}

    @property
    def percent(self) -> int:
        """How far the reading or applying is; never all of it before its end."""
        return min(99, self.done * 100 // self.total) if self.total else 0


class RegisterRow(models.Model):
    """One line of a file, as it was read (sealed: it names people), with what is wrong with it."""

    class Privacy:
        personal = ("content", "person")
        specific = ()

    batch = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("Baris"))
    content = EncryptedField()
    person = models.CharField(max_length=64, blank=True, db_default="")
    """The keyed hash of its NIK, by which a second line of the same person is seen."""
    errors = models.JSONField(default=list)

    class Meta:
        ordering = ["batch_id", "line"]
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="registerrow_line_once")]
        indexes = [models.Index(fields=["batch", "person"], name="registerrow_by_person")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line}"


class RegisterEntryQuerySet(models.QuerySet["RegisterEntry"]):
    def on(self, day: date) -> "RegisterEntryQuerySet":
        """Valid on a day, also when ended since."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)

    def current(self) -> "RegisterEntryQuerySet":
        return self.filter(ended_at=None)


class RegisterEntry(models.Model):
    """A person of a poor household, after DTSEN (Inpres 4/2025) or the regency's own data."""

    class Privacy:
        personal = ("nik", "nik_hash", "kk", "kk_hash", "name", "village")
        specific = ("desil",)

    class Ended(models.TextChoices):
        DEATH = "death", _("Meninggal")
        REPLACED = "replaced", _("Diganti data baru")
        CORRECTED = "corrected", _("Dikoreksi")

    nik = EncryptedField(_("NIK"), kind="nik")
    nik_hash = KeyedHashField(source="nik")
    kk = EncryptedField(_("Nomor KK"), kind="kk")
    kk_hash = KeyedHashField(source="kk")
    name = models.CharField(_("Nama"), max_length=120)
    village = models.ForeignKey(
        "organisation.Village", on_delete=models.PROTECT, related_name="+", verbose_name=_("Desa/kelurahan")
    )
    desil = models.PositiveSmallIntegerField(_("Desil"), null=True, blank=True)
    source = models.CharField(_("Sumber"), max_length=60)
    valid_from = models.DateField(_("Berlaku dari"))
    valid_to = models.DateField(_("Berlaku sampai"), null=True, blank=True)
    batch = models.ForeignKey(RegisterImport, null=True, blank=True, on_delete=models.PROTECT, related_name="entries")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(_("Sebab berakhir"), max_length=12, choices=Ended, blank=True)

    objects = RegisterEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["nik_hash", "valid_from"], name="registerentry_by_nik"),
            models.Index(fields=["kk_hash", "valid_from"], name="registerentry_by_kk"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["nik_hash"], condition=Q(ended_at=None), name="registerentry_one_current_per_nik"
            ),
            models.CheckConstraint(condition=Q(desil=None) | Q(desil__range=(1, 10)), name="registerentry_desil"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="registerentry_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_reason="")
                | Q(ended_at__isnull=False, ended_reason__in=["death", "replaced", "corrected"]),
                name="registerentry_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.pk}"
