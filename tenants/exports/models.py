import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.people.formats import ukuran


class ExitPackageQuerySet(models.QuerySet["ExitPackage"]):
    def latest(self, schema_name: str) -> "ExitPackage | None":  # type: ignore[override]
        """The newest that was finished, whether or not it can still be downloaded."""
        return self.filter(schema_name=schema_name, finished_at__isnull=False).order_by("-asked_at").first()


class ExitPackage(models.Model):
    """Everything that a regency may take with it, as a file that any program can read (docs/exit-package.md).

    Sealed while it lies here; removed when it has expired. The row stays: it says that the regency had its data.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Menunggu")
        RUNNING = "running", _("Sedang dibuat")
        READY = "ready", _("Siap diunduh")
        FAILED = "failed", _("Gagal")
        EXPIRED = "expired", _("Berakhir")

    OPEN = (State.QUEUED, State.RUNNING)

    class Privacy:
        personal = ("asked_by",)
        specific = ()

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=5)
    schema_name = models.CharField(max_length=63)
    asked_at = models.DateTimeField(_("Diminta"))
    asked_by = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    size = models.BigIntegerField(default=0)  # of the zip
    rows = models.BigIntegerField(default=0)
    files = models.IntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)  # SHA-256 of its checksums.txt

    objects = ExitPackageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schema_name"], condition=Q(state__in=["queued", "running"]), name="exitpackage_one_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["schema_name", "-asked_at"], name="exitpackage_by_regency")]

    def __str__(self) -> str:
        return f"{self.schema_name} {self.public_id}"

    @property
    def name(self) -> str:
        """Of the sealed file in the backup storage."""
        return f"{self.schema_name}/exports/{self.public_id}.zip.rjk"

    @property
    def is_moving(self) -> bool:
        return self.state in self.OPEN

    @property
    def can_be_fetched(self) -> bool:
        return self.state == self.State.READY and self.expires_at is not None and timezone.now() < self.expires_at

    @property
    def size_text(self) -> str:
        """`2,4 MB`."""
        return ukuran(self.size)
