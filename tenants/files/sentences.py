from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "files.attachment_stored": _("menyimpan berkas %(kind)s untuk %(subject)s"),
    "files.attachment_deleted": _("menghapus berkas %(kind)s (%(reason)s)"),
}
