from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "support.access_requested": _("meminta akses dukungan selama %(hours)s jam"),
    "support.access_consented": _("mengizinkan akses dukungan %(subject)s selama %(hours)s jam"),
    "support.access_refused": _("menolak akses dukungan %(subject)s"),
    "support.access_ended": _("mengakhiri akses dukungan %(subject)s (%(how)s)"),
    "support.request_unanswered": _("menutup permintaan akses dukungan %(subject)s yang tidak dijawab"),
    "support.entered": _("masuk dengan akses dukungan %(subject)s"),
    "support.page_opened": _("membuka %(method)s %(path)s dengan akses dukungan %(subject)s"),
    "support.announcement_dismissed": _("menyembunyikan pengumuman %(announcement)s"),
}
