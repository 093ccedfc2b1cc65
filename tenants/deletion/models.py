from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DeletionRequest(models.Model):
    """That everything of an archived regency shall be destroyed: asked by one operator, confirmed by another."""

    class Privacy:
        personal = ("asked_by", "confirmed_by", "cancelled_by")
        specific = ()

    regency = models.ForeignKey("tenants.Regency", on_delete=models.PROTECT, related_name="deletions")
    reason = models.CharField(_("Alasan"), max_length=500)
    asked_at = models.DateTimeField(_("Diminta"))
    asked_by = models.CharField(max_length=120)
    asked_by_id = models.BigIntegerField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=120, blank=True)
    confirmed_by_id = models.BigIntegerField(null=True, blank=True)
    due_at = models.DateTimeField(_("Dilaksanakan"), null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=120, blank=True)
    executed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["regency"], condition=Q(cancelled_at=None, executed_at=None), name="deletion_one_open"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="deletion_has_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, due_at=None, confirmed_by_id=None)
                | Q(due_at__gt=F("confirmed_at"), confirmed_by_id__isnull=False) & ~Q(confirmed_by_id=F("asked_by_id")),
                name="deletion_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(executed_at=None) | Q(confirmed_at__isnull=False, cancelled_at=None),
                name="deletion_executed_when_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.regency_id} {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Neither cancelled nor carried out."""
        return self.cancelled_at is None and self.executed_at is None


class Destruction(models.Model):
    """The register of what was destroyed: counts, nothing of the content. The database never lets a row go.

    Written before the first table is dropped, `finished_at` when all is gone. No foreign keys: it outlives
    everything that it speaks of.
    """

    class Privacy:
        personal = ("asked_by", "confirmed_by")
        specific = ()

    request_id = models.BigIntegerField(unique=True)
    code = models.CharField(_("Kode Kemendagri"), max_length=5)
    title = models.CharField(_("Kabupaten/kota"), max_length=80)
    schema_name = models.CharField(max_length=63)
    reason = models.CharField(_("Alasan"), max_length=500)
    asked_by = models.CharField(max_length=120)
    confirmed_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    exit_package = models.CharField(max_length=200)  # what it is called and its checksum
    tables = models.JSONField()  # {"services_case": 120, …}
    rows = models.PositiveBigIntegerField()
    files = models.PositiveIntegerField()
    file_bytes = models.PositiveBigIntegerField()
    hosts = models.JSONField()
    elsewhere = models.JSONField(default=dict)  # {"backups": 12}: what other apps kept of it
    audit_head = models.CharField(max_length=64)  # hash of the newest audit row: the sealed end of its chain
    begun_at = models.DateTimeField(_("Dimulai"))
    finished_at = models.DateTimeField(_("Selesai"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.code} {self.begun_at:%Y-%m-%d}"
