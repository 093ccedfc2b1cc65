from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "exports.requested": _("meminta paket data %(subject)s"),
    "exports.made": _("membuat paket data %(subject)s: %(rows)s baris, sidik %(fingerprint)s"),
    "exports.fetched": _("mengunduh paket data %(subject)s"),
    "exports.imported": _("memasang %(subject)s dari paket data, sidik %(fingerprint)s"),
}
