from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "library.release_published": _("menerbitkan paket templat %(subject)s"),
    "library.release_cloned": _(
        "menyalin paket templat %(subject)s: %(created)s dibuat, %(updated)s diperbarui, %(kept)s dipertahankan"
    ),
}
