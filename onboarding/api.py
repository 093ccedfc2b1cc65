"""`/api/v1/console/runs/`: making regencies, for operators with a token; the same actions as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding import actions
from onboarding.models import ProvisioningRun
from tenants.permissions import ConsolePermission

_REFUSED = OpenApiResponse(description="Refused; `detail` is a sentence that says why.")


class Refused(APIException):
    """An anticipated refusal: its sentence is the answer."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


class StepSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.CharField()
    seconds = serializers.FloatField(allow_null=True)
    detail = serializers.CharField()
    error = serializers.CharField()


class RunSerializer(serializers.Serializer[Any]):
    """A provisioning run; nobody's name or address is in it."""

    id = serializers.IntegerField(source="pk")
    code = serializers.CharField()
    name = serializers.CharField()
    subdomain = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    modules = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=ProvisioningRun.State.choices)
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RunDetailSerializer(RunSerializer):
    steps = StepSerializer(many=True)


class RequestSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=5, help_text="Kemendagri code, such as 33.25.")
    subdomain = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    source = serializers.CharField(max_length=63, required=False, default="", allow_blank=True)  # type: ignore[assignment]
    modules = serializers.ListField(child=serializers.CharField(max_length=60), required=False, default=list)
    admin_name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    admin_email = serializers.EmailField(required=False, default="", allow_blank=True)


class NewestFirst(CursorPagination):
    ordering = "-pk"


class Runs(ListAPIView[ProvisioningRun]):
    """All runs, newest first; POST asks for a new regency and answers at once."""

    permissions = {"GET": ConsolePermission.VIEW, "POST": ConsolePermission.PROVISION}
    serializer_class = RunSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[ProvisioningRun]:
        return ProvisioningRun.objects.all()

    @extend_schema(request=RequestSerializer, responses={202: RunDetailSerializer, 409: _REFUSED})
    def post(self, request: Request) -> Response:
        asked = RequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            run = actions.request_run(**asked.validated_data, by=request.user, at=timezone.now())
        except actions.ProvisioningRefused as refused:
            raise Refused(str(refused)) from None
        return Response(RunDetailSerializer(run).data, status=202)


class RunDetail(APIView):
    """One run with its steps."""

    permission = ConsolePermission.VIEW

    @extend_schema(responses=RunDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(RunDetailSerializer(get_object_or_404(ProvisioningRun, pk=pk)).data)


class RunChange(APIView):
    """`retry` goes on with a failed run, `abandonment` undoes it."""

    permission = ConsolePermission.PROVISION
    _ACTS = {"retry": actions.retry, "abandonment": actions.abandon}

    @extend_schema(
        operation_id="console_runs_change", request=None, responses={200: RunDetailSerializer, 409: _REFUSED}
    )
    def post(self, request: Request, pk: int, change: str) -> Response:
        act = self._ACTS.get(change)
        run = get_object_or_404(ProvisioningRun, pk=pk)
        if act is None:
            raise Http404
        try:
            changed = act(run=run, by=request.user, at=timezone.now())
        except actions.ProvisioningRefused as refused:
            raise Refused(str(refused)) from None
        return Response(RunDetailSerializer(changed).data)


urlpatterns = [
    path("runs/", Runs.as_view(), name="runs"),
    path("runs/<int:pk>/", RunDetail.as_view(), name="run"),
    path("runs/<int:pk>/<str:change>/", RunChange.as_view(), name="run_change"),
]
