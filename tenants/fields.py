"""Form fields that every module uses: money as people write it, days as browsers pick them."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+")


class MoneyInput(forms.TextInput):
    """Typed with or without dots (`1.000.000`); the page writes `Rp` before it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})


class MoneyField(forms.DecimalField):
    """Whole rupiah, never negative; cleans to `Decimal`."""

    widget = MoneyInput
    default_error_messages = {"invalid": _("Tulis jumlah rupiah dengan angka, misalnya 1.000.000.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_digits": 18, "decimal_places": 0, "localize": True, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """A stored amount is shown without `,00`; what was typed stays as it was typed."""
        return value if value is None or isinstance(value, str) else int(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"^Rp\.?\s*|,(00|-)$|\s", "", value.strip(), flags=re.IGNORECASE)
            if _GROUPED.fullmatch(value):
                value = re.sub(r"[.,]", "", value)
        return super().to_python(value)


class DayInput(forms.DateInput):
    """The browser's own calendar; it wants ISO dates in the page and shows them in the reader's order."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day; `earliest` and `latest` hold in the browser's calendar and in the answer."""

    widget = DayInput

    def __init__(self, *, earliest: Any = None, latest: Any = None, **kwargs: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        limits = {"min": self.earliest, "max": self.latest}
        return {**super().widget_attrs(widget), **{name: day.isoformat() for name, day in limits.items() if day}}

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and self.earliest and value < self.earliest:
            raise forms.ValidationError(_("Paling awal %(day)s."), params={"day": f"{self.earliest:%d-%m-%Y}"})
        if value and self.latest and value > self.latest:
            raise forms.ValidationError(_("Paling lambat %(day)s."), params={"day": f"{self.latest:%d-%m-%Y}"})
