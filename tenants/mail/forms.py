from django import forms
from django.utils.translation import gettext_lazy as _


class SenderForm(forms.Form):
    """In whose name mails go out."""

    name = forms.CharField(
        label=_("Nama pengirim"),
        max_length=80,
        help_text=_("Tampil sebagai pengirim, misalnya Pemerintah Kabupaten Manggarai."),
    )
    reply_to = forms.EmailField(
        label=_("Surel untuk balasan"),
        help_text=_("Kotak surel kantor yang dibaca setiap hari, misalnya diskominfo@manggaraikab.go.id."),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if any(letter in name for letter in '<>"@\\,;') or not name.isprintable():
            raise forms.ValidationError(_("Tulis nama saja, tanpa tanda < > @ koma atau tanda kutip."))
        return name
