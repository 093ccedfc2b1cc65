from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "services.published": _("menerbitkan definisi layanan %(subject)s versi %(version)s"),
    "services.case_filed": _("mengajukan berkas %(subject)s"),
    "services.case_moved": _("memindahkan berkas %(subject)s dari “%(from)s” ke “%(to)s”"),
    "services.version_move_asked": _(
        "meminta pemindahan %(count)s berkas terbuka layanan %(subject)s ke versi %(version)s"
    ),
    "services.case_version_changed": _("memindahkan berkas %(subject)s dari versi %(from)s ke versi %(to)s"),
    "services.document_added": _("menambahkan dokumen pada berkas %(subject)s"),
    "services.numbers_revealed": _("melihat nomor pribadi secara lengkap pada berkas %(subject)s"),
    "services.office_assigned": _("menetapkan kantor pengelola layanan %(subject)s"),
}
