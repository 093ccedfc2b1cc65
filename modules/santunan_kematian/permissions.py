from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission


class SantunanPermission(Permission):
    """What people do with death benefits. Who may act on which claim is also a matter of its stage and village."""

    VIEW = "santunan_kematian.view", _("Melihat pengajuan santunan kematian")
    OVERVIEW = "santunan_kematian.overview", _("Melihat SK, daftar bayar, kematian, dan laporan sekabupaten")
    FILE = "santunan_kematian.file", _("Mengajukan klaim atas nama keluarga")
    ENDORSE = "santunan_kematian.endorse", _("Mengesahkan pengajuan desa")
    VERIFY = "santunan_kematian.verify", _("Memverifikasi pengajuan")
    SURVEY = "santunan_kematian.survey", _("Menyurvei rumah")
    DECIDE = "santunan_kematian.decide", _("Menyetujui atau menolak, dan menerbitkan SK")
    PAY = "santunan_kematian.pay", _("Menyusun daftar bayar")
    DISBURSE = "santunan_kematian.disburse", _("Mencatat SP2D")
    HAND_OVER = "santunan_kematian.hand_over", _("Mencatat penyerahan uang")
    REPORT_DEATHS = "santunan_kematian.report_deaths", _("Mengonfirmasi laporan kematian")
    REGISTER = "santunan_kematian.register", _("Mengelola data sosial")
    CONFIGURE = "santunan_kematian.configure", _("Mengatur program dan pagu")
    REVEAL = "santunan_kematian.reveal", _("Membuka NIK dan nomor rekening")
