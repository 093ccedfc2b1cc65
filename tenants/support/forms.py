from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import Role
from tenants.support.actions import HOURS
from tenants.support.permissions import further


class AskForm(forms.Form):
    """Why an operator wants to look in, and for how long."""

    reason = forms.CharField(
        label=_("Alasan"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Dibaca oleh administrator kabupaten. Sebut masalahnya, bukan nama warga."),
    )
    hours = forms.TypedChoiceField(
        label=_("Lama akses"), coerce=int, choices=[(hours, _("%s jam") % hours) for hours in HOURS], initial=4
    )


class ConsentForm(forms.Form):
    """What the operator may see and do besides reading."""

    roles = forms.ModelMultipleChoiceField(
        label=_("Berkas milik peran mana yang boleh dilihat"),
        queryset=Role.objects.none(),
        required=False,
        to_field_name="key",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tanpa peran, daftar berkas tampil kosong. Peran hanya membuka penglihatan, bukan wewenangnya."),
    )
    permissions = forms.MultipleChoiceField(
        label=_("Wewenang tambahan"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Biasanya kosong: operator hanya membaca. NIK lengkap tidak pernah dibuka."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["roles"].queryset = Role.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["permissions"].choices = sorted(  # type: ignore[attr-defined]
            ((name, str(label)) for name, label in further().items()), key=lambda choice: choice[1]
        )
