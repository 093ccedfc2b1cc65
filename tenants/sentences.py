from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "tenants.state_changed": _("mengubah keadaan %(subject)s dari “%(from)s” menjadi “%(to)s”: %(reason)s"),
    "tenants.task_dropped": _("tidak menjalankan tugas %(task)s bagi %(subject)s (%(state)s)"),
    "tenants.domain_added": _("menambahkan alamat %(host)s bagi %(subject)s"),
    "tenants.domain_removed": _("menghapus alamat %(host)s dari %(subject)s"),
    "tenants.domain_made_primary": _("menjadikan %(host)s alamat utama %(subject)s"),
    "tenants.identity_changed": _("mengubah identitas %(subject)s (warna %(brand)s)"),
    "tenants.crest_changed": _("mengganti lambang %(subject)s"),
    "tenants.crest_removed": _("menghapus lambang %(subject)s"),
}
