from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.people.formats import ukuran


class BackupQuerySet(models.QuerySet["Backup"]):
    def complete(self) -> "BackupQuerySet":
        return self.filter(state=Backup.State.COMPLETE)

    def newest(self, schema_name: str) -> "Backup | None":
        """The newest that can be restored."""
        return self.complete().filter(schema_name=schema_name).order_by("-taken_at").first()


class Backup(models.Model):
    """One regency at one moment: its schema, rows and files, sealed in the backup storage.

    Names its regency instead of referring to it: a backup may outlive the row.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Berjalan")
        COMPLETE = "complete", _("Lengkap")
        FAILED = "failed", _("Gagal")

    class Privacy:
        personal = ("asked_by",)
        specific = ()

    code = models.CharField(max_length=5)
    schema_name = models.CharField(max_length=63)
    taken_at = models.DateTimeField(_("Keadaan pada"))
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    error = models.TextField(blank=True)
    name = models.CharField(max_length=200, unique=True)  # of the sealed file; its manifest stands beside it
    size = models.BigIntegerField(_("Ukuran"), default=0)
    rows = models.BigIntegerField(_("Baris"), default=0)
    files = models.IntegerField(_("Berkas"), default=0)
    asked_by = models.CharField(max_length=200, blank=True)

    objects = BackupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running") | Q(finished_at__isnull=False), name="backup_ended_when_finished"
            )
        ]
        indexes = [models.Index(fields=["schema_name", "-taken_at"], name="backup_by_regency")]

    def __str__(self) -> str:
        return self.name

    @property
    def manifest_name(self) -> str:
        return f"{self.name}.json"

    @property
    def size_text(self) -> str:
        """`2,4 MB`."""
        return ukuran(self.size)

    @property
    def age(self) -> timedelta:
        return timezone.now() - self.taken_at


_STANDS = RawSQL(  # type: ignore[no-untyped-call]
    "EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = backups_restoredschema.schema_name)",
    [],
    output_field=models.BooleanField(),
)


class RestoredSchemaQuerySet(models.QuerySet["RestoredSchema"]):
    def with_standing(self) -> "RestoredSchemaQuerySet":
        """Each with `stands`: whether its schema is there, or somebody dropped it behind our back."""
        return self.annotate(stands=_STANDS)

    def standing(self) -> "RestoredSchemaQuerySet":
        """Those whose schema is there."""
        return self.filter(_STANDS)


class RestoredSchema(models.Model):
    """A backup laid out beside the live schema, to look into and to pull single objects from."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Sedang digelar")
        READY = "ready", _("Tergelar")
        FAILED = "failed", _("Gagal")
        DROPPED = "dropped", _("Dihapus")

    class Privacy:
        personal = ("restored_by",)
        specific = ()

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    error = models.TextField(blank=True)
    schema_name = models.CharField(max_length=63, unique=True)
    backup = models.ForeignKey(Backup, null=True, on_delete=models.SET_NULL, related_name="restored")
    of_schema = models.CharField(max_length=63)
    restored_at = models.DateTimeField()
    restored_by = models.CharField(max_length=200, blank=True)
    dropped_at = models.DateTimeField(null=True)

    objects = RestoredSchemaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="dropped", dropped_at__isnull=False) | ~Q(state="dropped") & Q(dropped_at=None),
                name="restored_dropped_when",
            )
        ]

    def __str__(self) -> str:
        return self.schema_name


class RestoreDrill(models.Model):
    """A rehearsal: a backup was restored beside, held against its manifest, and dropped again."""

    class Privacy:
        personal = ("held_by",)
        specific = ()

    code = models.CharField(max_length=5)
    schema_name = models.CharField(max_length=63)
    backup = models.ForeignKey(Backup, null=True, on_delete=models.SET_NULL, related_name="drills")
    taken_at = models.DateTimeField(null=True)  # of the backup, which is thinned out before the drill is
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    passed = models.BooleanField()
    rows = models.BigIntegerField(default=0)
    parts = models.IntegerField(default=0)
    findings = models.JSONField(default=list)
    held_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["schema_name", "-finished_at"], name="drill_by_regency")]

    def __str__(self) -> str:
        return f"{self.schema_name} {self.finished_at:%Y-%m-%d}"

    @property
    def seconds(self) -> float:
        return (self.finished_at - self.started_at).total_seconds()
