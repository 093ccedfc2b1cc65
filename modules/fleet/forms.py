from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.fleet.changes import switchable
from modules.fleet.models import BulkAction
from modules.fleet.queries import HEALTH, SORTS, Chosen, is_place
from modules.models import ModuleSwitch
from modules.registry import discover
from tenants import regions
from tenants.models import Regency


class FleetForm(forms.Form):
    """Search, filters and order of the list; whatever is not understood is left out, never an error."""

    q = forms.CharField(
        label=_("Cari"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("nama, provinsi, atau kode")}),
    )
    state = forms.ChoiceField(label=_("Keadaan"), required=False)
    province = forms.ChoiceField(label=_("Provinsi"), required=False)
    module = forms.ChoiceField(label=_("Memakai modul"), required=False)
    health = forms.ChoiceField(label=_("Kesehatan"), required=False)
    sort = forms.ChoiceField(required=False, choices=[(name, name) for name in SORTS], widget=forms.HiddenInput)
    down = forms.BooleanField(required=False, widget=forms.HiddenInput)
    after = forms.CharField(required=False, max_length=90, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        every = [("", _("Semua"))]
        provinces = sorted({info.province for info in regions.regencies()})
        self._choose("state", [*every, *Regency.State.choices])
        self._choose("province", [*every, *((name, name) for name in provinces)])
        self._choose("module", [*every, *((module.key, module.name) for module in discover())])
        self._choose("health", [*every, *((key, label) for key, (label, _tone) in HEALTH.items())])

    def _choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> Chosen:
        """What was asked, without what is not known."""
        self.is_valid()
        given = self.cleaned_data
        sort = given.get("sort") or "name"
        after = given.get("after", "")
        return Chosen(
            **{name: given.get(name, "") for name in ("q", "state", "province", "module", "health")},
            sort=sort,
            descending=given.get("down", False),
            after=after if is_place(sort, after) else "",
        )


class BulkForm(forms.Form):
    """What shall be changed in many regencies."""

    kind = forms.ChoiceField(label=_("Tindakan"), widget=forms.RadioSelect, initial="switch")
    module_key = forms.ChoiceField(label=_("Modul atau layanan"))
    target = forms.ChoiceField(
        label=_("Menjadi"),
        choices=ModuleSwitch.State.choices,
        required=False,
        initial="on",
        help_text=_("Untuk mengubah keadaan modul."),
    )
    publisher = forms.ModelChoiceField(
        label=_("Paket terbitan"),
        queryset=Regency.objects.none(),
        required=False,
        to_field_name="code",
        help_text=_("Untuk memperbarui paket templat: rilis terbarunya disalin."),
    )

    def __init__(self, data: Any = None, *, may_upgrade: bool, initial: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=initial)
        kinds = [choice for choice in BulkAction.Kind.choices if may_upgrade or choice[0] == BulkAction.Kind.SWITCH]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        modules = [module.key for module in discover()]
        names = switchable()
        services = sorted((name, key) for key, name in names.items() if key not in modules)
        self.fields["module_key"].choices = [  # type: ignore[attr-defined]
            (_("Modul"), [(key, names[key]) for key in modules]),
            (_("Layanan"), [(key, name) for name, key in services]),
        ]
        publishing = Regency.objects.filter(releases__isnull=False).distinct().order_by("name")
        self.fields["publisher"].queryset = publishing  # type: ignore[attr-defined]
        if not may_upgrade:
            del self.fields["publisher"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == BulkAction.Kind.UPGRADE and not given.get("publisher"):
            self.add_error("publisher", _("Pilih paket terbitan siapa."))
        if given.get("kind") == BulkAction.Kind.SWITCH and not given.get("target"):
            self.add_error("target", _("Pilih keadaan baru."))
        return given

    def asked(self) -> dict[str, Any]:
        """What `actions.request_bulk` takes."""
        given = self.cleaned_data
        upgrade = given["kind"] == BulkAction.Kind.UPGRADE
        return {
            "kind": given["kind"],
            "module_key": given["module_key"],
            "target": "" if upgrade else given["target"],
            "publisher": given.get("publisher") if upgrade else None,
        }
