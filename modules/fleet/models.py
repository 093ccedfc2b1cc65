from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RegencyFacts(models.Model):
    """What a regency's own task last pushed about it: counts alone, so that lists of the fleet enter no schema."""

    class Health(models.TextChoices):
        OK = "ok", _("Sehat")
        WARN = "warn", _("Perlu dilihat")
        BAD = "bad", _("Bermasalah")

    class Privacy:
        personal = ()
        specific = ()

    regency = models.OneToOneField("tenants.Regency", on_delete=models.CASCADE, primary_key=True, related_name="facts")
    measured_at = models.DateTimeField(_("Diukur"))
    release = models.CharField(_("Rilis"), max_length=64)  # of the code that measured
    schema_head = models.CharField(max_length=64)  # tenants.schemas.release.head_here()
    cases_open = models.PositiveIntegerField(default=0)
    cases_closed = models.PositiveIntegerField(default=0)
    cases_late = models.PositiveIntegerField(default=0)
    unfinished = models.PositiveIntegerField(default=0)  # services that nobody finishes
    unfinished_services = ArrayField(models.CharField(max_length=60), default=list)  # their keys
    users = models.PositiveIntegerField(default=0)
    users_with_second_factor = models.PositiveIntegerField(default=0)
    letters = models.PositiveIntegerField(default=0)
    letters_failed = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    file_bytes = models.PositiveBigIntegerField(default=0)
    database_bytes = models.PositiveBigIntegerField(default=0)
    # Of the last seven days.
    jobs_failed = models.PositiveIntegerField(default=0)
    mails_failed = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    audit_entries = models.PositiveIntegerField(default=0)
    audit_breaks = models.PositiveIntegerField(default=0)
    audit_checked_at = models.DateTimeField(null=True, blank=True)
    last_activity_at = models.DateTimeField(null=True, blank=True)
    health = models.CharField(max_length=4, choices=Health, default=Health.OK)
    problems = models.JSONField(default=list)  # keys of modules.fleet.health.SIGNS
    more = models.JSONField(default=dict)  # {"santunan_kematian": {"paid": 12}}

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(health__in=["ok", "warn", "bad"]), name="regencyfacts_health"),
            models.CheckConstraint(condition=Q(cases_late__lte=models.F("cases_open")), name="regencyfacts_late_open"),
        ]

    def __str__(self) -> str:
        return f"{self.regency_id} {self.measured_at:%Y-%m-%d %H:%M}"

    @property
    def storage(self) -> int:
        """Bytes of files and tables."""
        return self.file_bytes + self.database_bytes

    @property
    def errors(self) -> int:
        """What went wrong in the last seven days: answers 500, background work, letters and mails given up."""
        return self.faults + self.jobs_failed + self.letters_failed


class BulkAction(models.Model):
    """One change for many regencies: what was asked, foreseen for each, confirmed by whom, and what became of it."""

    class Kind(models.TextChoices):
        SWITCH = "switch", _("Ubah keadaan modul")
        UPGRADE = "upgrade", _("Perbarui paket templat")

    class State(models.TextChoices):
        FORESEEING = "foreseeing", _("Menghitung dampak")
        READY = "ready", _("Menunggu persetujuan")
        RUNNING = "running", _("Berjalan")
        DONE = "done", _("Selesai")
        CANCELLED = "cancelled", _("Dibatalkan")

    class Privacy:
        personal = ("requested_by", "confirmed_by")
        specific = ()

    kind = models.CharField(_("Tindakan"), max_length=10, choices=Kind)
    module_key = models.CharField(_("Modul"), max_length=60)
    target = models.CharField(max_length=10, blank=True)  # switch: the state; upgrade: empty
    publisher = models.ForeignKey(
        "tenants.Regency", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # upgrade: whose package
    release = models.ForeignKey(
        "library.Release", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # upgrade: what was foreseen is what is done, whatever is published meanwhile
    state = models.CharField(max_length=10, choices=State, default=State.FORESEEING)
    requested_by = models.CharField(max_length=120)
    requested_by_id = models.BigIntegerField()
    requested_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=120, blank=True)
    confirmed_by_id = models.BigIntegerField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="switch", publisher=None, target__in=["on", "closing", "off"])
                | Q(kind="upgrade", publisher__isnull=False, target=""),
                name="bulkaction_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["running", "done"]) | Q(confirmed_at__isnull=False),
                name="bulkaction_runs_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.module_key}"

    @property
    def key(self) -> str:
        """By which the audit names it."""
        return f"{self.pk}"

    @property
    def is_moving(self) -> bool:
        """Whether a worker is at it, so that the page asks again."""
        return self.state in (self.State.FORESEEING, self.State.RUNNING)


class BulkItem(models.Model):
    """One regency of a bulk action."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Menunggu")
        FORESEEN = "foreseen", _("Siap")
        REFUSED = "refused", _("Tidak dapat")
        NOTHING = "nothing", _("Tidak ada yang berubah")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")

    class Privacy:
        personal = ()
        specific = ()

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="items")
    regency = models.ForeignKey("tenants.Regency", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    sentence = models.CharField(max_length=400, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "regency"], name="bulkitem_once")]
        indexes = [models.Index(fields=["action", "state"], name="bulkitem_by_state")]

    def __str__(self) -> str:
        return f"{self.action_id} {self.regency_id}"


class Subscription(models.Model):
    """An operator who wants the daily digest by mail."""

    class Privacy:
        personal = ()
        specific = ()

    user = models.OneToOneField("accounts.User", on_delete=models.DO_NOTHING, related_name="+")
    since = models.DateTimeField()
    sent_on = models.DateField(null=True, blank=True)  # the last day whose digest was mailed

    def __str__(self) -> str:
        return f"{self.user_id}"


class Digest(models.Model):
    """What was wrong on a day, as the collectors found it in the morning."""

    class Privacy:
        personal = ()
        specific = ()

    day = models.DateField(unique=True)
    collected_at = models.DateTimeField()
    problems = models.JSONField(default=list)  # dumped tenants.problems.Problem

    def __str__(self) -> str:
        return f"{self.day}"
