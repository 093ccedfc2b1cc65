"""The offices of a regency, who holds which position in them, its villages, and the days it does not work."""

from datetime import date, time
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _


class District(models.Model):
    """A kecamatan (distrik in Papua)."""

    class Privacy:
        personal = ()
        specific = ()

    code = models.CharField(_("Kode Kemendagri"), max_length=8, unique=True)
    name = models.CharField(_("Nama"), max_length=60)

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(code__regex=r"^\d\d(\.\d\d){2}$"), name="district_code")]

    def __str__(self) -> str:
        return self.name


class Village(models.Model):
    """A desa, with a government of its own, or a kelurahan, a part of its kecamatan."""

    class Privacy:
        personal = ()
        specific = ()

    class Kind(models.TextChoices):
        DESA = "desa", _("Desa")
        KELURAHAN = "kelurahan", _("Kelurahan")

    code = models.CharField(_("Kode Kemendagri"), max_length=13, unique=True)
    name = models.CharField(_("Nama"), max_length=60)
    kind = models.CharField(_("Jenis"), max_length=10, choices=Kind)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="villages", verbose_name=_("Kecamatan")
    )
    population = models.PositiveIntegerField(_("Jumlah penduduk"), null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d\d(\.\d\d){2}\.\d{4}$"), name="village_code"),
            models.CheckConstraint(condition=Q(kind__in=["desa", "kelurahan"]), name="village_kind"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """`Desa Silurah`."""
        return f"{self.get_kind_display()} {self.name}"


class UnitQuerySet(models.QuerySet["Unit"]):
    def open(self) -> "UnitQuerySet":
        """Units that still work."""
        return self.filter(closed_at=None)

    def agencies(self) -> "UnitQuerySet":
        """The OPD: what PP 18/2016 calls perangkat daerah."""
        return self.filter(kind__in=Unit.AGENCY_KINDS)


class Unit(models.Model):
    """An office: an agency (OPD), a part of one, or the government of a village, which is none but acts here too."""

    class Privacy:
        personal = ()
        office = ("phone", "email", "address")
        specific = ()

    class Kind(models.TextChoices):
        """The kinds of PP 18/2016 (changed by PP 72/2019), their parts, and who works with them."""

        SETDA = "setda", _("Sekretariat Daerah")
        SETWAN = "setwan", _("Sekretariat DPRD")
        INSPEKTORAT = "inspektorat", _("Inspektorat")
        DINAS = "dinas", _("Dinas")
        BADAN = "badan", _("Badan")
        SATUAN = "satuan", _("Satuan")
        KECAMATAN = "kecamatan", _("Kecamatan")
        KELURAHAN = "kelurahan", _("Kelurahan")
        DESA = "desa", _("Pemerintah desa")
        SEKRETARIAT = "sekretariat", _("Sekretariat")
        BAGIAN = "bagian", _("Bagian")
        BIDANG = "bidang", _("Bidang")
        SUBBAGIAN = "subbagian", _("Subbagian atau seksi")
        UPTD = "uptd", _("UPTD")
        PUSKESMAS = "puskesmas", _("Puskesmas")
        RSUD = "rsud", _("RSUD")
        SEKOLAH = "sekolah", _("Satuan pendidikan")
        BUMD = "bumd", _("BUMD")

    class Size(models.TextChoices):
        """The size of an agency by its workload (PP 18/2016)."""

        A = "A", _("Tipe A")
        B = "B", _("Tipe B")
        C = "C", _("Tipe C")

    AGENCY_KINDS = (Kind.SETDA, Kind.SETWAN, Kind.INSPEKTORAT, Kind.DINAS, Kind.BADAN, Kind.SATUAN, Kind.KECAMATAN)
    VILLAGE_KINDS = (Kind.DESA, Kind.KELURAHAN)

    code = models.CharField(_("Kode"), max_length=40, unique=True)
    name = models.CharField(_("Nama"), max_length=160)
    short_name = models.CharField(_("Nama singkat"), max_length=60, blank=True)
    kind = models.CharField(_("Jenis"), max_length=12, choices=Kind)
    size = models.CharField(_("Tipe"), max_length=1, choices=Size, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("Induk")
    )
    district = models.ForeignKey(
        District, null=True, blank=True, on_delete=models.PROTECT, related_name="units", verbose_name=_("Kecamatan")
    )
    village = models.ForeignKey(
        Village, null=True, blank=True, on_delete=models.PROTECT, related_name="units", verbose_name=_("Desa/kelurahan")
    )
    # What stands in the head of its letters.
    address = models.CharField(_("Alamat"), max_length=200, blank=True)
    postal_code = models.CharField(_("Kode pos"), max_length=5, blank=True)
    phone = models.CharField(_("Telepon"), max_length=40, blank=True)
    email = models.EmailField(_("Surel"), blank=True)
    website = models.CharField(_("Laman"), max_length=100, blank=True)
    six_day_week = models.BooleanField(_("Enam hari kerja"), default=False)
    closed_at = models.DateTimeField(_("Ditutup pada"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(code=""), name="unit_has_name_and_code"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="unit_not_its_own_parent"),
            models.CheckConstraint(condition=Q(size__in=["", "A", "B", "C"]), name="unit_size"),
            models.CheckConstraint(
                condition=Q(postal_code="") | Q(postal_code__regex=r"^\d{5}$"), name="unit_postal_code"
            ),
            models.CheckConstraint(
                condition=Q(village=None) | Q(kind__in=["desa", "kelurahan"]), name="unit_village_by_kind"
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | Q(closed_at__isnull=False), name="unit_closed_by_and_at"
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="unit_name_once_in_parent",
            ),
            models.UniqueConstraint(
                fields=["village"], condition=Q(closed_at=None, village__isnull=False), name="unit_one_per_village"
            ),
            models.UniqueConstraint(
                fields=["district"],
                condition=Q(closed_at=None, kind="kecamatan"),
                name="unit_one_kecamatan_per_district",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name

    @property
    def is_agency(self) -> bool:
        return self.kind in self.AGENCY_KINDS

    @property
    def is_village_office(self) -> bool:
        return self.kind in self.VILLAGE_KINDS

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Position(models.Model):
    """A chair in a unit, whoever sits on it."""

    class Privacy:
        personal = ()
        specific = ()

    class Kind(models.TextChoices):
        """The kinds of UU 20/2023 on civil servants, and those of a village (UU 6/2014)."""

        PRATAMA = "pratama", _("Pimpinan tinggi pratama")
        ADMINISTRATOR = "administrator", _("Administrator")
        PENGAWAS = "pengawas", _("Pengawas")
        FUNGSIONAL = "fungsional", _("Fungsional")
        PELAKSANA = "pelaksana", _("Pelaksana")
        DESA = "desa", _("Kepala atau perangkat desa")
        OTHER = "other", _("Lainnya")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="positions", verbose_name=_("Unit"))
    name = models.CharField(_("Nama jabatan"), max_length=160)
    kind = models.CharField(_("Jenis jabatan"), max_length=14, choices=Kind, default=Kind.PELAKSANA)
    rank = models.CharField(_("Eselon atau jenjang"), max_length=40, blank=True)
    is_head = models.BooleanField(_("Memimpin unit ini"), default=False)
    key = models.SlugField(_("Kunci"), max_length=40, blank=True)

    class Meta:
        ordering = ["unit_id", "-is_head", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="position_has_name"),
            models.UniqueConstraint(fields=["unit", "name"], name="position_name_once_in_unit"),
            models.UniqueConstraint(fields=["unit"], condition=Q(is_head=True), name="position_one_head_per_unit"),
            models.UniqueConstraint(fields=["unit", "key"], condition=~Q(key=""), name="position_key_once_in_unit"),
            # What an assignment's copy of `is_head` refers to (migration 0002).
            models.UniqueConstraint(fields=["id", "is_head"], name="position_with_headship"),
        ]

    def __str__(self) -> str:
        return self.name


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def on(self, day: date) -> "AssignmentQuerySet":
        """Those in force on a day, first and last day included."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class _Span(Func):
    """The days of an assignment as a range; an open end is no end."""

    function = "daterange"


class _Same(Func):
    """A number as a range of itself: GiST compares it without the btree_gist extension."""

    function = "int8range"


def _never_twice(name: str, *fields: str, condition: Q | None = None) -> ExclusionConstraint:
    """No two rows with the same `fields` on the same day."""
    overlap = RangeOperators.OVERLAPS
    return ExclusionConstraint(
        name=name,
        expressions=[
            *[(_Same(F(field), F(field), Value("[]")), overlap) for field in fields],
            (_Span(F("starts_on"), F("ends_on"), Value("[]")), overlap),
        ],
        condition=condition,
    )


class Assignment(models.Model):
    """Who holds a position, from when to when, in their own right or acting for another."""

    class Privacy:
        personal = ("user", "decree_number")
        specific = ()

    class Acting(models.TextChoices):
        """Stands before the position in a signature; empty for who holds it in their own right."""

        DEFINITIVE = "", _("Definitif")
        PLT = "Plt.", _("Pelaksana tugas (Plt.)")
        PLH = "Plh.", _("Pelaksana harian (Plh.)")
        PJ = "Pj.", _("Penjabat (Pj.)")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("Pegawai")
    )
    position = models.ForeignKey(
        Position, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("Jabatan")
    )
    is_head = models.BooleanField(editable=False, default=False)
    """That of the position, kept the same by a foreign key, so that the constraint below can see it."""
    acting = models.CharField(_("Sebagai"), max_length=4, choices=Acting, blank=True, default="")
    starts_on = models.DateField(_("Mulai"))
    ends_on = models.DateField(_("Sampai"), null=True, blank=True)
    decree_number = models.CharField(_("Nomor SK"), max_length=80, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["position_id", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="assignment_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(acting__in=["", "Plt.", "Plh.", "Pj."]), name="assignment_acting"),
            _never_twice("assignment_once_at_a_time", "user_id", "position_id"),
            _never_twice("assignment_one_head_at_a_time", "position_id", condition=Q(is_head=True, acting="")),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.is_head = self.position.is_head
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """`Plt. Kepala Dinas Sosial`, as it stands in a signature."""
        return f"{self.acting} {self.position.name}".strip()

    def is_current(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class LocalHoliday(models.Model):
    """A day off in this regency alone, by a regulation of its own."""

    class Privacy:
        personal = ()
        specific = ()

    date = models.DateField(_("Tanggal"), unique=True)
    name = models.CharField(_("Nama"), max_length=120)
    regulation = models.CharField(_("Dasar"), max_length=160, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="localholiday_has_name")]

    def __str__(self) -> str:
        return self.name


class OfficeHours(models.Model):
    """When the offices of this regency are open: one row, absent while the regency keeps the usual hours."""

    class Privacy:
        personal = ()
        specific = ()

    id = models.SmallIntegerField(primary_key=True, default=1)
    opens_at = models.TimeField(_("Buka"), default=time(7, 30))
    closes_at = models.TimeField(_("Tutup"), default=time(16, 0))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="officehours_one_row"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="officehours_close_after_opening"),
        ]

    def __str__(self) -> str:
        return f"{self.opens_at:%H.%M}–{self.closes_at:%H.%M}"


class UnitImport(models.Model):
    """A table of units that a worker writes, all of it or none; a small one is written at once, without this."""

    class Privacy:
        personal = ()
        specific = ()

    class State(models.TextChoices):
        QUEUED = "queued", _("Sedang disimpan")
        DONE = "done", _("Disimpan")
        FAILED = "failed", _("Tidak disimpan")

    rows = models.JSONField(default=list)
    state = models.CharField(_("Keadaan"), max_length=10, choices=State, default=State.QUEUED)
    counts = models.JSONField(default=dict)
    problem = models.CharField(_("Masalah"), max_length=300, blank=True)
    queued_at = models.DateTimeField()
    queued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="queued", finished_at=None)
                | Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="unitimport_finished_when_over",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
