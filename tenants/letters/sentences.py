from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "letters.series_continued": _("melanjutkan seri nomor %(subject)s tahun %(year)s setelah nomor %(last)s"),
    "letters.letter_requested": _("meminta pembuatan surat %(subject)s"),
    "letters.letter_made": _("membuat PDF surat %(subject)s"),
    "letters.letter_failed": _("gagal membuat surat %(subject)s: %(problem)s"),
    "letters.letter_retried": _("meminta surat %(subject)s dibuat ulang"),
    "letters.letter_revoked": _("mencabut surat %(subject)s"),
}
