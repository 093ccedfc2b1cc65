from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.models import ModuleSwitch
from modules.registry import discover
from modules.switches import is_reachable
from tenants.accounts.models import Role
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency
from tenants.organisation.permissions import OrganisationPermission


class SwitchForm(forms.Form):
    LABELS = dict(ModuleSwitch.State.choices)

    state = forms.ChoiceField(label=_("Keadaan"), choices=ModuleSwitch.State.choices)


class RoleForm(forms.Form):
    """A role with a checkbox for every permission of the modules that are on."""

    name = forms.CharField(label=_("Nama"), max_length=80)
    description = forms.CharField(label=_("Keterangan"), max_length=200, required=False)
    permissions_chosen = forms.MultipleChoiceField(
        label=_("Wewenang"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, role: Role | None, regency: Regency) -> None:
        held = role.permissions if role else []
        initial = {"name": role.name, "description": role.description} if role else {}
        super().__init__(data, initial={**initial, "permissions_chosen": held})
        groups = permission_choices(regency)
        self.fields["permissions_chosen"].choices = groups  # type: ignore[attr-defined]
        shown = {value for _group, choices in groups for value, _label in choices}
        self._hidden = [name for name in held if name not in shown]

    def permissions(self) -> list[str]:
        """What was chosen, and what the role already had of modules that are off and therefore not shown."""
        return [*self.cleaned_data["permissions_chosen"], *self._hidden]


def permission_choices(regency: Regency) -> list[tuple[str, list[tuple[str, str]]]]:
    """Permissions by module, for the modules that this regency has on."""
    ground = [*StaffPermission, *OrganisationPermission]
    groups = [(str(_("Pengelolaan")), [(str(p), str(p.label)) for p in ground])]
    for module in discover():
        if is_reachable(regency, module.key):
            groups.append((str(module.name), [(str(p), str(p.label)) for p in module.permissions]))
    return groups
