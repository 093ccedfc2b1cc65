"""Money and days as people write them."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from tenants.fields import DayField, MoneyField


class Programme(forms.Form):
    amount = MoneyField(label="Besar")
    since = DayField(label="Sejak", earliest=date(2026, 1, 1), latest=date(2026, 12, 31))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "typed", ["1000000", "1.000.000", "Rp 1.000.000", "Rp1.000.000,00", "1 000 000", "rp. 1.000.000,-", "1,000,000"]
)
def test_money_is_understood(typed: str, language: str) -> None:
    with translation.override(language):
        assert MoneyField().clean(typed) == Decimal("1000000")


@pytest.mark.parametrize("typed", ["sejuta", "-5", "1.000,50", "1.00", "10.0000", "9" * 19])
def test_money_that_is_no_whole_amount_is_refused(typed: str) -> None:
    with translation.override("id"), pytest.raises(forms.ValidationError):
        MoneyField().clean(typed)


def test_money_is_shown_with_dots_and_without_decimals() -> None:
    with translation.override("id"):
        text = str(Programme(initial={"amount": Decimal("1000000.00")})["amount"])
    assert 'value="1.000.000"' in text
    assert 'inputmode="numeric"' in text


def test_money_keeps_what_was_typed_when_refused() -> None:
    assert 'value="sejuta"' in str(Programme({"amount": "sejuta"})["amount"])


def test_money_writes_the_unit_before_the_field() -> None:
    assert '<div class="affix"><span aria-hidden="true">Rp</span><input' in str(Programme())


def test_day_is_iso_in_the_page() -> None:
    with translation.override("id"):
        text = str(Programme(initial={"since": date(2026, 11, 3)})["since"])
    assert 'type="date"' in text and 'value="2026-11-03"' in text
    assert 'min="2026-01-01"' in text and 'max="2026-12-31"' in text


@pytest.mark.parametrize(("typed", "word"), [("2025-12-31", "Paling awal 01-01-2026"), ("2027-01-01", "Paling lambat")])
def test_day_outside_its_limits_is_refused(typed: str, word: str) -> None:
    with pytest.raises(forms.ValidationError, match=word):
        Programme.base_fields["since"].clean(typed)
