from django.utils.translation import gettext_lazy as _

SENTENCES = {"mail.sender_set": _("menetapkan pengirim surel kabupaten")}
