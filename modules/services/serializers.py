"""Shapes of what the API takes and gives."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from modules.services.answers import pairs
from modules.services.definition import Definition
from modules.services.models import Case
from modules.services.public import may_act, steps_of
from modules.services.schema import json_schema
from tenants.people.masking import mask_nik


class ServiceSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    summary = serializers.CharField()
    life_event = serializers.CharField()
    cost = serializers.CharField()
    promise_days = serializers.IntegerField(allow_null=True, help_text="Working days.")
    managed_by = serializers.CharField(help_text="Key of the module that runs it; empty for a service made of data.")


class DocumentSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    required = serializers.BooleanField()  # type: ignore[assignment]


class DefinitionSerializer(ServiceSerializer):
    law = serializers.ListField(child=serializers.CharField())
    documents = DocumentSerializer(many=True)
    schema = serializers.SerializerMethodField(help_text="JSON Schema of the answers.")

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_schema(self, definition: Definition) -> dict[str, Any]:
        return json_schema(definition)


class ApplicationSerializer(serializers.Serializer[Any]):
    """Documents travel beside it as multipart parts named `document_<key>`."""

    token = serializers.UUIDField(help_text="Made by the caller; sent again, it files nothing twice.")
    name = serializers.CharField(max_length=120)
    nik = serializers.CharField()
    phone = serializers.CharField(required=False, default="", allow_blank=True)
    village = serializers.CharField(help_text="Kemendagri code of the village, such as 33.25.01.2001.")
    answers = serializers.JSONField(default=dict, help_text="By field key, as the service's JSON Schema says.")


class ReceiptSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    secret = serializers.CharField(help_text="Shown once: together with the number it opens the tracking.")
    promised_date = serializers.DateField(allow_null=True)
    is_new = serializers.BooleanField()


class TrackSerializer(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=40)
    secret = serializers.CharField(max_length=20)


class StateSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.CharField(help_text="done, current, failed, or empty while it lies ahead.")


class TrackedSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    service = serializers.CharField(source="service.name")
    state = serializers.CharField(source="current_state.label")
    outcome = serializers.CharField(help_text="done, refused, withdrawn, or empty while it runs.")
    promised_date = serializers.DateField(allow_null=True)
    waits_for_applicant = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()

    def get_waits_for_applicant(self, case: Case) -> bool:
        return case.paused_at is not None

    @extend_schema_field(StateSerializer(many=True))
    def get_steps(self, case: Case) -> Any:
        return StateSerializer(steps_of(case), many=True).data


class CaseSerializer(serializers.ModelSerializer[Case]):
    service = serializers.CharField(source="service.key")
    village = serializers.CharField(source="village.code", allow_null=True, default=None)

    class Meta:
        model = Case
        fields = (
            "number", "service", "state", "applicant_name", "title", "village", "amount", "filed_at", "due_at",
            "promised_date", "paused_at", "closed_at", "outcome",
        )  # fmt: skip


class TransitionSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    needs_reason = serializers.BooleanField()


class CaseDetailSerializer(CaseSerializer):
    nik = serializers.SerializerMethodField(help_text="Masked.")
    answers = serializers.SerializerMethodField()
    transitions = serializers.SerializerMethodField(help_text="What the caller may do now.")

    class Meta(CaseSerializer.Meta):
        fields = (*CaseSerializer.Meta.fields, "nik", "answers", "transitions")  # type: ignore[assignment]

    def get_nik(self, case: Case) -> str:
        return mask_nik(case.nik)

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_answers(self, case: Case) -> dict[str, str]:
        return dict(pairs(case.definition, case.answers))

    @extend_schema_field(TransitionSerializer(many=True))
    def get_transitions(self, case: Case) -> Any:
        return TransitionSerializer(may_act(self.context["request"].user, case), many=True).data


class CaseStepSerializer(serializers.Serializer[Any]):
    transition = serializers.CharField(max_length=60)
    expected = serializers.CharField(max_length=60, help_text="The state that the caller saw.")
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
