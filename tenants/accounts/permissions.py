from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission


class StaffPermission(Permission):
    """What a regency's administrators do, whatever modules are on."""

    MANAGE_STAFF = "staff.manage", _("Mengelola pegawai")
    MANAGE_ROLES = "staff.manage_roles", _("Mengubah peran")
    VIEW_AUDIT = "audit.view", _("Membaca jejak audit")
    MANAGE_IDENTITY = "identity.manage", _("Mengubah lambang, warna, dan kontak kabupaten")
    MANAGE_MODULES = "modules.manage", _("Menghidupkan dan mematikan modul")
    PREPARE = "regency.prepare", _("Menyiapkan kabupaten sampai mulai berlaku")
    CONSENT_SUPPORT = "support.consent", _("Mengizinkan akses dukungan tim pusat")
    VIEW_BILLING = "billing.view", _("Melihat tagihan kabupaten")
    FILE_BILLING = "billing.file", _("Mengunggah berkas tagihan yang bertanda tangan")
    MANAGE_PACKAGES = "library.manage", _("Menyalin dan menerbitkan paket templat")
    EXPORT_DATA = "exports.manage", _("Meminta dan mengunduh paket data kabupaten")
