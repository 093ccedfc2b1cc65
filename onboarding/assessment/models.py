"""Assessments, who fills them in, what they answered, and the editions of the instruments."""

import hashlib
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onboarding.assessment.schema import Instrument as Content
from onboarding.assessment.schema import read
from tenants import regions
from tenants.files.models import StoredFile
from tenants.people.formats import ZONES


class Instrument(models.Model):
    """An edition of an instrument. Once published it never changes (migration 0002), so scores stay comparable."""

    class Privacy:
        personal = ("uploaded_by", "published_by")
        specific = ()

    code = models.CharField(_("Kode"), max_length=40)
    edition = models.CharField(_("Edisi"), max_length=8)
    name = models.CharField(_("Nama"), max_length=200)
    content = models.JSONField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=200, blank=True)  # empty: shipped with the product
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "edition"], name="instrument_edition_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.edition}"

    @cached_property
    def read(self) -> Content:
        """The content, typed. What is stored was read before, so this raises nothing."""
        return read(self.content)

    @property
    def short_name(self) -> str:
        return str(self.content["short_name"])


class Assessment(models.Model):
    """A regency looks at itself: one team, one set of units, one or more instruments."""

    class State(models.TextChoices):
        FILLING = "filling", _("Sedang diisi")
        SUBMITTED = "submitted", _("Menunggu verifikasi")
        VERIFIED = "verified", _("Terverifikasi")

    class Privacy:
        personal = ("contact_email", "contact_name", "submitted_by", "verified_by", "returned_note")
        specific = ()

    code = models.CharField(_("Kode"), max_length=12, unique=True)
    regency_code = models.CharField(_("Kabupaten/kota"), max_length=5)
    partner_code = models.CharField(_("Daerah asal aplikasi"), max_length=5, blank=True)
    contact_email = models.EmailField(_("Surel penanggung jawab"), blank=True)
    contact_name = models.CharField(_("Nama penanggung jawab"), max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.FILLING)
    created_at = models.DateTimeField()
    active_at = models.DateTimeField(_("Terakhir diisi"))
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.CharField(max_length=120, blank=True)
    returned_note = models.TextField(blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.CharField(max_length=200, blank=True)
    shared_at = models.DateTimeField(null=True, blank=True)
    """Since when other regencies may be compared with the scores of its sections."""
    anonymised_at = models.DateTimeField(null=True, blank=True)
    instruments = models.ManyToManyField(Instrument, through="Sheet", related_name="assessments")

    class Meta:
        indexes = [
            models.Index(fields=["regency_code", "-id"], name="assessment_by_regency"),
            models.Index(fields=["state", "-id"], name="assessment_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_at__isnull=False), name="assessment_verified_when"
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True) | Q(contact_email="", contact_name=""),
                name="assessment_anonymous_without_contact",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @cached_property
    def regency(self) -> regions.RegencyInfo:
        return regions.regency(self.regency_code)

    @cached_property
    def partner(self) -> regions.RegencyInfo | None:
        return regions.regency(self.partner_code) if self.partner_code else None

    @property
    def is_filling(self) -> bool:
        return self.state == self.State.FILLING and self.anonymised_at is None

    @property
    def short_zone(self) -> str:
        """`WIB`, `WITA` or `WIT`."""
        return ZONES[self.regency.time_zone]

    def on_its_clock(self) -> AbstractContextManager[None]:
        """Within it, times are told as the regency's clocks show them (WIB, WITA or WIT)."""
        return timezone.override(self.regency.time_zone)


class Sheet(models.Model):
    """An instrument in an assessment."""

    class Privacy:
        personal = ()
        specific = ()

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="sheets")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["assessment", "instrument"], name="sheet_once")]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.instrument_id}"


class Unit(models.Model):
    """Who answers for itself: the regency, an office, a district, a village."""

    class Kind(models.TextChoices):
        KABUPATEN = "kabupaten", _("Kabupaten/kota")
        OPD = "opd", _("Perangkat daerah")
        KECAMATAN = "kecamatan", _("Kecamatan")
        DESA = "desa", _("Desa/kelurahan")

    class Privacy:
        personal = ()
        specific = ()

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="units")
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=13)
    name = models.CharField(max_length=150)
    parent = models.CharField(max_length=13, blank=True)  # of a village: the code of its district

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "kind", "code"], name="unit_once"),
            models.UniqueConstraint(
                fields=["assessment", "name"], condition=Q(kind="opd"), name="unit_office_name_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"

    @property
    def title(self) -> str:
        """The name with its kind where the name alone does not say it."""
        return f"Kecamatan {self.name}" if self.kind == self.Kind.KECAMATAN else self.name


class LinkQuerySet(models.QuerySet["Link"]):
    def of(self, token: str) -> "LinkQuerySet":
        return self.filter(token_hash=Link.hash(token))

    def open(self, at: datetime) -> "LinkQuerySet":
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)


class Link(models.Model):
    """An address that opens an assessment, or a part of it, to whoever has it. The token itself is not kept."""

    class Privacy:
        personal = ("label", "email", "token_hash")
        specific = ()

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    is_lead = models.BooleanField(default=False)  # opens everything: invitations, decisions, results
    sheet = models.ForeignKey(Sheet, null=True, blank=True, on_delete=models.CASCADE)
    section = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.CASCADE)
    label = models.CharField(_("Untuk siapa"), max_length=120)
    email = models.EmailField(_("Surel"), blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["email"], name="link_by_email")]
        constraints = [
            models.CheckConstraint(condition=Q(token_hash__regex=r"^[0-9a-f]{64}$"), name="link_token_hash"),
            models.CheckConstraint(
                condition=Q(is_lead=False) | Q(sheet=None, section="", unit=None), name="link_lead_opens_all"
            ),
            models.CheckConstraint(condition=Q(section="") | Q(sheet__isnull=False), name="link_section_of_sheet"),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"

    @staticmethod
    def hash(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def opens_all(self) -> bool:
        """Whether nothing of the assessment is closed to it: its holder may also read the results."""
        return not (self.sheet_id or self.section or self.unit_id)

    def opens(self, sheet: Sheet, section: str, unit: Unit) -> bool:
        """Whether the holder may answer this section for this unit. A district's link opens its villages too."""
        if sheet.assessment_id != self.assessment_id or unit.assessment_id != self.assessment_id:
            return False
        if self.sheet_id and self.sheet_id != sheet.pk:
            return False
        if self.section and self.section != section:
            return False
        return self.unit_id in (None, unit.pk) or self._is_parent_of(unit)

    def _is_parent_of(self, unit: Unit) -> bool:
        return bool(unit.parent) and self.unit is not None and self.unit.code == unit.parent


class Answer(models.Model):
    """What one unit answered to one question; `version` grows with every change (an optimistic lock)."""

    class Verdict(models.TextChoices):
        NONE = "", _("Belum diperiksa")
        VERIFIED = "verified", _("Terverifikasi")
        REFUSED = "refused", _("Bukti belum cukup")

    class Privacy:
        personal = ("answered_by", "note", "verified_by", "verdict_note")
        specific = ()

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="answers")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=40)
    value = models.JSONField(default=dict)  # shapes: rules/values.py; {} is no answer
    is_measured = models.BooleanField(default=False)
    # The tries of rules/measuring.py, the browser, and `at`; empty when the figure was typed.
    measurement = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    note = models.CharField(_("Catatan"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    answered_at = models.DateTimeField()
    answered_by = models.CharField(max_length=120, blank=True)
    link = models.ForeignKey(Link, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.NONE, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.CharField(max_length=200, blank=True)
    verdict_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "unit", "question"], name="answer_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="answer_version_counts"),
            models.CheckConstraint(condition=Q(verdict="") | Q(verified_at__isnull=False), name="answer_verdict_when"),
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.unit_id}"

    @property
    def is_verified(self) -> bool:
        return self.verdict == self.Verdict.VERIFIED


class Evidence(StoredFile):
    """A checked file that shows an answer. It belongs to one assessment; only its holders and operators see it."""

    class Privacy:
        personal = ("original_name", "file", "uploaded_by")
        specific = ()

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="evidence")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="evidence")
    question = models.CharField(max_length=40)
    file = models.FileField(max_length=120, unique=True)
    uploaded_by = models.CharField(max_length=120, blank=True)  # type: ignore[assignment]  # whose link it was

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["sheet", "unit", "question"], name="evidence_by_answer")]
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="evidence_not_empty")]

    def __str__(self) -> str:
        return str(self.public_id)


class Decision(models.Model):
    """What the people decided about a module, beside what the system suggests; and whether their process differs."""

    class Difference(models.TextChoices):
        UNKNOWN = "", _("Belum dipetakan")
        NONE = "none", _("Tidak ada perbedaan")
        SOME = "some", _("Ada perbedaan")

    class Choice(models.TextChoices):
        OPEN = "", _("Ikuti saran")
        ADOPT = "adopsi", _("Adopsi")
        ADAPT = "adaptasi", _("Adaptasi")
        POSTPONE = "tunda", _("Tunda")
        NATIONAL = "nasional", _("Pakai aplikasi nasional")
        IRRELEVANT = "tidak", _("Tidak relevan")

    class Privacy:
        personal = ("decided_by",)
        specific = ()

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="decisions")
    module = models.CharField(max_length=40)
    difference = models.CharField(max_length=4, choices=Difference, default=Difference.UNKNOWN, blank=True)
    decision = models.CharField(max_length=10, choices=Choice, default=Choice.OPEN, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "module"], name="decision_once"),
            models.CheckConstraint(condition=Q(decision="") | ~Q(reason=""), name="decision_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.module}"


class ExchangeItem(models.Model):
    """Something that the two regencies give, receive or build together, written by people beside what is computed."""

    class Direction(models.TextChoices):
        GIVEN = "diberikan", _("Diberikan")
        RECEIVED = "diterima", _("Diterima")
        TOGETHER = "dikembangkan bersama", _("Dikembangkan bersama")

    class Privacy:
        personal = ("contacts", "created_by")
        specific = ()

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="exchange")
    subject = models.CharField(_("Modul atau pengalaman"), max_length=200)
    direction = models.CharField(_("Arah"), max_length=20, choices=Direction)
    form = models.CharField(_("Bentuk"), max_length=200)
    expected = models.CharField(_("Hasil yang diharapkan"), max_length=300, blank=True)
    contacts = models.CharField(_("Penanggung jawab kedua pihak"), max_length=200, blank=True)
    due_date = models.DateField(_("Target tanggal"), null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.subject
