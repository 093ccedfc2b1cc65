from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One thing that was done. No foreign keys: the record outlives what it speaks of.

    `previous` and `hash` are written by a trigger in the database (migration 0002), which also refuses to change
    or delete a row. They make a chain: a row that was altered or removed shows in `tenants.audit.queries.breaks`.
    """

    class Privacy:
        personal = ("actor_name",)
        specific = ()

    at = models.DateTimeField(_("Waktu"), default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("Pelaku"), max_length=200, blank=True)
    action = models.CharField(_("Tindakan"), max_length=100)
    subject_type = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=32, blank=True)
    previous = models.CharField(max_length=64, editable=False, default="")
    hash = models.CharField(max_length=64, editable=False, default="")

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}:{self.subject_id}"
