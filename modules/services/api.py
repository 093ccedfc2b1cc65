"""`/api/v1/services/`: what may be asked for, filing and tracking for citizens' apps, cases and steps for staff."""

from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, Throttled, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.services.definition import Definition, FieldType
from modules.services.forms import ApplyForm
from modules.services.models import Case, CaseQuerySet
from modules.services.permissions import ServicesPermission
from modules.services.public import (
    CaseRefused,
    NotYourTurn,
    ReasonMissing,
    act,
    cases_for,
    current,
    file_case,
    offered,
    reach,
    turn_of,
    without_closed_doors,
)
from modules.services.serializers import (
    ApplicationSerializer,
    CaseDetailSerializer,
    CaseSerializer,
    CaseStepSerializer,
    DefinitionSerializer,
    ReceiptSerializer,
    ServiceSerializer,
    TrackedSerializer,
    TrackSerializer,
)
from modules.services.tracking import GuessedTooOften, NotTracked, track_case
from modules.switches import ON, is_reachable, state_of
from tenants.accounts.models import User
from tenants.organisation.models import Village
from tenants.ratelimit import address, is_over


class Conflict(APIException):
    """Somebody else was first, or the case belongs elsewhere."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


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
        if is_over(request, "application"):
            raise Throttled(wait=settings.LIMITS["application"][1])
        definition = _definition(service)
        if definition.managed_by or state_of(_regency(request), service) != ON:
            raise Conflict(_("Layanan ini sedang tidak menerima permohonan baru di sini."))
        sent = ApplicationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        form = ApplyForm(definition, _as_form(definition, sent.validated_data), request.FILES)
        if not form.is_valid():
            raise ValidationError(
                {_api_name(name): [str(error) for error in errors] for name, errors in form.errors.items()}
            )
        user = request.user if getattr(request.user, "is_authenticated", False) else None
        filed = file_case(
            service=service,
            data=form.answers(),
            applicant=form.applicant(),
            village=form.cleaned_data["applicant_village"],
            documents=form.documents(),
            token=form.cleaned_data["token"],
            by=user if isinstance(user, User) and user.has(ServicesPermission.FILE) else None,
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
        try:
            case = track_case(who=address(request._request), regency=_regency(request), **sent.validated_data)
        except GuessedTooOften as refusal:
            raise Throttled(detail=str(refusal)) from refusal
        except NotTracked as refusal:
            raise NotFound(str(refusal)) from refusal
        return Response(TrackedSerializer(case).data)


class _NewestFirst(CursorPagination):
    ordering = "-id"
    page_size = 50


@extend_schema(parameters=[OpenApiParameter("turn", str, enum=["mine"])])
class Cases(ListAPIView[Case]):
    """The cases that the caller sees, newest first; `?turn=mine` only those that wait for the caller."""

    permission = ServicesPermission.VIEW
    serializer_class = CaseSerializer
    pagination_class = _NewestFirst
    queryset = Case.objects.none()

    def get_queryset(self) -> CaseQuerySet:
        found = reach(self.request.user)  # type: ignore[arg-type]
        cases = without_closed_doors(cases_for(self.request.user, found), _regency(self.request))  # type: ignore[arg-type]
        turn = self.request.query_params.get("turn")
        if turn not in (None, "mine"):
            raise ValidationError({"turn": [_("Hanya “mine” yang dikenal di sini.")]})
        if turn:
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

    @extend_schema(request=CaseStepSerializer, responses=CaseDetailSerializer)
    def post(self, request: Request, number: str) -> Response:
        case = _case(request, number)
        sent = CaseStepSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            act(case=case, by=request.user, at=timezone.now(), **sent.validated_data)  # type: ignore[arg-type]
        except NotYourTurn as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except ReasonMissing as refusal:
            raise ValidationError({"reason": [str(refusal)]}) from refusal
        except CaseRefused as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(CaseDetailSerializer(_case(request, number), context={"request": request}).data)


def _regency(request: Request) -> Any:
    return request.regency  # type: ignore[attr-defined]


def _definition(key: str) -> Definition:
    version = current(key)
    if version is None or not version.definition.public:
        raise Http404
    return version.definition


def _case(request: Request, number: str) -> Case:
    seen = cases_for(request.user).select_related("version", "service", "village")  # type: ignore[arg-type]
    case = seen.filter(number=number).first()
    if case is None or not is_reachable(_regency(request), case.service.key):
        raise Http404
    return case


_OWN = {"name": "applicant_name", "nik": "applicant_nik", "phone": "applicant_phone", "village": "applicant_village"}


def _as_form(definition: Definition, data: dict[str, Any]) -> dict[str, Any]:
    """The names that the form of the pages uses, so that both check alike; villages by their code."""
    if not isinstance(data["answers"], dict):
        raise ValidationError({"answers": [_("Jawaban harus berupa objek JSON.")]})
    of_villages = {field.key for field in definition.fields if field.type is FieldType.VILLAGE}
    fields = {
        f"field_{key}": _village(key, value) if key in of_villages else value for key, value in data["answers"].items()
    }
    own = {name: data[key] for key, name in _OWN.items()}
    return {**fields, **own, "token": str(data["token"]), "applicant_village": _village("village", data["village"])}


def _village(key: str, code: Any) -> int:
    pk = Village.objects.filter(code=str(code)).values_list("pk", flat=True).first()
    if pk is None:
        raise ValidationError({key: [_("Kode desa atau kelurahan ini tidak ada di kabupaten ini.")]})
    return pk


def _api_name(name: str) -> str:
    own = {form: key for key, form in _OWN.items()}
    return own.get(name) or name.removeprefix("field_")


urlpatterns = [
    path("services/", ServiceList.as_view(), name="services"),
    path("services/<slug:service>/", ServiceDetail.as_view(), name="service"),
    path("services/<slug:service>/applications/", Applications.as_view(), name="applications"),
    path("tracking/", Tracking.as_view(), name="tracking"),
    path("cases/", Cases.as_view(), name="cases"),
    path("cases/<str:number>/", CaseDetail.as_view(), name="case"),
    path("cases/<str:number>/steps/", CaseSteps.as_view(), name="steps"),
]
