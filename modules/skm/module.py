from django.utils.translation import gettext_lazy as _

from modules.contract import Module, NavItem, Sector, SuggestedRole
from modules.skm.permissions import SkmPermission as P

MODULE = Module(
    key="skm",
    name=_("Survei kepuasan masyarakat"),
    summary=_(
        "Sembilan unsur dinilai warga setelah layanan selesai; indeks, mutu, laporan, dan tindak lanjut per masa."
    ),
    sector=Sector.ADMINISTRATION,
    office=_("Bagian Organisasi Setda"),
    permissions=P,
    roles=(
        SuggestedRole(
            key="pengolah_skm",
            name="Pengolah survei kepuasan",
            permissions=(P.VIEW, P.REPORT),
            description="Mengolah laporan survei kepuasan dan menulis tindak lanjutnya.",
        ),
        SuggestedRole(
            key="pengesah_skm",
            name="Pengesah survei kepuasan",
            permissions=(P.VIEW, P.VALIDATE),
            description="Mengesahkan dan menerbitkan laporan survei kepuasan.",
        ),
    ),
    nav=(NavItem(_("Survei kepuasan"), "skm:results", P.VIEW, "smile"),),
    requires=("services",),
    templates=("Questionnaire",),
    public=True,
    law=("UU 25/2009", "PermenPANRB 14/2017"),
)
