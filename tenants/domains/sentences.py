from django.utils.translation import gettext_lazy as _

SENTENCES = {"domains.registration_noted": _("mencatat bahwa pendaftaran %(host)s berakhir %(ends)s")}
