from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "backups.restored_beside": _("menggelar cadangan %(backup)s sebagai %(subject)s"),
    "backups.restored_dropped": _("menghapus gelaran cadangan %(subject)s"),
    "backups.put_in_place": _("mengganti data %(subject)s dengan cadangan %(backup)s: %(reason)s"),
    "backups.pulled_back": _("menarik kembali %(rows)s baris %(model)s dari cadangan %(backup)s: %(reason)s"),
    "backups.asked": _("meminta cadangan %(subject)s"),
}
