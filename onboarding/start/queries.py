"""The first hour as a list of steps with what is done of each, for who prepares a regency."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.applications import facts
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
    services = [fact for fact in rehearsals if fact.key != "rehearsal"]
    staffed = [fact for fact in roles if fact.holds]
    rehearsed = [fact for fact in services if fact.holds]
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
            "/work/services/list/",
            _("Buka daftar layanan"),
            bool(services),
            _("%s layanan hidup") % len(services),
        ),
        Step(
            _("Latihan satu berkas"),
            _("Ajukan di portal seperti warga, selesaikan seperti petugas. Tidak dihitung, bernomor UJI."),
            next((fact.url for fact in services if not fact.holds), "/"),
            _("Buka portal"),
            bool(services) and len(rehearsed) == len(services),
            _("%(done)s dari %(all)s layanan sudah dilatih") % {"done": len(rehearsed), "all": len(services)},
        ),
        _of(by_key["agreements"], _("Naskah kerja sama"), _(
            "Cetak, tandatangani, pindai, dan unggah. Tim pusat memeriksa keabsahannya."
        ), _("Lihat naskah")),
    ]  # fmt: skip


def found_for(regency: Regency, at: datetime) -> list[facts.Fact]:
    """The facts on which going live depends."""
    return facts.of(regency, at)


def _of(fact: facts.Fact, title: str, why: str, action: str, url: str = "") -> Step:
    return Step(title, why, url or fact.url, action, fact.holds, fact.note)
