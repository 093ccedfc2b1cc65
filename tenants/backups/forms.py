from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=500,
        help_text=_("Tampil di jejak audit kabupaten."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
