from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission


class ServicesPermission(Permission):
    VIEW = "services.view", _("Melihat kotak masuk dan berkas")
    ACT = "services.act", _("Memutuskan berkas yang menjadi gilirannya")
    FILE = "services.file", _("Mengajukan atas nama warga")
    REVEAL = "services.reveal", _("Melihat NIK dan nomor KK secara lengkap (tercatat)")
    DESIGN = "services.design", _("Menerbitkan definisi layanan")
