"""`/api/v1/services/`: what may be asked for, filing and tracking for citizens' apps, cases and steps for staff."""

from typing import Any

from django.http import Http404
from django.http.request import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, Throttled, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.services.answers import pairs
from modules.services.definition import Definition, FieldType
from modules.services.forms import ApplyForm
from modules.services.models import Case, CaseQuerySet, Service
from modules.services.permissions import ServicesPermission
from modules.services.public import (
    CaseRefused,
    NotYourTurn,
    ReasonMissing,
    act,
    cases_for,
    definitions,
    file_case,
    may_act,
    offered,
    open_to_guess,
    reach,
    steps_of,
    track_case,
    turn_of,
    without_closed_doors,
)
from modules.switches import ON, is_reachable, state_of
from tenants.people.masking import mask_nik
from tenants.ratelimit import address

_JSON_TYPES: dict[FieldType, dict[str, Any]] = {
    FieldType.NUMBER: {"type": "integer"},
    FieldType.MONEY: {"type": "string", "pattern": r"^\d+(\.\d{1,2})?$"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.EMAIL: {"type": "string", "format": "email"},
    FieldType.NIK: {"type": "string", "pattern": r"^\d{16}$"},
    FieldType.KK: {"type": "string", "pattern": r"^\d{16}$"},
    FieldType.YES_NO: {"type": "string", "enum": ["ya", "tidak"]},
    FieldType.VILLAGE: {"type": "integer"},
}


class Conflict(APIException):
    """Somebody else was first, or the case belongs elsewhere."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


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
    label = serializers.CharField()
    required = serializers.BooleanField()


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
    phone = serializers.CharField(required=False, default="")
    village = serializers.IntegerField(help_text="Identifier of the village, as in /api/v1/ of the organisation.")
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
    label = serializers.CharField()
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
    label = serializers.CharField()
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


class StepSerializer(serializers.Serializer[Any]):
    transition = serializers.CharField(max_length=60)
    expected = serializers.CharField(max_length=60, help_text="The state that the caller saw.")
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class ServiceList(APIView):
    """The services that citizens of this regency can ask for."""

    permission = "public"
    authentication_classes = ()

    @extend_schema(responses=ServiceSerializer(many=True))
    def get(self, request: Request) -> Response:
        found = [item for item in offered() if is_reachable(_regency(request), item.key)]
        return Response(ServiceSerializer(found, many=True).data)


class ServiceDetail(APIView):
    """What one service asks, as JSON Schema."""

    permission = "public"
    authentication_classes = ()

    @extend_schema(responses=DefinitionSerializer)
    def get(self, request: Request, service: str) -> Response:
        return Response(DefinitionSerializer(_definition(service)).data)


class Applications(APIView):
    """File a case. With a token of staff it is filed on behalf of the applicant."""

    permission = "public"
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=ApplicationSerializer, responses={200: ReceiptSerializer, 201: ReceiptSerializer})
    def post(self, request: Request, service: str) -> Response:
        definition = _definition(service)
        if definition.managed_by or state_of(_regency(request), service) != ON:
            raise Conflict(_("Layanan ini sedang tidak menerima permohonan baru di sini."))
        sent = ApplicationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        form = ApplyForm(definition, _as_form(sent.validated_data), request.FILES)
        if not form.is_valid():
            raise ValidationError({_api_name(name): errors for name, errors in form.errors.items()})
        user = request.user if getattr(request.user, "is_authenticated", False) else None
        filed = file_case(
            service=service,
            data=form.answers(),
            applicant=form.applicant(),
            village=form.cleaned_data["applicant_village"],
            documents=form.documents(),
            token=form.cleaned_data["token"],
            by=user if user and user.has(ServicesPermission.FILE) else None,
            at=timezone.now(),
        )
        receipt = {
            "number": filed.case.number,
            "secret": filed.secret,
            "promised_date": filed.case.promised_date,
            "is_new": filed.is_new,
        }
        return Response(ReceiptSerializer(receipt).data, status=201 if filed.is_new else 200)


class Tracking(APIView):
    """Where a case stands, by its number and secret. A wrong number and a wrong secret look the same."""

    permission = "public"
    authentication_classes = ()

    @extend_schema(request=TrackSerializer, responses=TrackedSerializer)
    def post(self, request: Request) -> Response:
        sent = TrackSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        number, who = sent.validated_data["number"], address(request._request)
        if not open_to_guess(number, who):
            raise Throttled(detail=_("Terlalu banyak percobaan yang salah. Tunggu sepuluh menit, lalu coba lagi."))
        case = track_case(number=number, secret=sent.validated_data["secret"], who=who)
        if case is None or not is_reachable(_regency(request), case.service.key):
            raise NotFound(_("Nomor atau kode rahasia tidak cocok. Periksa kembali tanda terima Anda."))
        return Response(TrackedSerializer(case).data)


class _ByDueDate(CursorPagination):
    ordering = "-id"
    page_size = 50


class Cases(ListAPIView[Case]):
    """The cases that the caller sees, newest first; `?turn=mine` only those that wait for the caller."""

    permission = ServicesPermission.VIEW
    serializer_class = CaseSerializer
    pagination_class = _ByDueDate
    queryset = Case.objects.none()

    def get_queryset(self) -> CaseQuerySet:
        found = reach(self.request.user)  # type: ignore[arg-type]
        cases = without_closed_doors(cases_for(self.request.user, found), _regency(self.request))  # type: ignore[arg-type]
        if self.request.query_params.get("turn") == "mine":
            cases = cases.filter(turn_of(found), closed_at=None)
        return cases.select_related("service", "village")


class CaseDetail(APIView):
    """One case, with what the caller may do now."""

    permission = ServicesPermission.VIEW

    @extend_schema(responses=CaseDetailSerializer)
    def get(self, request: Request, number: str) -> Response:
        return Response(CaseDetailSerializer(_case(request, number), context={"request": request}).data)


class CaseSteps(APIView):
    """Take one step of a case; 409 when somebody else was first."""

    permission = ServicesPermission.ACT

    @extend_schema(request=StepSerializer, responses=CaseDetailSerializer)
    def post(self, request: Request, number: str) -> Response:
        sent = StepSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            act(case=_case(request, number), by=request.user, at=timezone.now(), **sent.validated_data)
        except NotYourTurn as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except ReasonMissing as refusal:
            raise ValidationError({"reason": [str(refusal)]}) from refusal
        except CaseRefused as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(CaseDetailSerializer(_case(request, number), context={"request": request}).data)


def _regency(request: Request | HttpRequest) -> Any:
    return request.regency  # type: ignore[union-attr]


def _definition(key: str) -> Definition:
    service = Service.objects.filter(key=key, current__isnull=False).values_list("current_id", flat=True).first()
    definition = definitions([service]).get(service) if service else None
    if definition is None or not definition.public:
        raise Http404
    return definition


def _case(request: Request, number: str) -> Case:
    seen = cases_for(request.user).select_related("version", "service", "village")  # type: ignore[arg-type]
    case = seen.filter(number=number).first()
    if case is None or not is_reachable(_regency(request), case.service.key):
        raise Http404
    return case


_OWN = {"name": "applicant_name", "nik": "applicant_nik", "phone": "applicant_phone", "village": "applicant_village"}


def _as_form(data: dict[str, Any]) -> dict[str, Any]:
    """The names that the form of the pages uses, so that both check alike."""
    if not isinstance(data["answers"], dict):
        raise ValidationError({"answers": [_("Jawaban harus berupa objek JSON.")]})
    fields = {f"field_{key}": value for key, value in data["answers"].items()}
    return {"token": str(data["token"]), **{name: data[key] for key, name in _OWN.items()}, **fields}


def _api_name(name: str) -> str:
    own = {form: key for key, form in _OWN.items()}
    return own.get(name) or name.removeprefix("field_")


def json_schema(definition: Definition) -> dict[str, Any]:
    """The answers of a service as JSON Schema (2020-12)."""
    properties = {}
    for field in definition.fields:
        shape = dict(_JSON_TYPES.get(field.type, {"type": "string"}))
        if field.type is FieldType.CHOICE:
            shape["enum"] = field.options
        if field.type is FieldType.CHOICES:
            shape = {"type": "array", "items": {"type": "string", "enum": field.options}}
        if field.type is FieldType.NUMBER:
            shape |= {k: v for k, v in (("minimum", field.min), ("maximum", field.max)) if v is not None}
        if field.type in {FieldType.TEXT, FieldType.LONG_TEXT} and field.max:
            shape["maxLength"] = field.max
        properties[field.key] = {"title": field.label, **shape, **({"description": field.help} if field.help else {})}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [field.key for field in definition.fields if field.required and field.show_if is None],
        "allOf": [
            {
                "if": {
                    "properties": {field.show_if.field: {"enum": field.show_if.values}},
                    "required": [field.show_if.field],
                },
                "then": {"required": [field.key]},
            }
            for field in definition.fields
            if field.show_if and field.required
        ],
    }


urlpatterns = [
    path("services/", ServiceList.as_view(), name="services"),
    path("services/<slug:service>/", ServiceDetail.as_view(), name="service"),
    path("services/<slug:service>/applications/", Applications.as_view(), name="applications"),
    path("tracking/", Tracking.as_view(), name="tracking"),
    path("cases/", Cases.as_view(), name="cases"),
    path("cases/<str:number>/", CaseDetail.as_view(), name="case"),
    path("cases/<str:number>/steps/", CaseSteps.as_view(), name="steps"),
]
