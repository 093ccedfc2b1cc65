"""e-Santunan Kematian, in Batang e-Sakti: a benefit for the family when someone of a poor household dies."""

from django.utils.translation import gettext_lazy as _

from modules.contract import Module, NavItem, Sector, SuggestedRole
from modules.santunan_kematian.permissions import SantunanPermission as P

MODULE = Module(
    key="santunan_kematian",
    name=_("Santunan kematian"),
    summary=_("Santunan bagi keluarga miskin yang berduka, dari pengajuan desa sampai uang diserahkan."),
    sector=Sector.WELFARE,
    office=_("Dinas Sosial"),
    permissions=P,
    roles=(
        SuggestedRole(
            "operator_desa",
            "Operator desa",
            (P.VIEW, P.FILE, P.REVEAL),
            "Mengajukan klaim atas nama keluarga.",
        ),
        SuggestedRole("kepala_desa", "Kepala desa atau lurah", (P.VIEW, P.ENDORSE), "Mengesahkan pengajuan desanya."),
        SuggestedRole(
            "verifikator_dinsos",
            "Verifikator Dinas Sosial",
            (P.VIEW, P.OVERVIEW, P.VERIFY, P.REGISTER, P.REVEAL),
            "Memeriksa kelengkapan dan kelayakan.",
        ),
        SuggestedRole("tksk", "TKSK", (P.VIEW, P.SURVEY), "Menyurvei rumah keluarga di luar data sosial."),
        SuggestedRole(
            "kepala_dinsos",
            "Kepala Dinas Sosial",
            (P.VIEW, P.OVERVIEW, P.DECIDE, P.CONFIGURE),
            "Menyetujui atau menolak, dan menetapkan aturan program.",
        ),
        SuggestedRole(
            "bendahara",
            "Bendahara santunan",
            (P.VIEW, P.OVERVIEW, P.PAY, P.HAND_OVER, P.REVEAL),
            "Menyusun daftar bayar dan menyerahkan uang.",
        ),
        SuggestedRole(
            "bpkad", "BPKAD (kuasa BUD)", (P.VIEW, P.OVERVIEW, P.DISBURSE), "Mencatat SP2D atas daftar bayar."
        ),
        SuggestedRole(
            "petugas_dukcapil",
            "Petugas Dukcapil",
            (P.VIEW, P.OVERVIEW, P.REPORT_DEATHS, P.REVEAL),
            "Menerima laporan kematian dan mengonfirmasinya.",
        ),
    ),
    nav=(NavItem(_("Santunan kematian"), "santunan_kematian:claims", P.VIEW, "heart-handshake"),),
    figures={"paid": _("Santunan dibayarkan")},
    requires=("services",),
    templates=("Programme", "NumberPattern"),
    public=True,
    law=("UU 13/2011", "PP 12/2019", "Permendagri 77/2020", "UU 27/2022"),
)
