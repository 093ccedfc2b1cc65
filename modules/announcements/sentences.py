from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "announcements.announced": _("mengumumkan %(subject)s"),
    "announcements.withdrawn": _("menarik pengumuman %(subject)s"),
}
