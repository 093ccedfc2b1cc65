"""Services, the versions of their definitions, and the cases that run on them."""

import json
import uuid
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from modules.services.definition import Definition, DefinitionInvalid, State, remember
from tenants.current import current_regency
from tenants.files.models import Attachment
from tenants.organisation.models import Unit, Village
from tenants.people.fields import EncryptedField, KeyedHashField


class Service(models.Model):
    """A service of the regency. What it is stands in its current definition."""

    class Privacy:
        personal = ()
        specific = ()

    class Template:
        key = "key"
        fields = ()

    class Restore:
        name = _("Layanan")
        parts = ("versions",)

    key = models.SlugField(_("Kunci"), max_length=60, unique=True)
    name = models.CharField(_("Nama"), max_length=120)
    current = models.ForeignKey("DefinitionVersion", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Kantor pengelola")
    )
    # The running number of its cases; the row is locked while one is drawn.
    numbered_year = models.PositiveSmallIntegerField(default=0)
    numbered = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @property
    def definition(self) -> Definition:
        assert self.current is not None
        return self.current.definition

    def template_content(self) -> dict[str, Any]:
        """What another regency clones: the current definition."""
        return {"definition": self.current.content if self.current else None}

    @classmethod
    def apply_template(cls, content: dict[str, Any], *, by: Any, at: Any) -> "Service":
        """Publish the definition here, unless it is the current one already. Raises ValidationError."""
        from modules.services import actions

        try:
            return actions.publish(definition=content["definition"], by=by, at=at).service
        except DefinitionInvalid as refusal:  # a release older than a rule of the engine
            raise ValidationError(refusal.errors) from refusal


class DefinitionVersion(models.Model):
    """One published definition. Its content never changes (trigger in migration 0002); a change is a new version."""

    class Privacy:
        personal = ()
        specific = ()

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    # Roles by the reach that the workflow gives them, so that a list of cases can be asked for in SQL.
    village_roles = ArrayField(models.CharField(max_length=60), default=list)
    unit_roles = ArrayField(models.CharField(max_length=60), default=list)
    regency_roles = ArrayField(models.CharField(max_length=60), default=list)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "number"], name="definition_number_once")]

    def __str__(self) -> str:
        return f"{self.service_id} v{self.number}"

    @cached_property
    def definition(self) -> Definition:
        return remember(self.sha256, self.content)


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(closed_at=None)

    def counted(self) -> "CaseQuerySet":
        """Those of the regency's present life: rehearsals while it is in trial, real cases from then on."""
        return self.filter(is_rehearsal=current_regency().is_trial)


class Case(models.Model):
    """One application, from filing to its end, on the version of the definition that it started with."""

    class Privacy:
        personal = ("applicant_name", "phone", "email", "nik", "nik_hash", "sealed_answers", "title")
        specific = ()

    class Restore:
        name = _("Permohonan")
        parts = ("events", "documents")

    class Outcome(models.TextChoices):
        OPEN = "", _("Berjalan")
        DONE = "done", _("Selesai")
        REFUSED = "refused", _("Ditolak")
        WITHDRAWN = "withdrawn", _("Dibatalkan")

    number = models.CharField(_("Nomor"), max_length=40, unique=True)
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    """Given by who files: sent twice, it is the same case."""
    secret_hash = models.CharField(max_length=64, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="cases")
    version = models.ForeignKey(DefinitionVersion, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(_("Tahap"), max_length=60)
    turn_role = models.CharField(max_length=60, blank=True)
    turn_scope = models.CharField(max_length=10, blank=True)
    village = models.ForeignKey(Village, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    applicant_name = models.CharField(_("Pemohon"), max_length=120)
    phone = EncryptedField(null=True, blank=True)
    email = EncryptedField(null=True, blank=True)
    nik = EncryptedField(_("NIK"), kind="nik", null=True, blank=True)
    nik_hash = KeyedHashField(source="nik")
    sealed_answers = EncryptedField()
    title = models.CharField(_("Keterangan"), max_length=200, blank=True)
    amount = models.DecimalField(_("Nilai"), max_digits=18, decimal_places=2, null=True, blank=True)
    filed_at = models.DateTimeField(_("Diajukan"))
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField(_("Batas waktu"), null=True, blank=True)
    promised_date = models.DateField(_("Dijanjikan"), null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default=Outcome.OPEN)
    # Filed while the regency was in trial. Never among real cases: not in lists, counts, registers or exports.
    is_rehearsal = models.BooleanField(_("Latihan"), default=False, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="case_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("filed_at")), name="case_closed_after_filed"
            ),
            models.CheckConstraint(condition=Q(closed_at=None) | Q(turn_role=""), name="case_closed_is_nobodys_turn"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="case_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["turn_role", "due_at", "id"], condition=Q(closed_at=None), name="case_inbox"),
            models.Index(fields=["due_at", "id"], condition=Q(closed_at=None), name="case_open"),
            models.Index(fields=["service", "-id"], name="case_by_service"),
            models.Index(fields=["nik_hash"], name="case_by_nik"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def definition(self) -> Definition:
        return self.version.definition

    @property
    def current_state(self) -> State:
        return self.definition.state(self.state)

    @property
    def answers(self) -> dict[str, Any]:
        """What was filled in, by field key."""
        return json.loads(str(self.sealed_answers or "{}"))

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class CaseEvent(models.Model):
    """One step of a case: who, when, from where to where, and why."""

    class Privacy:
        personal = ("reason",)
        specific = ()

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    transition = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=120)
    from_state = models.CharField(max_length=60, blank=True)
    to_state = models.CharField(max_length=60)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "-id"], name="event_by_case")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.label}"


class CaseDocument(models.Model):
    """A document that the definition asks for, as it was handed in."""

    class Privacy:
        personal = ()
        specific = ()

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    key = models.CharField(max_length=60)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "attachment"], name="casedocument_once")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.key}"


class VersionMove(models.Model):
    """Open cases of older versions on their way to a newer one: asked by somebody, done by the worker in portions."""

    class Privacy:
        personal = ()
        specific = ()

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="moves")
    target = models.ForeignKey(DefinitionVersion, on_delete=models.PROTECT, related_name="+")
    states = models.JSONField()
    """The state in the target for each state in which a case of an older version may stand."""
    reason = models.CharField(_("Alasan"), max_length=300)
    total = models.PositiveIntegerField()
    moved = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(finished_at=None), name="versionmove_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id}: {self.moved}/{self.total}"

    @property
    def percent(self) -> int:
        return 100 if self.finished_at else min(99, self.moved * 100 // max(1, self.total))
