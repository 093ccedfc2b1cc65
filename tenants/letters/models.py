import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.files.models import Attachment
from tenants.people.fields import EncryptedField


class NumberSeries(models.Model):
    """Where a series of numbers stands in a year; `next` is the number that the next letter gets."""

    class Privacy:
        personal = ()
        specific = ()

    key = models.CharField(_("Seri"), max_length=100)
    unit_key = models.CharField(_("Unit"), max_length=40, blank=True)
    year = models.PositiveSmallIntegerField(_("Tahun"))
    next = models.PositiveIntegerField(_("Nomor berikutnya"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "unit_key", "year"], name="numberseries_once"),
            models.CheckConstraint(condition=Q(next__gte=1), name="numberseries_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.unit_key} {self.year}".replace("  ", " ")


class IssuedNumber(models.Model):
    """A number in the register, and what got it."""

    class Privacy:
        personal = ()
        specific = ()

    series = models.ForeignKey(NumberSeries, on_delete=models.PROTECT, related_name="issued")
    sequence = models.PositiveIntegerField()
    text = models.CharField(_("Nomor"), max_length=100)
    subject_type = models.CharField(max_length=100, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(_("Diberikan pada"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="issuednumber_sequence_once"),
            models.UniqueConstraint(fields=["text"], name="issuednumber_text_once"),
        ]

    def __str__(self) -> str:
        return self.text


class LetterQuerySet(models.QuerySet["Letter"]):
    def of(self, subject: models.Model) -> "LetterQuerySet":
        """The letters of one object, oldest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("pk")

    def waiting(self) -> "LetterQuerySet":
        """Asked for, not made yet."""
        return self.filter(state=Letter.State.QUEUED)


class Letter(models.Model):
    """A numbered document of the regency: what was asked for, then its PDF, then for ever how to check it.

    What it says about people is kept, encrypted, only until the PDF is made. Its code is the secret by which
    anyone who holds the letter can check it; the list of letters cannot be guessed from it.
    """

    class Privacy:
        personal = ("title", "data", "signed_by_name")
        specific = ()

    class State(models.TextChoices):
        QUEUED = "queued", _("Sedang dibuat")
        READY = "ready", _("Siap")
        FAILED = "failed", _("Gagal dibuat")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject_type = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=64)
    template = models.CharField(max_length=100)
    number = models.CharField(_("Nomor"), max_length=100, blank=True)
    title = models.CharField(_("Perihal"), max_length=200)
    letter_date = models.DateField(_("Tanggal surat"))
    signed_by_name = models.CharField(_("Penanda tangan"), max_length=160, blank=True)
    signed_by_position = models.CharField(_("Jabatan penanda tangan"), max_length=200, blank=True)
    is_public = models.BooleanField(_("Isinya boleh dibaca umum"), default=False)
    state = models.CharField(_("Keadaan"), max_length=10, choices=State, default=State.QUEUED)
    problem = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=12, unique=True)
    # Made before the regency went live: watermarked, and the check says for ever that it is worth nothing.
    is_trial = models.BooleanField(_("Uji coba"), default=False, editable=False)
    fingerprint = models.CharField(max_length=16)
    data = EncryptedField(null=True, blank=True, editable=False)
    attachment = models.OneToOneField(Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    requested_at = models.DateTimeField(_("Diminta pada"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("Dibuat pada"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("Dicabut pada"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_reason = models.CharField(_("Alasan pencabutan"), max_length=300, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="letter_by_subject"),
            models.Index(fields=["requested_at"], condition=~Q(state="ready"), name="letter_not_ready"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{12}$"), name="letter_code"),
            models.CheckConstraint(
                condition=Q(state="ready", data__isnull=True, attachment__isnull=False, made_at__isnull=False)
                & ~Q(sha256="")
                | ~Q(state="ready") & Q(data__isnull=False, attachment=None, sha256="", made_at=None),
                name="letter_ready_when_made",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_reason="") | Q(revoked_at__isnull=False) & ~Q(revoked_reason=""),
                name="letter_revoked_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.public_id)

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_valid(self) -> bool:
        """Made and not revoked."""
        return self.is_ready and self.revoked_at is None

    @property
    def code_text(self) -> str:
        """`K7Q4-M2XP-9TRD`, as printed."""
        return "-".join(self.code[start : start + 4] for start in (0, 4, 8))

    @property
    def fingerprint_text(self) -> str:
        """`7c1e 09ab 44f2 d0c3`, as printed."""
        return " ".join(self.fingerprint[start : start + 4] for start in range(0, 16, 4))
