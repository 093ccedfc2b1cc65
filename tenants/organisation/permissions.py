from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission


class OrganisationPermission(Permission):
    """Who sees and who changes the offices, the people in them and the working days."""

    VIEW = "organisation.view", _("Melihat organisasi dan kalender kerja")
    CHANGE = "organisation.change", _("Mengubah organisasi dan kalender kerja")
