from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "modules.switched": _("mengubah modul %(module)s dari “%(from)s” menjadi “%(to)s”"),
    "modules.switched_from_console": _("mengubah modul %(module)s di %(subject)s dari “%(from)s” menjadi “%(to)s”"),
}
