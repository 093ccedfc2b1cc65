"""The first hour as a list of steps with what is done of each, for who prepares a regency."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from modules.services import public as services
from modules.switches import state_of
from onboarding.applications import facts
from tenants.accounts.models import Role
from tenants.models import Regency


@dataclass(frozen=True)
class Step:
    """One thing to do: why, where, and whether it is done."""

    title: str
    why: str
    url: str
    action: str
    done: bool
    note: str = ""


def steps(regency: Regency, found: list[facts.Fact]) -> list[Step]:
    """The steps in the order in which they are easiest."""
    by_key = {fact.key: fact for fact in found}
    roles = [fact for fact in found if fact.key.startswith("roles:")]
    rehearsals = [fact for fact in found if fact.key.startswith("rehearsal")]
    open_ = [fact for fact in rehearsals if fact.key != "rehearsal"]
    staffed = [fact for fact in roles if fact.holds]
    rehearsed = [fact for fact in open_ if fact.holds]
    return [
        Step(
            _("Lambang dan warna"),
            _("Supaya warga dan pegawai mengenali situsnya. Lambang juga tampil pada kop surat."),
            "/work/settings/identity/",
            _("Unggah lambang"),
            bool(regency.crest),
        ),
        _of(by_key["offices"], _("Daftar OPD"), _(
            "Unduh daftar yang sudah ada, lengkapi alamatnya di lembar kerja, lalu unggah kembali."
        ), _("Unggah daftar OPD")),
        Step(
            _("Undang petugas"),
            _("Unggah satu lembar: nama, surel, NIP, unit, dan peran. Setiap orang menerima undangan."),
            "/work/staff/import/",
            _("Unggah daftar petugas"),
            bool(roles) and len(staffed) == len(roles),
            _("%(done)s dari %(all)s modul dan layanan berpetugas lengkap") % {"done": len(staffed), "all": len(roles)},
        ),
        _of(by_key["administrators"], _("Verifikasi dua langkah"), _(
            "Dua administrator memasang kode dari telepon, supaya akun tidak mudah dibajak."
        ), _("Pasang di akun Anda"), url=reverse("mfa_index")),
        _of(by_key["sender"], _("Pengirim surel"), _(
            "Nama yang dibaca warga, dan kotak surel kantor tempat balasan masuk."
        ), _("Tetapkan pengirim")),
        Step(
            _("Hidupkan layanan pertama"),
            _("Mulai dari satu layanan yang sederhana. Yang lain dapat dihidupkan kapan saja."),
            "/work/start/services/",
            _("Buka daftar layanan"),
            bool(open_),
            _("%s layanan hidup") % len(open_),
        ),
        Step(
            _("Latihan satu berkas"),
            _("Ajukan di portal seperti warga, selesaikan seperti petugas. Tidak dihitung, bernomor UJI."),
            next((fact.url for fact in open_ if not fact.holds), "/"),
            _("Buka portal"),
            bool(open_) and len(rehearsed) == len(open_),
            _("%(done)s dari %(all)s layanan sudah dilatih") % {"done": len(rehearsed), "all": len(open_)},
        ),
        _of(by_key["agreements"], _("Naskah kerja sama"), _(
            "Cetak, tandatangani, pindai, dan unggah. Tim pusat memeriksa keabsahannya."
        ), _("Lihat naskah")),
    ]  # fmt: skip


@dataclass(frozen=True)
class Offered:
    """A service that can be switched on, and whose work it is."""

    key: str
    name: str
    summary: str
    office: str
    roles: tuple[str, ...]
    state: str


def offered(regency: Regency) -> list[Offered]:
    """The published services of the current schema, by name."""
    names = dict(Role.objects.values_list("key", "name"))
    by_service = services.roles_by_service()
    found = _published().select_related("current", "unit").order_by("name")
    return [
        Offered(
            key=each.key,
            name=each.name,
            summary=each.definition.summary,
            office=each.unit.label if each.unit else each.definition.office,
            roles=tuple(sorted(names.get(role, role) for role in by_service.get(each.key, ()))),
            state=state_of(regency, each.key),
        )
        for each in found
    ]


def service(key: str) -> services.Service | None:
    """A published service by its key."""
    return _published().filter(key=key).first()


def _published() -> QuerySet[services.Service]:
    return services.Service.objects.exclude(current=None)


def found_for(regency: Regency, at: datetime) -> list[facts.Fact]:
    """The facts on which going live depends."""
    return facts.of(regency, at)


def _of(fact: facts.Fact, title: str, why: str, action: str, url: str = "") -> Step:
    return Step(title, why, url or fact.url, action, fact.holds, fact.note)
