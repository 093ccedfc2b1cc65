from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

PAGE_OPENED = "support.page_opened"
"""The audit action of every request that is made under an access."""


class AccessQuerySet(models.QuerySet["Access"]):
    def waiting(self) -> "AccessQuerySet":
        """Asked for and not answered yet."""
        return self.filter(decided_at=None, ended_at=None)

    def accepted(self) -> "AccessQuerySet":
        """Let in and not ended on record; whether the time is over is a question of the clock."""
        return self.filter(consented=True, ended_at=None)


class Access(models.Model):
    """An operator of the central team asks to look into this regency, and what the regency answered.

    The row belongs to the regency: it stands in its schema, and without its consent there is no way in.
    """

    class End(models.TextChoices):
        REVOKED = "revoked", _("Dicabut oleh kabupaten")
        EXPIRED = "expired", _("Waktunya habis")
        LEFT = "left", _("Diakhiri oleh operator")
        UNANSWERED = "unanswered", _("Tidak dijawab")

    class Privacy:
        personal = ("operator_name", "reason")
        specific = ()

    operator_id = models.BigIntegerField()  # the account in the public schema
    operator_name = models.CharField(_("Operator"), max_length=120)
    reason = models.CharField(_("Alasan"), max_length=500)
    hours = models.PositiveSmallIntegerField(_("Lama (jam)"))
    asked_at = models.DateTimeField(_("Diminta"))
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    consented = models.BooleanField(default=False)
    refusal = models.CharField(_("Alasan penolakan"), max_length=300, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    permissions = ArrayField(models.CharField(max_length=80), default=list, verbose_name=_("Wewenang"))
    ends_at = models.DateTimeField(null=True, blank=True)
    # The one-time link: only its hash, and until when it opens.
    entry_hash = models.CharField(max_length=64, blank=True)
    entry_until = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end = models.CharField(max_length=10, choices=End, blank=True)

    objects = AccessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=72), name="access_at_most_72_hours"),
            models.CheckConstraint(condition=~Q(reason=""), name="access_has_reason"),
            models.CheckConstraint(
                condition=Q(consented=False, account=None, ends_at=None)
                | Q(consented=True, account__isnull=False, decided_by__isnull=False, ends_at__gt=F("decided_at")),
                name="access_only_by_consent",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="access_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False) & ~Q(end=""), name="access_end_is_said"
            ),
            models.UniqueConstraint(
                fields=["operator_id"], condition=Q(ended_at=None), name="access_one_open_for_operator"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Dismissal(models.Model):
    """A member of staff has read an announcement of the central team and put it away."""

    class Privacy:
        personal = ()
        specific = ()

    announcement_id = models.BigIntegerField()  # in the public schema
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    dismissed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "announcement_id"], name="dismissal_once")]

    def __str__(self) -> str:
        return f"{self.announcement_id}: {self.user_id}"
