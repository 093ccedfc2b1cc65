"""What goes to the payment provider and what comes from it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.billing.models.invoices import CreditNote, Invoice


class ProviderCall(models.Model):
    """Something that the provider must learn. It waits here until the provider has answered; the office does not."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Kirim tagihan")
        CLOSE = "close", _("Tandai lunas di luar penyedia")
        VOID = "void", _("Batalkan tagihan")
        CREDIT = "credit", _("Kirim nota kredit")

    class State(models.TextChoices):
        WAITING = "waiting", _("Menunggu")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Perlu orang")

    class Privacy:
        personal = ()
        specific = ()

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="calls")
    credit_note = models.OneToOneField(
        CreditNote, null=True, blank=True, on_delete=models.PROTECT, related_name="provider_call"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)  # names the idempotency keys; a refused call starts a new one
    error = models.CharField(max_length=300, blank=True)
    next_at = models.DateTimeField()
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["next_at"], condition=Q(state="waiting"), name="providercall_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "kind"], condition=~Q(kind="credit"), name="providercall_once"),
            models.CheckConstraint(
                condition=Q(kind="credit", credit_note__isnull=False) | (~Q(kind="credit") & Q(credit_note=None)),
                name="providercall_of_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.invoice_id}"


class WebhookEvent(models.Model):
    """An event of the provider as it came, word for word; what became of it stands beside."""

    class State(models.TextChoices):
        STORED = "stored", _("Menunggu")
        PROCESSED = "processed", _("Diproses")
        IGNORED = "ignored", _("Tidak diperlukan")
        FAILED = "failed", _("Gagal")

    class Privacy:
        personal = ()
        specific = ()

    event_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(_("Jenis"), max_length=80)
    object_id = models.CharField(max_length=80, blank=True)
    api_version = models.CharField(max_length=40, blank=True)
    payload = models.TextField()
    received_at = models.DateTimeField(_("Diterima"))
    state = models.CharField(_("Keadaan"), max_length=10, choices=State, default=State.STORED)
    attempts = models.PositiveSmallIntegerField(_("Percobaan"), default=0)
    outcome = models.CharField(_("Hasil"), max_length=300, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)  # while the provider is silent: not before

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="stored"), name="webhookevent_waiting"),
            models.Index(fields=["state", "-id"], name="webhookevent_by_state"),
        ]

    def __str__(self) -> str:
        return self.event_id


class ReconciliationRun(models.Model):
    """One comparison of the provider's invoices with ours."""

    class State(models.TextChoices):
        RUNNING = "running", _("Berjalan")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")

    class Privacy:
        personal = ()
        specific = ()

    provider = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    ours = models.PositiveIntegerField(default=0)
    theirs = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.provider} {self.pk}"


class Difference(models.Model):
    """One thing in which the two do not agree."""

    class Kind(models.TextChoices):
        MISSING_HERE = "missing_here", _("Hanya ada di penyedia")
        MISSING_THERE = "missing_there", _("Hanya ada di sini")
        AMOUNT = "amount", _("Jumlah berbeda")
        STATE = "state", _("Keadaan berbeda")

    class Privacy:
        personal = ()
        specific = ()

    run = models.ForeignKey(ReconciliationRun, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=15, choices=Kind)
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="differences")
    provider_id = models.CharField(max_length=60, blank=True)
    ours = models.CharField(max_length=60, blank=True)
    theirs = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_id}"
