from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tenants.files.forms import UploadField
from tenants.files.uploads import JPEG, PNG
from tenants.identity.actions import FIELDS
from tenants.identity.crest import MAX_BYTES
from tenants.models import Regency


class BrandField(forms.ChoiceField):
    """The palette, each colour beside its name."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        choices = [(brand.value, _swatch(brand)) for brand in Regency.Brand]
        super().__init__(choices=choices, **kwargs)


def _swatch(brand: Regency.Brand) -> SafeString:
    return format_html('<span class="hue" data-brand="{}"></span>{}', brand.value, brand.label)


class IdentityForm(forms.ModelForm):  # type: ignore[type-arg]
    """Colour, crest and contact. Saving is the action's."""

    brand = BrandField(label=_("Warna"), help_text=_("Semua warna ini terbaca jelas, terang maupun gelap."))
    crest_file = UploadField(label=_("Lambang"), allowed=(PNG, JPEG), max_bytes=MAX_BYTES, required=False)
    without_crest = forms.BooleanField(label=_("Hapus lambang yang sekarang"), required=False)
    phone = forms.CharField(
        label=_("Telepon"),
        max_length=40,
        required=False,
        validators=[RegexValidator(r"^[0-9()+\-/ ]{5,40}$", _("Tulis angka saja, misalnya (0285) 391571."))],
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    postal_code = forms.CharField(
        label=_("Kode pos"),
        max_length=5,
        required=False,
        validators=[RegexValidator(r"^\d{5}$", _("Kode pos terdiri atas lima angka."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    class Meta:
        model = Regency
        fields = FIELDS
        help_texts = {
            "address": _("Jalan dan nomor pusat pemerintahan, dengan nama kotanya."),
            "website": _("Tanpa https://, misalnya batangkab.go.id."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["crest_file", "without_crest", *FIELDS])
        if not self.instance.crest:
            del self.fields["without_crest"]

    def clean_website(self) -> str:
        site = str(self.cleaned_data["website"]).strip().removeprefix("https://").removeprefix("http://").rstrip("/")
        if site:
            try:
                URLValidator(schemes=["https"])(f"https://{site}")
            except ValidationError:
                raise ValidationError(_("Tulis alamat laman saja, misalnya batangkab.go.id.")) from None
        return site

    def values(self) -> dict[str, str]:
        """What `change_identity` takes."""
        return {name: self.cleaned_data[name] for name in FIELDS}
