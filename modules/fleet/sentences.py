from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "fleet.bulk_requested": _("meminta tindakan %(subject)s bagi %(count)s kabupaten (%(kind)s %(module)s %(target)s)"),
    "fleet.bulk_confirmed": _("menyetujui tindakan %(subject)s"),
    "fleet.bulk_cancelled": _("membatalkan tindakan %(subject)s"),
    "fleet.bulk_retried": _("mengulangi tindakan %(subject)s"),
    "fleet.bulk_finished": _("menyelesaikan tindakan %(subject)s: %(done)s berhasil, %(failed)s gagal"),
    "fleet.digest_subscribed": _("meminta ringkasan harian lewat surel"),
    "fleet.digest_unsubscribed": _("menghentikan ringkasan harian lewat surel"),
}
