from django.utils.translation import gettext_lazy as _

from modules.contract import Module, NavItem, Sector, SuggestedRole
from modules.services.permissions import ServicesPermission as P

MODULE = Module(
    key="services",
    name=_("Layanan warga"),
    summary=_("Layanan berupa formulir, dokumen, alur kerja, dan surat: dijalankan dari definisi, tanpa pemrograman."),
    sector=Sector.ADMINISTRATION,
    office=_("Bagian Organisasi Setda"),
    permissions=P,
    roles=(
        SuggestedRole(
            key="petugas_layanan",
            name="Petugas layanan",
            permissions=(P.VIEW, P.ACT, P.FILE, P.REVEAL),
            description="Memeriksa dan meneruskan permohonan warga.",
        ),
        SuggestedRole(
            key="penanda_tangan",
            name="Penanda tangan",
            permissions=(P.VIEW, P.ACT),
            description="Memutuskan dan menandatangani surat.",
        ),
        SuggestedRole(
            key="pengelola_layanan",
            name="Pengelola layanan",
            permissions=(P.VIEW, P.DESIGN),
            description="Menerbitkan dan mengubah definisi layanan.",
        ),
        SuggestedRole(
            key="operator_desa",
            name="Operator desa",
            permissions=(P.VIEW, P.ACT, P.FILE, P.REVEAL),
            description="Memeriksa permohonan warga desanya dan mengajukan atas nama mereka.",
        ),
        SuggestedRole(
            key="kepala_desa",
            name="Kepala desa atau lurah",
            permissions=(P.VIEW, P.ACT),
            description="Memutuskan permohonan desanya dan menandatangani suratnya.",
        ),
        SuggestedRole(
            key="verifikator_dinsos",
            name="Verifikator Dinas Sosial",
            permissions=(P.VIEW, P.ACT, P.REVEAL),
            description="Memeriksa kelengkapan dan kelayakan.",
        ),
    ),
    nav=(
        NavItem(_("Kotak masuk"), "work", P.VIEW, "inbox"),
        NavItem(_("Daftar layanan"), "services:services", P.VIEW, "layout-list"),
    ),
    templates=("Service",),
    public=True,
    essential=True,
    law=("UU 25/2009", "PP 96/2012"),
)
