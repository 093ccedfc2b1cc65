from decimal import Decimal

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from modules.santunan_kematian.models.claim import ACTOR, Claim, Decision
from modules.santunan_kematian.models.programme import Programme
from modules.santunan_kematian.models.rehearsal import OfClaimQuerySet, Rehearsable, RehearsableQuerySet
from tenants.people.fields import EncryptedField, KeyedHashField

ZERO = Value(Decimal(0), output_field=models.DecimalField())


class PaymentListQuerySet(RehearsableQuerySet["PaymentList"]):
    def with_totals(self) -> "PaymentListQuerySet":
        """Each with `people` and `total` of its payments, in one query."""
        return self.annotate(people=models.Count("payments"), total=Coalesce(models.Sum("payments__amount"), ZERO))


class PaymentList(Rehearsable):
    """A daftar bayar: approved claims that one SP2D pays."""

    class Privacy:
        personal = ()
        specific = ()

    number = models.CharField(_("Nomor"), max_length=80, unique=True)
    date = models.DateField(_("Tanggal"))
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    listed_by = models.ForeignKey(**ACTOR)
    listed_at = models.DateTimeField()
    sp2d_number = models.CharField(_("Nomor SP2D"), max_length=80, blank=True)
    sp2d_date = models.DateField(_("Tanggal SP2D"), null=True, blank=True)
    disbursed_by = models.ForeignKey(**ACTOR)
    disbursed_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(**ACTOR)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_reason = models.CharField(_("Alasan pembatalan"), max_length=500, blank=True, db_default="")

    objects = PaymentListQuerySet.as_manager()

    class Meta:
        ordering = ["-listed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_reason="")
                | (Q(cancelled_at__isnull=False, disbursed_at=None) & ~Q(cancelled_reason="")),
                name="paymentlist_cancelled_unpaid_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(sp2d_number="", sp2d_date=None, disbursed_at=None)
                | (~Q(sp2d_number="") & Q(sp2d_date__isnull=False, disbursed_at__isnull=False)),
                name="paymentlist_sp2d_is_whole",
            ),
            models.UniqueConstraint(
                fields=["sp2d_number", "is_rehearsal"], condition=~Q(sp2d_number=""), name="paymentlist_sp2d_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Payment(Rehearsable):
    """The money of one claim. The database refuses a second one for the same person (SM-03)."""

    class Privacy:
        personal = ("person", "person_hash")
        specific = ()

    class Method(models.TextChoices):
        CASH = "tunai", _("Tunai")
        TRANSFER = "transfer", _("Transfer")

    payment_list = models.ForeignKey(PaymentList, on_delete=models.PROTECT, related_name="payments")
    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="payment")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="payment")
    person = EncryptedField(kind="deceased")
    person_hash = KeyedHashField(source="person")
    amount = models.DecimalField(_("Nilai"), max_digits=18, decimal_places=2)
    method = models.CharField(_("Cara bayar"), max_length=10, choices=Method)
    receipt_number = models.CharField(_("Nomor kuitansi"), max_length=80, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)

    objects = RehearsableQuerySet.as_manager()

    class Meta:
        ordering = ["payment_list_id", "pk"]
        indexes = [models.Index(fields=["paid_at"], name="payment_by_day")]
        constraints = [
            # A rehearsal pays nobody: the real payment comes after it.
            models.UniqueConstraint(fields=["person_hash", "is_rehearsal"], name="payment_once_per_person"),
            models.UniqueConstraint(
                fields=["receipt_number"], condition=~Q(receipt_number=""), name="payment_receipt_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
            models.CheckConstraint(condition=Q(method__in=["tunai", "transfer"]), name="payment_method"),
        ]

    def __str__(self) -> str:
        return self.receipt_number or str(self.pk)


class Handover(models.Model):
    """The family has the money: who received it from whom, with a picture (berita acara serah terima)."""

    class Privacy:
        personal = ("receiver_name", "witness_name", "photo", "note")
        specific = ()

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="handover")
    number = models.CharField(_("Nomor berita acara"), max_length=80, unique=True)
    date = models.DateField(_("Tanggal"))
    place = models.CharField(_("Tempat"), max_length=120)
    receiver_name = models.CharField(_("Penerima"), max_length=120)
    witness_name = models.CharField(_("Saksi"), max_length=120)
    note = models.CharField(_("Catatan"), max_length=300, blank=True)
    photo = models.ForeignKey(
        "files.Attachment", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Foto")
    )
    handed_by = models.ForeignKey(**ACTOR)
    handed_at = models.DateTimeField()

    class Meta:
        ordering = ["-handed_at"]

    def __str__(self) -> str:
        return self.number


class DeathReport(models.Model):
    """What the civil registry and the keepers of the social register are told after payment, and their answer."""

    class Privacy:
        personal = ()
        specific = ()

    class Destination(models.TextChoices):
        CIVIL_REGISTRY = "dukcapil", _("Disdukcapil")
        SOCIAL_REGISTER = "data_sosial", _("Data sosial")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="death_reports")
    destination = models.CharField(_("Tujuan"), max_length=12, choices=Destination)
    reported_at = models.DateTimeField(_("Dilaporkan"))
    acknowledged_at = models.DateTimeField(_("Dikonfirmasi"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(**ACTOR)
    reference = models.CharField(_("Nomor konfirmasi"), max_length=80, blank=True)

    objects = OfClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "destination"], name="deathreport_once_per_destination"),
            models.CheckConstraint(
                condition=Q(destination__in=["dukcapil", "data_sosial"]), name="deathreport_destination"
            ),
        ]
        indexes = [models.Index(fields=["reported_at"], condition=Q(acknowledged_at=None), name="deathreport_waiting")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.destination}"
