from django.utils.translation import gettext_lazy as _

from modules.contract import Module, NavItem, Sector, SuggestedRole
from modules.services.permissions import ServicesPermission

MODULE = Module(
    key="services",
    name=_("Layanan warga"),
    summary=_("Layanan berupa formulir, dokumen, alur kerja, dan surat: dijalankan dari definisi, tanpa pemrograman."),
    sector=Sector.ADMINISTRATION,
    office=_("Bagian Organisasi Setda"),
    permissions=ServicesPermission,
    roles=(
        SuggestedRole(
            key="petugas_layanan",
            name="Petugas layanan",
            permissions=(ServicesPermission.VIEW, ServicesPermission.ACT, ServicesPermission.FILE),
            description="Memeriksa dan meneruskan permohonan warga",
        ),
        SuggestedRole(
            key="penanda_tangan",
            name="Penanda tangan",
            permissions=(ServicesPermission.VIEW, ServicesPermission.ACT),
            description="Memutuskan dan menandatangani surat",
        ),
        SuggestedRole(
            key="pengelola_layanan",
            name="Pengelola layanan",
            permissions=(ServicesPermission.VIEW, ServicesPermission.DESIGN),
            description="Menerbitkan dan mengubah definisi layanan",
        ),
    ),
    nav=(
        NavItem(_("Kotak masuk"), "services:inbox", ServicesPermission.VIEW, "inbox"),
        NavItem(_("Daftar layanan"), "services:services", ServicesPermission.VIEW, "layout-list"),
    ),
    templates=("Service",),
    public=True,
    essential=True,
    law=("UU 25/2009", "PP 96/2012"),
)
