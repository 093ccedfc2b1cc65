"""Shapes of what the API of the console takes and gives."""

from typing import Any

from rest_framework import serializers

from modules.fleet.queries import Row
from modules.models import ModuleSwitch
from tenants.models import Regency


class FactsSerializer(serializers.Serializer[Any]):
    """What the regency last pushed about itself: counts alone."""

    measured_at = serializers.DateTimeField()
    release = serializers.CharField()
    problems = serializers.ListField(child=serializers.CharField())
    cases_open = serializers.IntegerField()
    cases_closed = serializers.IntegerField()
    cases_late = serializers.IntegerField()
    unfinished = serializers.IntegerField(help_text="Services that nobody finishes.")
    users = serializers.IntegerField()
    letters = serializers.IntegerField()
    storage = serializers.IntegerField(help_text="Bytes of files and tables.")
    errors = serializers.IntegerField(  # type: ignore[assignment]
        help_text="Of the last seven days."
    )
    last_activity_at = serializers.DateTimeField(allow_null=True)


class RegencySerializer(serializers.Serializer[Any]):
    """A regency of the fleet."""

    code = serializers.CharField(source="regency.code")
    name = serializers.CharField(source="regency.title")
    province = serializers.CharField(source="regency.province")
    state = serializers.ChoiceField(source="regency.state", choices=Regency.State.choices)
    plan = serializers.CharField()
    modules = serializers.IntegerField(help_text="How many are on, or finish their open cases.")
    provisioning = serializers.SerializerMethodField(help_text="State of its newest provisioning run, if any.")
    health = serializers.ChoiceField(choices=["ok", "warn", "bad", "unknown"])
    is_current = serializers.BooleanField(
        allow_null=True, help_text="Whether its schema has every migration of this release."
    )
    facts = FactsSerializer(allow_null=True)

    def get_provisioning(self, row: Row) -> str:
        return str(row.provisioning.label) if row.provisioning else ""


class FleetSerializer(serializers.Serializer[Any]):
    """One page; `next` is the address of the next, null on the last."""

    next = serializers.CharField(allow_null=True)
    results = RegencySerializer(many=True)


class StateSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=["active", "read_only", "suspended", "archived"])
    reason = serializers.CharField(max_length=500, help_text="Stands in the audit of the regency and of the centre.")


class SwitchSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=ModuleSwitch.State.choices)


class ModuleSerializer(serializers.Serializer[Any]):
    """The state of a module, and what switching it would meet."""

    key = serializers.CharField()
    state = serializers.ChoiceField(choices=ModuleSwitch.State.choices)
    needs = serializers.ListField(child=serializers.CharField(), help_text="Modules that must be on first.")
    dependants = serializers.ListField(child=serializers.CharField(), help_text="Modules on that need it.")
    open_cases = serializers.IntegerField()
