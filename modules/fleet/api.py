"""`/api/v1/console/regencies/`: the fleet, for operators with a token; the same actions as the pages."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.actions import switch_from_console
from modules.fleet import queries
from modules.fleet.forms import FleetForm
from modules.fleet.serializers import (
    FleetSerializer,
    ModuleSerializer,
    RegencySerializer,
    StateSerializer,
    SwitchSerializer,
)
from modules.registry import find
from modules.switches import SwitchRefused, impact, state_of
from tenants.actions import RegencyRefused, change_state
from tenants.models import Regency
from tenants.permissions import ConsolePermission

PAGE = 50
_REFUSED = OpenApiResponse(description="Refused; `detail` is a sentence that says why.")
_FILTERS = [
    OpenApiParameter(name, str, description=text)
    for name, text in {
        "q": "Name, province or beginning of the code.",
        "state": "State of the regency.",
        "province": "Name of the province.",
        "module": "Key of a module that is on or closing there.",
        "health": "ok, warn, bad or unknown.",
        "sort": f"One of {', '.join(queries.SORTS)}.",
        "down": "1: the largest first.",
        "after": "From `next` of the page before.",
    }.items()
]


class Refused(APIException):
    """An anticipated refusal of an action: its sentence is the answer."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


class RegencyList(APIView):
    """The regencies with what they last pushed about themselves, fifty at a time."""

    permission = ConsolePermission.VIEW

    @extend_schema(operation_id="console_regencies_list", parameters=_FILTERS, responses=FleetSerializer)
    def get(self, request: Request) -> Response:
        chosen = FleetForm(request.GET).chosen()
        rows = queries.page(chosen, timezone.now(), PAGE)
        following = None
        if len(rows) > PAGE:
            kept = {name: value for name, value in request.GET.items() if name != "after"}
            query = urlencode({**kept, "after": queries.place(rows[PAGE - 1])})
            following = request.build_absolute_uri(f"{request.path}?{query}")
        return Response(FleetSerializer({"next": following, "results": rows[:PAGE]}).data)


class RegencyDetail(APIView):
    """One regency."""

    permission = ConsolePermission.VIEW

    @extend_schema(responses=RegencySerializer)
    def get(self, request: Request, code: str) -> Response:
        return Response(RegencySerializer(_row(code)).data)


class RegencyState(APIView):
    """Open, restrict or close a regency, with a reason."""

    permission = ConsolePermission.CHANGE_REGENCY

    @extend_schema(request=StateSerializer, responses={200: RegencySerializer, 409: _REFUSED})
    def post(self, request: Request, code: str) -> Response:
        regency = get_object_or_404(Regency, code=code)
        asked = StateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            change_state(regency=regency, **asked.validated_data, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except RegencyRefused as refused:
            raise Refused(str(refused)) from None
        return Response(RegencySerializer(_row(code)).data)


class RegencyModule(APIView):
    """One module of one regency: its state, what switching it would meet, and the switch."""

    permissions = {"GET": ConsolePermission.VIEW, "PUT": ConsolePermission.CHANGE_MODULES}

    @extend_schema(responses=ModuleSerializer)
    def get(self, request: Request, code: str, key: str) -> Response:
        return Response(_module(_open(code), key))

    @extend_schema(request=SwitchSerializer, responses={200: ModuleSerializer, 409: _REFUSED})
    def put(self, request: Request, code: str, key: str) -> Response:
        regency = _open(code)
        if find(key) is None:
            raise Http404
        asked = SwitchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        state = asked.validated_data["state"]
        try:
            switch_from_console(regency=regency, key=key, state=state, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except SwitchRefused as refused:
            raise Refused(str(refused)) from None
        return Response(_module(regency, key))


def _row(code: str) -> queries.Row:
    regency = get_object_or_404(Regency, code=code)
    return next(
        row for row in queries.page(queries.Chosen(q=regency.code), timezone.now(), 1) if row.regency.code == code
    )


def _open(code: str) -> Regency:
    return get_object_or_404(Regency, code=code, state__in=["active", "read_only", "suspended"])


def _module(regency: Regency, key: str) -> dict[str, Any]:
    if find(key) is None:
        raise Http404
    on, off = impact(regency, key, "on"), impact(regency, key, "off")
    found = {
        "key": key,
        "state": state_of(regency, key),
        "needs": on.needs,
        "dependants": off.dependants,
        "open_cases": off.open_cases,
    }
    return ModuleSerializer(found).data


urlpatterns = [
    path("regencies/", RegencyList.as_view(), name="regencies"),
    path("regencies/<str:code>/", RegencyDetail.as_view(), name="regency"),
    path("regencies/<str:code>/state/", RegencyState.as_view(), name="state"),
    path("regencies/<str:code>/modules/<str:key>/", RegencyModule.as_view(), name="module"),
]
