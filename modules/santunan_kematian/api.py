"""`/api/v1/santunan_kematian/`: the programme for everybody, claims and reports for staff."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.santunan_kematian.actions import claims as actions
from modules.santunan_kematian.actions.errors import Refused
from modules.santunan_kematian.actions.transitions import STEPS, take_step
from modules.santunan_kematian.forms import ClaimForm
from modules.santunan_kematian.models import Claim
from modules.santunan_kematian.permissions import SantunanPermission as P
from modules.santunan_kematian.queries import claims as queries
from modules.santunan_kematian.queries import lists, reports
from modules.santunan_kematian.serializers import (
    ClaimDetailSerializer,
    ClaimSerializer,
    FiledSerializer,
    MonthSerializer,
    ProgrammeSerializer,
    StepSerializer,
    VillageSerializer,
)
from modules.services import public as services
from tenants.accounts.access import HasPermission
from tenants.files.uploads import FileRefused
from tenants.openapi import Problem
from tenants.organisation.models import Village

_FIRST_YEAR, _LAST_YEAR = 2000, 2200
_YEAR = OpenApiParameter("year", {"type": "integer", "minimum": _FIRST_YEAR, "maximum": _LAST_YEAR})


class Conflict(APIException):
    """A rule forbids it, or somebody else was first."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class CurrentProgramme(APIView):
    """The rules in force today."""

    permission = "public"
    authentication_classes = ()

    @extend_schema(responses={200: ProgrammeSerializer, 404: OpenApiResponse(Problem, description="None today.")})
    def get(self, request: Request) -> Response:
        found = queries.programme_on(timezone.localdate())
        if found is None:
            raise NotFound
        return Response(ProgrammeSerializer(found).data)


class _NewestFirst(CursorPagination):
    ordering = "-id"
    page_size = 50


class Claims(ListAPIView[Claim]):
    """The claims that the caller sees, newest first; `POST` files one for the caller's village.

    The fields of a `POST` are those of the form, documents as `document_<key>`. Without `file` it stays a draft.
    """

    permissions = {"GET": P.VIEW, "POST": P.FILE}
    permission_classes = (HasPermission,)
    parser_classes = (JSONParser, MultiPartParser)
    serializer_class = ClaimSerializer
    pagination_class = _NewestFirst
    queryset = Claim.objects.none()

    def get_queryset(self) -> Any:
        return lists.visible(self.request.user)

    @extend_schema(request=None, responses={201: FiledSerializer})
    def post(self, request: Request) -> Response:
        reach = services.reach(request.user)  # type: ignore[arg-type]
        villages = list(Village.objects.filter(pk__in=reach.villages))
        if not isinstance(request.data, Mapping):
            raise ValidationError({"detail": _("Kirim isian sebagai objek.")})
        form = ClaimForm(request.data, request.FILES, villages=villages)
        if not form.is_valid():
            raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
        try:
            with transaction.atomic():  # a claim that cannot be filed is not kept as a draft that nobody was told of
                claim = actions.draft_claim(**form.filing(), by=request.user, at=timezone.now())
                if request.data.get("file"):
                    claim = actions.file_claim(claim=claim, by=request.user, at=timezone.now())
        except (Refused, services.CaseRefused, FileRefused) as refusal:
            raise Conflict(str(refusal)) from refusal
        filed = {"number": claim.number, "secret": str(claim.tracking_secret), "state": claim.case.state}
        return Response(FiledSerializer(filed).data, status=status.HTTP_201_CREATED)


class ClaimDetail(APIView):
    """One claim: its checks and what the caller may do now."""

    permission = P.VIEW

    @extend_schema(responses=ClaimDetailSerializer)
    def get(self, request: Request, number: str) -> Response:
        return _detail(request, _claim(request, number))


class ClaimSteps(APIView):
    """Take one step; 409 when a rule forbids it or somebody else was first."""

    permission = P.VIEW

    @extend_schema(request=StepSerializer, responses=ClaimDetailSerializer)
    def post(self, request: Request, number: str) -> Response:
        claim = _claim(request, number)
        sent = StepSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            take_step(claim=claim, by=request.user, at=timezone.now(), **sent.validated_data)
        except services.NotYourTurn as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except services.ReasonMissing as refusal:
            raise ValidationError({"reason": [str(refusal)]}) from refusal
        except (Refused, services.CaseRefused) as refusal:
            raise Conflict(str(refusal)) from refusal
        return _detail(request, _claim(request, number))


class Realisation(APIView):
    """Payments by month of a year."""

    permission = P.OVERVIEW

    @extend_schema(parameters=[_YEAR], responses=MonthSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(MonthSerializer(reports.realisation(_year(request)), many=True).data)


class Villages(APIView):
    """Claims per 1,000 people by village, highest first."""

    permission = P.OVERVIEW

    @extend_schema(parameters=[_YEAR], responses=VillageSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(VillageSerializer(reports.village_rates(_year(request)), many=True).data)


def _claim(request: Request, number: str) -> Claim:
    found: Claim | None = lists.visible(request.user).filter(case__number=number).first()
    if found is None:
        raise NotFound
    return found


def _detail(request: Request, claim: Claim) -> Response:
    user: Any = request.user
    steps = [t.key for t in services.may_act(user, claim.case) if t.key in STEPS and user.has(STEPS[t.key][0])]
    context = {"checks": queries.examine(claim, today=timezone.localdate()), "steps": steps}
    return Response(ClaimDetailSerializer(claim, context=context).data)


def _year(request: Request) -> int:
    """The year asked for, this one when none was. Raises ValidationError."""
    text = request.query_params.get("year")
    if text is None:
        return timezone.localdate().year
    if not (text.isascii() and text.isdigit() and _FIRST_YEAR <= int(text[:5]) <= _LAST_YEAR):
        raise ValidationError({"year": [_("Tulis tahun dengan empat angka, misalnya 2026.")]})
    return int(text)


urlpatterns = [
    path("programme/", CurrentProgramme.as_view(), name="programme"),
    path("claims/", Claims.as_view(), name="claims"),
    path("claims/<str:number>/", ClaimDetail.as_view(), name="claim"),
    path("claims/<str:number>/steps/", ClaimSteps.as_view(), name="steps"),
    path("reports/realisation/", Realisation.as_view(), name="realisation"),
    path("reports/villages/", Villages.as_view(), name="villages"),
]
