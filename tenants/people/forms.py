"""Form fields that accept a number as people write it and hand on its canonical digits."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenants.people.identity import InvalidNumber, parse_kk, parse_nik, parse_nip, parse_npwp, parse_phone


class _NumberField(forms.CharField):
    attrs: dict[str, str] = {}

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return self.canonical(text)
        except InvalidNumber as problem:
            raise ValidationError(str(problem), code="invalid") from None

    def canonical(self, text: str) -> str:
        raise NotImplementedError

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "autocomplete": "off", "spellcheck": "false", **self.attrs}


class NikField(_NumberField):
    """16 digits; `identity.parse_nik` of the cleaned value gives birth date, sex and region."""

    attrs = {"inputmode": "numeric", "maxlength": "24"}

    def canonical(self, text: str) -> str:
        return parse_nik(text).number


class KkField(_NumberField):
    attrs = {"inputmode": "numeric", "maxlength": "24"}

    def canonical(self, text: str) -> str:
        return parse_kk(text).number


class NipField(_NumberField):
    attrs = {"inputmode": "numeric", "maxlength": "26"}

    def canonical(self, text: str) -> str:
        return parse_nip(text).number


class NpwpField(_NumberField):
    attrs = {"inputmode": "numeric", "maxlength": "30"}

    def canonical(self, text: str) -> str:
        return parse_npwp(text).number


class PhoneField(_NumberField):
    """Cleans to `+62…`."""

    attrs = {"inputmode": "tel", "autocomplete": "tel", "maxlength": "24"}

    def canonical(self, text: str) -> str:
        return parse_phone(text)
