"""A regency's way in: its application, the papers with it, the agreements, and the request to go live."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onboarding.models import ProvisioningRun
from tenants.files.models import StoredFile
from tenants.people.fields import EncryptedField

CODE = r"^\d\d\.\d\d$"


class Application(models.Model):
    """One regency's wish to work here, by one officer. Its link is its key: who holds it may read and fill it in.

    An unverified draft holds nothing. From a verified `.go.id` mailbox on it holds its code, at most one at a time
    (constraint), until it is decided, withdrawn or overdue.
    """

    class Privacy:
        personal = ("email", "officer_name", "nip", "position", "phone", "administrators", "terms")
        specific = ()

    class State(models.TextChoices):
        DRAFT = "draft", _("Menunggu verifikasi surel")
        WAITING = "waiting", _("Menunggu: kabupaten ini diajukan orang lain")
        EMAIL_VERIFIED = "email_verified", _("Diisi")
        CONTESTED = "contested", _("Keberatan diperiksa")
        SUBMITTED = "submitted", _("Diajukan")
        RETURNED = "returned", _("Dikembalikan")
        APPROVED = "approved", _("Disetujui")
        PROVISIONING = "provisioning", _("Disiapkan")
        TRIAL = "trial", _("Uji coba")
        LIVE = "live", _("Mulai berlaku")
        REFUSED = "refused", _("Ditolak")
        JOINED = "joined", _("Bergabung")
        WITHDRAWN = "withdrawn", _("Dibatalkan pemohon")
        EXPIRED = "expired", _("Kedaluwarsa")

    HOLDING = (
        State.EMAIL_VERIFIED, State.SUBMITTED, State.RETURNED, State.APPROVED, State.PROVISIONING, State.TRIAL,
        State.LIVE,
    )  # fmt: skip
    """While one of these, it holds its code."""
    EDITABLE = (State.EMAIL_VERIFIED, State.RETURNED)
    UNDECIDED = (State.DRAFT, State.WAITING, State.EMAIL_VERIFIED, State.CONTESTED, State.SUBMITTED, State.RETURNED)
    PERISHABLE = (State.DRAFT, State.WAITING, State.EMAIL_VERIFIED, State.RETURNED)
    """Left alone past `expires_at`, these end by themselves."""
    ENDED = (State.REFUSED, State.WITHDRAWN, State.EXPIRED)
    """Nothing comes after these."""

    code = models.CharField(_("Kode Kemendagri"), max_length=5, db_index=True)
    name = models.CharField(_("Kabupaten/kota"), max_length=80)
    number = models.CharField(_("Nomor"), max_length=20, unique=True)
    state = models.CharField(_("Keadaan"), max_length=16, choices=State, default=State.DRAFT)
    email = models.EmailField(_("Surel resmi"))
    officer_name = models.CharField(_("Penanggung jawab"), max_length=120)
    nip = EncryptedField(_("NIP"), null=True, blank=True)
    position = models.CharField(_("Jabatan"), max_length=120, blank=True)
    phone = EncryptedField(_("Telepon"), null=True, blank=True)
    subdomain = models.CharField(_("Subdomain"), max_length=40, blank=True)
    modules = models.JSONField(_("Modul"), default=list)
    sources = models.JSONField(_("Templat dari"), default=dict)  # module key to the publisher's schema name
    administrators = models.JSONField(_("Administrator pertama"), default=list)  # [{"name", "email"}, …]
    terms = models.JSONField(_("Kerja sama"), default=dict)  # what the agreements say, see forms.TermsForm
    # The links follow from the seed and the deployment's secret (links.py); the database alone opens nothing.
    seed = models.UUIDField(default=uuid.uuid4, editable=False)
    verification_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    verification_expires_at = models.DateTimeField(null=True)
    key_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    run = models.ForeignKey(ProvisioningRun, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    joined_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="joined")
    reason = models.TextField(_("Alasan"), blank=True)  # of the last return, refusal or contest
    created_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    anonymised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=CODE), name="application_code"),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(
                    state__in=[
                        "email_verified", "submitted", "returned", "approved", "provisioning", "trial", "live",
                    ]
                ),
                name="application_code_once",
            ),
            models.UniqueConstraint(
                fields=["code", "email"],
                condition=Q(
                    state__in=["draft", "waiting", "email_verified", "contested", "submitted", "returned"]
                ),
                name="application_once_per_mailbox",
            ),
            models.CheckConstraint(
                condition=~Q(state="joined") | Q(joined_to__isnull=False), name="application_joined_to_one"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["provisioning", "trial", "live"]) | Q(run__isnull=False),
                name="application_provisioned_by_run",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "-id"], name="application_by_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def holds(self) -> bool:
        """Whether it holds its code."""
        return self.state in self.HOLDING

    @property
    def is_editable(self) -> bool:
        return self.state in self.EDITABLE

    @property
    def masked_email(self) -> str:
        """`d…@manggaraikab.go.id`: enough for a colleague to recognise, not to write to."""
        name, _at, domain = self.email.partition("@")
        return f"{name[:1]}…@{domain}"


class ApplicationEvent(models.Model):
    """One step of an application: who, when, to which state, and why."""

    class Privacy:
        personal = ("by_name", "reason")
        specific = ()

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, related_name="+")
    by_name = models.CharField(max_length=120, blank=True)  # the operator's; empty: the applicant or the system
    state = models.CharField(max_length=16, choices=Application.State)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["application", "-id"], name="event_by_application")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.state}"


class Paper(StoredFile):
    """A file that came with an application or an agreement: checked when it came, read by operators and applicant."""

    class Privacy:
        personal = ("original_name", "file")
        specific = ()

    class Kind(models.TextChoices):
        ASSIGNMENT = "assignment", _("Surat tugas")
        SIGNED = "signed", _("Naskah bertanda tangan")

    application = models.ForeignKey(Application, null=True, blank=True, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=12, choices=Kind)
    # Refused by the database, not by Django (decision 0017).
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="paper_not_empty")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class JoinRequest(models.Model):
    """A colleague of the same government asks to work on the application that is there already."""

    class Privacy:
        personal = ()
        specific = ()

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="join_requests")
    colleague = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="asked_to_join")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "colleague"], condition=Q(answered_at=None), name="join_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, accepted=None) | Q(answered_at__isnull=False, accepted__isnull=False),
                name="join_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.colleague_id} > {self.application_id}"


class Agreement(models.Model):
    """A document of the cooperation of one regency, from the signed copy to its end."""

    class Privacy:
        personal = ("verified_by_name",)
        specific = ()

    class Kind(models.TextChoices):
        MOU = "mou", _("Kesepakatan Bersama")
        PKS = "pks", _("Perjanjian Kerja Sama")
        DPA = "dpa", _("Perjanjian Pemrosesan Data Pribadi")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Diperiksa")
        VERIFIED = "verified", _("Sah")
        RETURNED = "returned", _("Dikembalikan")
        REPLACED = "replaced", _("Digantikan")

    code = models.CharField(_("Kode Kemendagri"), max_length=5, db_index=True)
    kind = models.CharField(_("Naskah"), max_length=4, choices=Kind)
    number = models.CharField(_("Nomor naskah"), max_length=80)
    signed_on = models.DateField(_("Ditandatangani"))
    ends_on = models.DateField(_("Berlaku sampai"))
    contact_email = models.EmailField(_("Surel narahubung"))
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="agreement")
    state = models.CharField(_("Keadaan"), max_length=10, choices=State, default=State.UPLOADED)
    reason = models.TextField(blank=True)
    uploaded_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    verified_by_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=CODE), name="agreement_code"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("signed_on")), name="agreement_ends_after_signing"),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_at__isnull=False), name="agreement_verified_at"
            ),
            models.UniqueConstraint(
                fields=["code", "kind"], condition=Q(state="uploaded"), name="agreement_one_to_check"
            ),
            models.UniqueConstraint(
                fields=["code", "kind"], condition=Q(state="verified"), name="agreement_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.kind} {self.number}"

    def is_in_force(self, on: date) -> bool:
        """Verified, and not over on that day."""
        return self.state == self.State.VERIFIED and self.ends_on >= on


class AgreementReminder(models.Model):
    """A reminder that was sent: once for each agreement and distance."""

    class Privacy:
        personal = ()
        specific = ()

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "days"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.days}"


class GoLiveRequest(models.Model):
    """A regency asks to go live; the central team decides. What was true when it asked is kept with it."""

    class Privacy:
        personal = ("asked_by", "decided_by_name")
        specific = ()

    class Decision(models.TextChoices):
        OPEN = "", _("Menunggu keputusan")
        APPROVED = "approved", _("Disetujui")
        REFUSED = "refused", _("Belum disetujui")

    regency = models.ForeignKey("tenants.Regency", on_delete=models.CASCADE, related_name="go_live_requests")
    asked_at = models.DateTimeField(_("Diminta pada"))
    asked_by = models.CharField(_("Diminta oleh"), max_length=120)
    facts = models.JSONField(default=list)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default=Decision.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    decided_by_name = models.CharField(max_length=120, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["regency"], condition=Q(decision=""), name="golive_one_open"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | ~Q(decision="") & Q(decided_at__isnull=False),
                name="golive_decided_at",
            ),
            models.CheckConstraint(condition=~Q(decision="refused") | ~Q(reason=""), name="golive_refused_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.regency_id} {self.decision or 'open'}"


TONES: dict[str, str] = {
    "draft": "", "waiting": "warn", "email_verified": "info", "contested": "warn", "submitted": "info",
    "returned": "warn", "approved": "ok", "provisioning": "info", "trial": "info", "live": "ok", "refused": "bad",
    "uploaded": "info", "verified": "ok", "replaced": "",
}  # fmt: skip
"""The tone of each state in lists and headings."""
