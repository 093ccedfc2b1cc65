"""Enough to recognise, too little to know."""

import pytest

from tenants.people import forms
from tenants.people.masking import mask, mask_name, mask_nik, mask_tail


def test_masks() -> None:
    assert mask_nik("3325011203859901") == "3325************"
    assert mask_tail("+6281234567890") == "**********7890"
    assert mask_name("Siti Aminah") == "S*** A*****"


@pytest.mark.parametrize("text", ["", None, "1", "12", "1234"])
def test_at_most_half_of_a_short_value_shows(text: str | None) -> None:
    for masked in (mask(text), mask_tail(text)):
        assert len(masked) == len(text or "")
        assert masked.count("*") >= len(masked) / 2


class _Form(forms.forms.Form):
    nik = forms.NikField()
    phone = forms.PhoneField(required=False)


def test_form_fields_hand_on_digits() -> None:
    form = _Form({"nik": "3325 0112 0385 9901", "phone": "0812-3456-7890"})
    assert form.is_valid()
    assert form.cleaned_data == {"nik": "3325011203859901", "phone": "+6281234567890"}
    assert 'inputmode="numeric"' in str(form["nik"])


def test_form_fields_say_what_is_wrong() -> None:
    form = _Form({"nik": "3325", "phone": ""})
    assert form.errors == {"nik": ["NIK harus 16 angka; yang Anda tulis 4 angka."]}
