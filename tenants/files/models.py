import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.files.uploads import KINDS
from tenants.people.formats import ukuran


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of(self, subject: models.Model) -> "AttachmentQuerySet":
        """The files of one object, oldest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("pk")


class StoredFile(models.Model):
    """A row that keeps a file which was checked when it came: what it is called, what it is, where it lies."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    original_name = models.CharField(_("Nama berkas"), max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(_("Ukuran"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(max_length=100, unique=True)
    uploaded_at = models.DateTimeField(_("Diunggah pada"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def kind_name(self) -> str:
        """`PDF`, `JPG` or `PNG`, for people."""
        return KINDS[self.content_type][0]

    @property
    def size_text(self) -> str:
        """`2,4 MB`."""
        return ukuran(self.size)

    @property
    def note(self) -> str:
        """`PDF, 2,4 MB`."""
        return f"{self.kind_name}, {self.size_text}"


class Attachment(StoredFile):
    """A file that was checked when it came and belongs to one object of some module.

    The object is named, not referenced: files know no module. Who may see one is for that module to say.
    """

    class Privacy:
        personal = ("original_name", "file")
        specific = ()

    subject_type = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=64)
    kind = models.CharField(_("Jenis dokumen"), max_length=60)
    released_at = models.DateTimeField(null=True, blank=True)
    """Since when the module that stored it has no more use for it; swept once no row refers to it."""

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="attachment_by_subject"),
            models.Index(fields=["sha256"], name="attachment_by_content"),
            models.Index(fields=["released_at"], condition=Q(released_at__isnull=False), name="attachment_released"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="attachment_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")
