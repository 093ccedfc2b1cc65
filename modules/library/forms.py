from django import forms
from django.utils.translation import gettext_lazy as _


class PublicationForm(forms.Form):
    version = forms.CharField(label=_("Versi"), max_length=20, help_text=_("Tiga angka, di atas rilis terakhir."))
    notes = forms.CharField(
        label=_("Yang berubah"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Dibaca oleh kabupaten yang hendak menyalin."),
    )
