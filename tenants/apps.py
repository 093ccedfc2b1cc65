from django import forms
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        # Before any form is made. Django's own Indonesian says "bidang", which to a village clerk is a plot of land.
        forms.Field.default_error_messages["required"] = _("Wajib diisi.")
        forms.FileField.default_error_messages["required"] = _("Pilih berkasnya.")
