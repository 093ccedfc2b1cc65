from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ProvisioningRun(models.Model):
    """One attempt to give a regency its place here, from the reserved address to the open door."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Menunggu")
        RUNNING = "running", _("Berjalan")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")
        ABANDONED = "abandoned", _("Dibatalkan")

    OPEN = (State.QUEUED, State.RUNNING, State.FAILED)
    """While one of these, the run holds its code and its subdomain."""

    class Privacy:
        personal = ("admin_email", "admin_name", "administrators", "requested_by")
        specific = ()

    code = models.CharField(_("Kode Kemendagri"), max_length=5)
    name = models.CharField(_("Kabupaten/kota"), max_length=80)
    subdomain = models.CharField(_("Subdomain"), max_length=40)
    source = models.CharField(_("Salin dari"), max_length=63, blank=True)  # schema name; empty: the modules' baseline
    sources = models.JSONField(_("Templat dari"), default=dict)  # module key to schema name, where not `source`
    modules = models.JSONField(_("Modul"))  # keys of modules and services, in the order of switching on
    admin_email = models.EmailField(_("Surel administrator"), blank=True)
    admin_name = models.CharField(_("Nama administrator"), max_length=120, blank=True)
    administrators = models.JSONField(_("Administrator lain"), default=list)  # [{"name", "email"}, …]
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    requested_by = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(state__in=["queued", "running", "failed"]), name="run_code_once"
            ),
            models.UniqueConstraint(
                fields=["subdomain"], condition=Q(state__in=["queued", "running", "failed"]), name="run_subdomain_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subdomain}"

    @property
    def schema_name(self) -> str:
        """The subdomain as a schema name: `aceh-selatan` becomes `aceh_selatan`."""
        name = self.subdomain.replace("-", "_")
        return name if name[0].isalpha() else f"r_{name}"

    @property
    def is_open(self) -> bool:
        """Whether it still holds its code."""
        return self.state in self.OPEN


class ProvisioningStep(models.Model):
    """One step of a run: a transaction of its own, done once."""

    class State(models.TextChoices):
        PENDING = "pending", _("Menunggu")
        RUNNING = "running", _("Sedang berjalan")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")

    class Privacy:
        personal = ()
        specific = ()

    run = models.ForeignKey(ProvisioningRun, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="step_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.key}"
