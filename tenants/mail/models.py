from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.people.fields import EncryptedField


class Sender(models.Model):
    """In whose name the regency's mails go out, and who reads the answers. The newest row counts."""

    class Privacy:
        personal = ()
        office = ("reply_to",)
        specific = ()

    name = models.CharField(_("Nama pengirim"), max_length=80)
    reply_to = models.EmailField(_("Surel untuk balasan"))
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class HeldMail(models.Model):
    """A mail that was not sent because the regency is in trial and it was for somebody outside."""

    class Privacy:
        personal = ("recipients", "subject", "body")
        specific = ()

    recipients = EncryptedField()
    subject = models.CharField(_("Perihal"), max_length=200)
    body = EncryptedField()
    held_at = models.DateTimeField(_("Ditahan pada"), default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["-id"], name="heldmail_newest")]

    def __str__(self) -> str:
        return f"{self.pk}"
