"""Form fields that accept a number as people write it and hand on its canonical digits."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenants.people.identity import InvalidNumber, parse_kk, parse_nik, parse_nip, parse_npwp, parse_phone


class _NumberField(forms.CharField):
    parse: Callable[[str], Any]
    attrs: dict[str, str] = {}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if text in self.empty_values:
            return text
        try:
            return self.canonical(text)
        except InvalidNumber as problem:
            raise ValidationError(str(problem), code="invalid") from None

    def canonical(self, text: str) -> str:
        return type(self).parse(text).number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "autocomplete": "off", "spellcheck": "false", **self.attrs}


class NikField(_NumberField):
    """16 digits; `identity.parse_nik` of the cleaned value gives birth date, sex and region."""

    parse = parse_nik
    attrs = {"inputmode": "numeric", "maxlength": "24"}


class KkField(_NumberField):
    parse = parse_kk
    attrs = {"inputmode": "numeric", "maxlength": "24"}


class NipField(_NumberField):
    parse = parse_nip
    attrs = {"inputmode": "numeric", "maxlength": "26"}


class NpwpField(_NumberField):
    parse = parse_npwp
    attrs = {"inputmode": "numeric", "maxlength": "30"}


class PhoneField(_NumberField):
    """Cleans to `+62…`."""

    parse = parse_phone
    attrs = {"inputmode": "tel", "autocomplete": "tel", "maxlength": "24"}

    def canonical(self, text: str) -> str:
        return parse_phone(text)
