from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tenants.letters.numbering import PatternInvalid, check_pattern


class NumberPattern(models.Model):
    """How the regency writes the numbers of one kind of paper (tata naskah dinas), where it differs from the usual."""

    class Privacy:
        personal = ()
        specific = ()

    class Restore:
        name = _("Pola nomor santunan kematian")
        parts = ()

    class Template:
        key = "kind"
        fields = ("pattern", "classification")

    class Kind(models.TextChoices):
        DECREE = "decree", _("Surat keputusan")
        LIST = "list", _("Daftar bayar")
        RECEIPT = "receipt", _("Kuitansi")
        HANDOVER = "handover", _("Berita acara serah terima")

    USUAL = {
        Kind.DECREE: ("{klasifikasi}/{nomor:03}/SANTUNAN/{tahun}", "400.9"),
        Kind.LIST: ("DB/{nomor:03}/SANTUNAN/{tahun}", ""),
        Kind.RECEIPT: ("KW/{nomor:05}/SANTUNAN/{tahun}", ""),
        Kind.HANDOVER: ("BA/{nomor:05}/SANTUNAN/{tahun}", ""),
    }
    """Pattern and classification (400.9 is bantuan sosial in Permendagri 83/2022) until a regency sets its own."""

    kind = models.CharField(_("Jenis"), max_length=10, choices=Kind, unique=True)
    pattern = models.CharField(_("Pola nomor"), max_length=80)
    classification = models.CharField(_("Kode klasifikasi"), max_length=20, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["decree", "list", "receipt", "handover"]), name="numberpattern_kind"
            ),
            models.CheckConstraint(
                condition=Q(pattern__contains="{nomor", pattern__regex=r"\{tahun\}"), name="numberpattern_tells_apart"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def clean(self) -> None:
        """A package is checked as a person's own pattern is."""
        refuse_pattern(self.pattern)


def refuse_pattern(pattern: str) -> None:
    """Raise ValidationError, with a sentence, for a pattern that cannot number the papers of one office."""
    try:
        check_pattern(pattern)
    except PatternInvalid as problem:
        raise ValidationError(str(problem)) from problem
    if "{unit" in pattern:
        raise ValidationError(
            _now("Satu kantor yang menerbitkannya: tulis kode unit sebagai teks biasa, bukan {unit}.")
        )
