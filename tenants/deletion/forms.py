from django import forms
from django.utils.translation import gettext_lazy as _


class DeletionForm(forms.Form):
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Dasar permintaannya, misalnya nomor surat. Tanpa nama orang: tercatat selamanya."),
    )
