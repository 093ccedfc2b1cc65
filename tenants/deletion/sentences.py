from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "deletion.asked": _("meminta penghapusan %(subject)s: %(reason)s"),
    "deletion.package_asked": _("meminta paket keluar %(subject)s"),
    "deletion.confirmed": _("menyetujui penghapusan %(subject)s pada %(due)s"),
    "deletion.cancelled": _("membatalkan penghapusan %(subject)s"),
    "deletion.executed": _("menghapus %(subject)s: %(rows)s baris dan %(files)s berkas"),
}
