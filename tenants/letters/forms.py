from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.files.uploads import MAX_BYTES
from tenants.letters.verification import normal
from tenants.people.formats import ukuran


class CodeForm(forms.Form):
    """The code as printed at the foot of a letter, or its end of the printed address."""

    code = forms.CharField(
        label=gettext_lazy("Kode pada kaki surat"),
        max_length=40,
        help_text=gettext_lazy("Dua belas huruf dan angka, misalnya K7Q4-M2XP-9TRD."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        self.fields["code"].widget.attrs.update(attrs)

    def clean_code(self) -> str:
        code = normal(self.cleaned_data["code"])
        if not code:
            raise ValidationError(
                _("Kode surat terdiri dari 12 huruf dan angka. Periksa lagi yang tercetak pada kaki surat.")
            )
        return code


class ComparisonForm(forms.Form):
    """The file that someone received, to be held against the one on record. It is not kept."""

    file = forms.FileField(
        label=gettext_lazy("Berkas PDF yang Anda terima"),
        help_text=gettext_lazy("Hanya dibandingkan, tidak disimpan."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = "application/pdf,.pdf"

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("Berkas ini lebih besar dari %(limit)s, jadi bukan surat kami. Pilih berkas lain.")
                % {"limit": ukuran(MAX_BYTES)}
            )
        return file
