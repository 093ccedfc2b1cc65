from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from tenants.regions import SANDBOX

SCHEMA_NAME = r"^[a-z][a-z0-9_]{1,40}$"


class Regency(TenantMixin):
    """A kabupaten or kota that has a schema of its own here (or is about to get one)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draf")
        PROVISIONING = "provisioning", _("Disiapkan")
        ACTIVE = "active", _("Aktif")
        READ_ONLY = "read_only", _("Baca saja")
        SUSPENDED = "suspended", _("Ditangguhkan")
        ARCHIVED = "archived", _("Diarsipkan")

    class Kind(models.TextChoices):
        KABUPATEN = "kabupaten", _("Kabupaten")
        KOTA = "kota", _("Kota")

    class Zone(models.TextChoices):
        WIB = "Asia/Jakarta", "WIB"
        WITA = "Asia/Makassar", "WITA"
        WIT = "Asia/Jayapura", "WIT"

    class Brand(models.TextChoices):
        """The palette of `static/css/0-tokens.css`."""

        TEAL = "teal", _("Hijau laut")
        SONGKE = "songke", _("Merah songke")
        INDIGO = "indigo", _("Nila")
        FOREST = "forest", _("Hijau hutan")
        PLUM = "plum", _("Ungu")
        OCEAN = "ocean", _("Biru laut")
        CLAY = "clay", _("Tanah liat")
        OLIVE = "olive", _("Zaitun")
        MAROON = "maroon", _("Merah marun")
        SLATE = "slate", _("Kelabu batu")

    class Privacy:
        personal = ()
        specific = ()
        office = ("address", "phone", "email")  # of the government, not of a person

    # Provisioning is a job: saving a row never creates or drops a schema.
    auto_create_schema = False
    auto_drop_schema = False

    code = models.CharField(_("Kode Kemendagri"), max_length=5, unique=True)
    kind = models.CharField(_("Jenis"), max_length=10, choices=Kind)
    name = models.CharField(_("Nama"), max_length=60)
    province = models.CharField(_("Provinsi"), max_length=60)
    time_zone = models.CharField(_("Zona waktu"), max_length=20, choices=Zone)
    crest = models.ImageField(_("Lambang"), upload_to="crest", blank=True)
    brand = models.CharField(_("Warna"), max_length=20, choices=Brand, default=Brand.TEAL)
    address = models.CharField(_("Alamat"), max_length=200, blank=True)
    postal_code = models.CharField(_("Kode pos"), max_length=5, blank=True)
    phone = models.CharField(_("Telepon"), max_length=40, blank=True)
    email = models.EmailField(_("Surel"), blank=True)
    website = models.CharField(_("Laman"), max_length=100, blank=True)  # host and path, without https://
    state = models.CharField(_("Keadaan"), max_length=20, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(schema_name__regex=SCHEMA_NAME), name="regency_schema_name"),
            models.CheckConstraint(condition=Q(code__regex=r"^\d\d\.\d\d$"), name="regency_code"),
            models.CheckConstraint(
                condition=Q(postal_code="") | Q(postal_code__regex=r"^\d{5}$"), name="regency_postal_code"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """`Kabupaten Batang`."""
        return f"{self.Kind(self.kind).label} {self.name}"

    @property
    def is_sandbox(self) -> bool:
        """Whether it is the invented regency that visitors try."""
        return self.code == SANDBOX.code

    @property
    def short_zone(self) -> str:
        """`WIB`, `WITA` or `WIT`."""
        return self.Zone(self.time_zone).label

    @property
    def crest_version(self) -> str:
        """What changes in its addresses when the crest does; '' without one."""
        return PurePath(self.crest.name or "").stem

    @property
    def crest_url(self) -> str:
        """Where the regency's own host serves the crest for a screen; '' without one, or while its doors are closed."""
        return self._crest_url("small")

    @property
    def crest_print_url(self) -> str:
        """The same for paper."""
        return self._crest_url("large")

    def _crest_url(self, size: str) -> str:
        if not self.crest or self.state not in (self.State.ACTIVE, self.State.READ_ONLY):
            return ""
        return reverse("identity:crest", args=[self.crest_version, size], urlconf=settings.ROOT_URLCONF)

    @property
    def host(self) -> str:
        """The primary host, as loaded by routing or asked from the database."""
        domain = self.domains.filter(is_primary=True).first()  # type: ignore[attr-defined]
        return domain.domain if domain else ""


class Domain(DomainMixin):
    """A host of a regency: its subdomain of ours, or a domain of its own."""

    class Privacy:
        personal = ()
        specific = ()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(domain__regex=r"^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$"), name="domain_plain_host"
            )
        ]


class TemplateScript(models.Model):
    """What makes a regency's schema, read from the template schema once per release. At most one row."""

    class Privacy:
        personal = ()
        specific = ()

    release = models.CharField(max_length=64, unique=True)  # sha256 of the script
    script = models.BinaryField()  # tenants.schemas.script.SchemaScript.dump()
    migrations = models.JSONField()  # [["app", "0001_initial"], …] applied in the template
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.release[:12]


class StandbySchema(models.Model):
    """A complete schema that waits for its regency; claiming it is a rename."""

    class Privacy:
        personal = ()
        specific = ()

    schema_name = models.CharField(max_length=63, unique=True)
    release = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.schema_name
