from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from modules.registry import discover
from modules.services.public import shipped
from tenants.models import Regency


class NewRegencyForm(forms.Form):
    """What a provisioning run needs to know."""

    code = forms.CharField(
        label=_("Kode Kemendagri"),
        max_length=5,
        help_text=_("Misalnya 33.25. Cari nama kabupaten di atas bila Anda tidak hafal."),
    )
    subdomain = forms.CharField(
        label=_("Subdomain"), max_length=40, required=False, help_text=_("Kosongkan untuk memakai nama kabupaten.")
    )
    source = forms.ChoiceField(
        label=_("Salin templat dari"), required=False, help_text=_("Kosong: templat bawaan setiap modul.")
    )
    modules = forms.MultipleChoiceField(
        label=_("Modul dan layanan"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tanpa pilihan: sama dengan sumbernya, atau semua modul."),
    )
    admin_name = forms.CharField(label=_("Nama administrator pertama"), max_length=120, required=False)
    admin_email = forms.EmailField(
        label=_("Surel administrator pertama"),
        required=False,
        help_text=_("Undangan untuk memilih kata sandi dikirim ke sini."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = Regency.objects.filter(state__in=["active", "read_only"]).order_by("name")
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            ("", _("Tidak menyalin")),
            *((regency.schema_name, regency.title) for regency in sources),
        ]
        self.fields["modules"].choices = [  # type: ignore[attr-defined]
            *((module.key, module.name) for module in discover() if not module.essential),
            *((key, format_lazy(_("Layanan: {name}"), name=found.name)) for key, found in shipped().items()),
        ]
