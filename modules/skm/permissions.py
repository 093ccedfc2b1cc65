from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission


class SkmPermission(Permission):
    VIEW = "skm.view", _("Melihat hasil survei kepuasan")
    REPORT = "skm.report", _("Mengolah laporan survei kepuasan")
    VALIDATE = "skm.validate", _("Mengesahkan dan menerbitkan laporan survei kepuasan")
