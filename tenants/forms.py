from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.actions import TRANSITIONS
from tenants.models import Regency


class StateForm(forms.Form):
    """Where a regency may go from where it is, and why."""

    state = forms.ChoiceField(label=_("Menjadi"))
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Tercatat di jejak audit pusat dan kabupaten."),
    )

    def __init__(self, *args: object, regency: Regency, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        labels = dict(Regency.State.choices)
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            (state, labels[state]) for state in TRANSITIONS.get(regency.state, ())
        ]


class DomainForm(forms.Form):
    host = forms.CharField(
        label=_("Nama domain"), max_length=253, help_text=_("Arahkan DNS-nya ke server ini lebih dahulu.")
    )
