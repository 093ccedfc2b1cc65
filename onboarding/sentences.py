from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "onboarding.provisioning_requested": _("meminta penyiapan %(subject)s"),
    "onboarding.provisioning_failed": _("gagal menyiapkan %(subject)s pada langkah “%(step)s”"),
    "onboarding.provisioning_retried": _("mengulangi penyiapan %(subject)s"),
    "onboarding.provisioning_abandoned": _("membatalkan penyiapan %(subject)s"),
    "onboarding.provisioned": _("selesai menyiapkan %(subject)s"),
    "onboarding.regency_opened": _("membuka %(subject)s"),
}
