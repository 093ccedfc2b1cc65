from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.packages import digest

VERSION = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"


class Release(models.Model):
    """A package of templates that a regency has published. The database refuses to change or delete one."""

    class Privacy:
        personal = ("published_by",)
        specific = ()

    publisher = models.ForeignKey("tenants.Regency", on_delete=models.PROTECT, related_name="releases")
    module_key = models.CharField(_("Modul"), max_length=60)
    version = models.CharField(_("Versi"), max_length=20)
    content = models.JSONField()  # {"objects": [{"model", "key", "content"}, …]}, each after what it refers to
    sha256 = models.CharField(max_length=64)  # of the canonical content
    notes = models.TextField(_("Catatan"), blank=True)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publisher", "module_key", "version"], name="release_once"),
            models.CheckConstraint(condition=Q(version__regex=VERSION), name="release_semantic_version"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="release_sha256"),
        ]
        indexes = [models.Index(fields=["module_key", "-published_at"], name="release_by_module")]

    def __str__(self) -> str:
        return f"{self.module_key} {self.version}"

    @property
    def key(self) -> str:
        """`santunan_kematian 1.2.0`, by which the audit names it."""
        return str(self)

    @property
    def is_whole(self) -> bool:
        """Whether the content is what was published."""
        return digest(self.content) == self.sha256

    @property
    def number(self) -> tuple[int, ...]:
        """The version as numbers, so that 1.10.0 comes after 1.9.0."""
        return tuple(int(part) for part in self.version.split("."))


class Clone(models.Model):
    """Where an object of a regency came from. `content_sha256` is what it was right after cloning."""

    class Privacy:
        personal = ("cloned_by",)
        specific = ()

    regency = models.ForeignKey("tenants.Regency", on_delete=models.CASCADE, related_name="clones")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="clones")
    model = models.CharField(max_length=120)
    object_key = models.CharField(max_length=200)
    content_sha256 = models.CharField(max_length=64)
    cloned_at = models.DateTimeField()
    cloned_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["regency", "model", "object_key"], name="clone_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_key}"
