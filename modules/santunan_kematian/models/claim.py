from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from modules.santunan_kematian.models.programme import Budget, Programme
from modules.santunan_kematian.models.register import RegisterEntry
from modules.santunan_kematian.models.rehearsal import OfClaimQuerySet, Rehearsable, RehearsableQuerySet
from modules.santunan_kematian.rules import Surveyed
from tenants.people.fields import EncryptedField, KeyedHashField
from tenants.people.masking import mask_nik

ACTOR: dict[str, Any] = {
    "to": settings.AUTH_USER_MODEL,
    "null": True,
    "blank": True,
    "on_delete": models.PROTECT,
    "related_name": "+",
}


def _only(value: Any, function: str) -> tuple[Func, str]:
    """A value as a range that holds it alone; NULL is the range of everything. Needs no extension."""
    return Func(value, value, Value("[]"), function=function), RangeOperators.OVERLAPS


def _number(name: str) -> Func:
    return Func(F(name), Value(0), function="hashtextextended", output_field=models.BigIntegerField())


class ClaimQuerySet(RehearsableQuerySet["Claim"]):
    def standing(self) -> "ClaimQuerySet":
        """Neither refused nor withdrawn: these hold the person's one place (SM-03)."""
        return self.filter(released_at=None)

    def with_case(self) -> "ClaimQuerySet":
        return self.select_related("case", "village", "programme")


class Claim(Rehearsable):
    """The death of one person, and who asks for the benefit. Its stage is that of its case."""

    class Privacy:
        personal = (
            "nik", "nik_hash", "kk", "kk_hash", "name", "sex", "birth_date", "birth_order", "death_date",
            "death_place", "address", "resident_from", "resident_to", "heir_nik", "heir_nik_hash", "heir_name",
            "heir_relation", "heir_in_same_kk", "heir_phone", "heir_bank", "heir_account", "tracking_secret",
        )  # fmt: skip
        specific = ("death_cause", "heir_account")

    class Restore:
        name = _("Pengajuan santunan kematian")
        parts = ("surveys", "decisions", "death_reports")

    class Sex(models.TextChoices):
        MALE = "L", _("Laki-laki")
        FEMALE = "P", _("Perempuan")

    class Relation(models.TextChoices):
        SPOUSE = "pasangan", _("Suami atau istri")
        CHILD = "anak", _("Anak")
        PARENT = "orang_tua", _("Orang tua")
        SIBLING = "saudara", _("Saudara")
        GRANDCHILD = "cucu", _("Cucu")
        CARER = "pengampu", _("Pengampu atau yang merawat")

    class Cause(models.TextChoices):
        """As the civil registry asks (F-2.01)."""

        ILLNESS = "sakit", _("Sakit biasa atau tua")
        EPIDEMIC = "wabah", _("Wabah penyakit")
        ACCIDENT = "kecelakaan", _("Kecelakaan")
        CRIME = "kriminalitas", _("Kriminalitas")
        SUICIDE = "bunuh_diri", _("Bunuh diri")
        OTHER = "lainnya", _("Lainnya")

    case = models.OneToOneField("services.Case", on_delete=models.PROTECT, related_name="santunan_claim")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="claims")
    village = models.ForeignKey(
        "organisation.Village", on_delete=models.PROTECT, related_name="+", verbose_name=_("Desa/kelurahan")
    )
    amount = models.DecimalField(_("Nilai"), max_digits=18, decimal_places=2)

    nik = EncryptedField(_("NIK almarhum"), kind="nik", null=True, blank=True)
    nik_hash = KeyedHashField(source="nik")
    kk = EncryptedField(_("Nomor KK"), kind="kk")
    kk_hash = KeyedHashField(source="kk")
    name = models.CharField(_("Nama almarhum"), max_length=120)
    sex = models.CharField(_("Jenis kelamin"), max_length=1, choices=Sex)
    birth_date = models.DateField(_("Tanggal lahir"))
    birth_order = models.PositiveSmallIntegerField(_("Kembar ke-"), default=1)
    death_date = models.DateField(_("Tanggal meninggal"))
    death_place = models.CharField(_("Tempat meninggal"), max_length=120)
    death_cause = EncryptedField(_("Sebab meninggal"))
    address = models.CharField(_("Alamat"), max_length=200)
    resident_from = models.DateField(_("Menjadi penduduk sejak"), null=True, blank=True)
    resident_to = models.DateField(_("Pindah pada"), null=True, blank=True)

    heir_nik = EncryptedField(_("NIK ahli waris"), kind="nik")
    heir_nik_hash = KeyedHashField(source="heir_nik")
    heir_name = models.CharField(_("Nama ahli waris"), max_length=120)
    heir_relation = models.CharField(_("Hubungan"), max_length=12, choices=Relation)
    heir_in_same_kk = models.BooleanField(_("Satu Kartu Keluarga"), default=True)
    heir_phone = EncryptedField(_("Telepon ahli waris"), null=True, blank=True)
    heir_bank = models.CharField(_("Bank"), max_length=60, blank=True)
    heir_account = EncryptedField(_("Nomor rekening"), null=True, blank=True)

    register_entry = models.ForeignKey(
        RegisterEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    drafted_by = models.ForeignKey(**ACTOR)
    filed_date = models.DateField(_("Diajukan"), null=True, blank=True)
    filed_by = models.ForeignKey(**ACTOR)
    endorsed_by = models.ForeignKey(**ACTOR)
    verified_by = models.ForeignKey(**ACTOR)
    verified_at = models.DateTimeField(null=True, blank=True)
    refusal_proposed = models.CharField(_("Usul penolakan"), max_length=500, blank=True)
    tracking_secret = EncryptedField(null=True, blank=True)
    """So that the village can print the family's receipt again."""
    released_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["village", "death_date"], name="claim_by_village"),
            models.Index(fields=["kk_hash", "birth_date"], name="claim_by_family_and_birth"),
        ]
        constraints = [
            # SM-03: one person, one standing claim, whatever programme version. A rehearsal takes nobody's place.
            models.UniqueConstraint(
                fields=["nik_hash", "is_rehearsal"], condition=Q(released_at=None), name="claim_once_per_nik"
            ),
            # SM-05: an infant without NIK is known by family, day of birth and order among twins.
            models.UniqueConstraint(
                fields=["kk_hash", "birth_date", "birth_order", "is_rehearsal"],
                condition=Q(released_at=None, nik__isnull=True),
                name="claim_once_per_infant",
            ),
            # SM-03: the same birth in the same family is the same person, unless both have a NIK and these differ.
            ExclusionConstraint(
                name="claim_once_per_birth",
                expressions=[
                    _only(_number("kk_hash"), "int8range"),
                    _only(F("birth_date"), "daterange"),
                    _only(F("birth_order"), "int4range"),
                    _only(_number("nik_hash"), "int8range"),
                    _only(Cast("is_rehearsal", models.IntegerField()), "int4range"),
                ],
                condition=Q(released_at=None),
            ),
            models.CheckConstraint(  # SM-04
                condition=Q(nik__isnull=True) | ~Q(heir_nik_hash=F("nik_hash")), name="claim_heir_is_not_deceased"
            ),
            models.CheckConstraint(  # SM-09
                condition=Q(verified_by=None) | (~Q(verified_by=F("filed_by")) & ~Q(verified_by=F("drafted_by"))),
                name="claim_verifier_is_not_filer",
            ),
            models.CheckConstraint(condition=Q(death_date__gte=F("birth_date")), name="claim_death_after_birth"),
            models.CheckConstraint(
                condition=Q(filed_date=None) | Q(filed_date__gte=F("death_date")), name="claim_filed_after_death"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="claim_amount"),
            models.CheckConstraint(condition=Q(birth_order__range=(1, 9)), name="claim_birth_order"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return self.case.number

    @property
    def masked_nik(self) -> str:
        return mask_nik(self.nik) if self.nik else ""

    @property
    def cause_name(self) -> str:
        return str(dict(self.Cause.choices).get(str(self.death_cause), self.death_cause))

    @property
    def person(self) -> str:
        """What identifies who died: the NIK, or for an infant family, birth and order."""
        return str(self.nik) if self.nik else f"{self.kk}/{self.birth_date:%Y%m%d}/{self.birth_order}"


class ReplacedDocument(models.Model):
    """A document that a decision once rested on and that was replaced afterwards: kept with the claim."""

    class Privacy:
        personal = ("attachment",)
        specific = ()

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="replaced_documents")
    key = models.CharField(max_length=60)
    attachment = models.OneToOneField("files.Attachment", on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(**ACTOR)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.key}"


class HouseSurvey(models.Model):
    """A visit to a house outside the register. The surveyor writes what he sees; the conclusion is computed."""

    class Privacy:
        personal = ("latitude", "longitude", "note", "photo")
        specific = ("poor", "score")

    class Roof(models.TextChoices):
        THATCH = "rumbia", _("Rumbia, ijuk atau ilalang")
        ZINC = "seng", _("Seng")
        ASBESTOS = "asbes", _("Asbes")
        TILE = "genteng", _("Genteng")
        CONCRETE = "beton", _("Beton")

    class Floor(models.TextChoices):
        EARTH = "tanah", _("Tanah")
        BAMBOO = "bambu", _("Bambu atau papan kasar")
        CEMENT = "semen", _("Semen atau plester")
        PAVER = "ubin", _("Ubin")
        CERAMIC = "keramik", _("Keramik atau marmer")

    class Walls(models.TextChoices):
        BAMBOO = "bambu", _("Bambu")
        WOOD = "kayu", _("Kayu atau papan")
        ROUGH = "tembok_kasar", _("Tembok tanpa plester")
        PLASTERED = "tembok", _("Tembok berplester")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="surveys")
    roof = models.CharField(_("Atap"), max_length=12, choices=Roof)
    floor = models.CharField(_("Lantai"), max_length=12, choices=Floor)
    walls = models.CharField(_("Dinding"), max_length=12, choices=Walls)
    latitude = models.DecimalField(_("Lintang"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("Bujur"), max_digits=8, decimal_places=5, null=True, blank=True)
    note = models.CharField(_("Catatan"), max_length=500, blank=True)
    photo = models.ForeignKey(
        "files.Attachment", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Foto rumah")
    )
    score = models.PositiveSmallIntegerField(_("Skor"))
    poor = models.BooleanField(_("Miskin"))
    surveyed_by = models.ForeignKey(**ACTOR)
    surveyed_at = models.DateTimeField()

    class Meta:
        ordering = ["-surveyed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(score__range=(0, 9)), name="housesurvey_score"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__gte=-12, latitude__lte=7, longitude__gte=94, longitude__lte=142),
                name="housesurvey_in_indonesia",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.score}"

    @property
    def surveyed(self) -> Surveyed:
        return Surveyed(self.score, self.poor)


class Decree(Rehearsable):
    """A numbered decision letter (SK) of the office with the list of recipients as its annex."""

    class Privacy:
        personal = ("attachment",)
        specific = ()

    number = models.CharField(_("Nomor"), max_length=80, unique=True)
    date = models.DateField(_("Tanggal"))
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    attachment = models.ForeignKey("files.Attachment", null=True, on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(**ACTOR)
    issued_at = models.DateTimeField()

    objects = RehearsableQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]

    def __str__(self) -> str:
        return self.number


class DecreeRevocation(models.Model):
    """The SK that takes another SK back, with what became of the claims in it."""

    class Privacy:
        personal = ()
        specific = ()

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("Tetap disetujui, menunggu SK baru")
        REFUSED = "refused", _("Ditolak")

    decree = models.OneToOneField(Decree, on_delete=models.PROTECT, related_name="revocation")
    number = models.CharField(_("Nomor"), max_length=80, unique=True)
    date = models.DateField(_("Tanggal"))
    reason = models.CharField(_("Alasan"), max_length=500)
    outcome = models.CharField(_("Pengajuan di dalamnya"), max_length=10, choices=Outcome)
    revoked_by = models.ForeignKey(**ACTOR)
    revoked_at = models.DateTimeField()

    class Meta:
        ordering = ["-revoked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="decreerevocation_with_reason"),
            models.CheckConstraint(condition=Q(outcome__in=["approved", "refused"]), name="decreerevocation_outcome"),
        ]

    def __str__(self) -> str:
        return self.number


class Decision(models.Model):
    """Approved, with money set aside in a year's budget, or refused with a reason. One stands at a time."""

    class Privacy:
        personal = ()
        specific = ()

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("Disetujui")
        REFUSED = "refused", _("Ditolak")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("Keputusan"), max_length=10, choices=Outcome)
    amount = models.DecimalField(_("Nilai"), max_digits=18, decimal_places=2, default=0)
    budget = models.ForeignKey(Budget, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    reason = models.CharField(_("Alasan"), max_length=500, blank=True)
    findings = models.JSONField(default=list)
    """Rule ids and outcomes as they stood when it was decided."""
    decree = models.ForeignKey(Decree, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    decided_by = models.ForeignKey(**ACTOR)
    decided_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(**ACTOR)
    revoked_reason = models.CharField(_("Alasan pencabutan"), max_length=500, blank=True)

    objects = OfClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(revoked_at=None), name="decision_one_standing_per_claim"
            ),
            models.CheckConstraint(
                condition=Q(outcome="approved", amount__gt=0, budget__isnull=False)
                | (Q(outcome="refused", amount=0, budget=None, decree=None) & ~Q(reason="")),
                name="decision_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_reason="") | (Q(revoked_at__isnull=False) & ~Q(revoked_reason="")),
                name="decision_revoked_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.outcome}"
