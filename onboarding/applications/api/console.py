"""`/api/v1/console/`: applications, agreements and going live, for operators with a token; the pages' own actions."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding.applications import actions, facts, queries
from onboarding.applications.api import Conflict
from onboarding.applications.models import Agreement, Application, GoLiveRequest
from tenants.permissions import ConsolePermission

_REFUSED = OpenApiResponse(description="Refused; `detail` is a sentence that says why.")
Deeds = Mapping[str, Callable[..., Any]]


class ApplicationSerializer(serializers.Serializer[Any]):
    """An application; nobody's name, address or number is in it."""

    id = serializers.IntegerField(source="pk")
    number = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Application.State.choices)
    subdomain = serializers.CharField()
    modules = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)


class AgreementSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=Agreement.Kind.choices)
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=Agreement.State.choices)
    signed_on = serializers.DateField()
    ends_on = serializers.DateField()


class FactSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    holds = serializers.BooleanField()
    note = serializers.CharField()


class GoLiveSerializer(serializers.Serializer[Any]):
    """A request to go live, with the facts as they are now."""

    id = serializers.IntegerField(source="pk")
    code = serializers.CharField(source="regency.code")
    asked_at = serializers.DateTimeField()
    decision = serializers.CharField(help_text="`approved`, `refused`, or empty while it waits.")
    reason = serializers.CharField()
    facts = serializers.SerializerMethodField()

    @extend_schema(responses=FactSerializer(many=True))
    def get_facts(self, request: GoLiveRequest) -> list[dict[str, Any]]:
        return FactSerializer(facts.of(request.regency, timezone.now()), many=True).data  # type: ignore[return-value]


class DecisionSerializer(serializers.Serializer[Any]):
    transition = serializers.CharField(max_length=20, help_text="One of those that the address names.")
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class NewestFirst(CursorPagination):
    ordering = "-pk"


class Applications(ListAPIView[Application]):
    """Applications, newest first."""

    permission = ConsolePermission.VIEW
    serializer_class = ApplicationSerializer
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="console_applications_list", parameters=[OpenApiParameter("state"), OpenApiParameter("q")]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Application]:
        asked = self.request.query_params
        state, words = asked.get("state", ""), asked.get("q", "").replace("\x00", "")[:60]
        return queries.listed(state if state in Application.State.values else "", words)


class Detail(APIView):
    """One application."""

    permission = ConsolePermission.VIEW

    @extend_schema(operation_id="console_applications_retrieve", responses=ApplicationSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(ApplicationSerializer(get_object_or_404(Application, pk=pk)).data)


class _OnApplication(APIView):
    """One of `deeds` is done to an application."""

    permission = ConsolePermission.DECIDE_APPLICATIONS
    deeds: Deeds

    @extend_schema(request=DecisionSerializer, responses={200: ApplicationSerializer, 409: _REFUSED})
    def post(self, request: Request, pk: int) -> Response:
        _decide(request, self.deeds, application=get_object_or_404(Application, pk=pk))
        return Response(ApplicationSerializer(Application.objects.get(pk=pk)).data)


@extend_schema_view(post=extend_schema(operation_id="console_applications_decide"))
class Decision(_OnApplication):
    """`approve`, `return` or `refuse` what was handed in; the last two with a reason."""

    deeds = {"approve": actions.approve, "return": actions.give_back, "refuse": actions.refuse}


@extend_schema_view(post=extend_schema(operation_id="console_applications_settle"))
class Settlement(_OnApplication):
    """Decide a contest, with a reason: who was first `keeps` the regency, or `gives_way`."""

    deeds = {
        "keeps": lambda **change: actions.settle(gives_way=False, **change),
        "gives_way": lambda **change: actions.settle(gives_way=True, **change),
    }


class AgreementDecision(APIView):
    """`verify` a signed copy, or `return` it with a reason."""

    permission = ConsolePermission.DECIDE_APPLICATIONS
    deeds: Deeds = {"verify": actions.verify_agreement, "return": actions.return_agreement}

    @extend_schema(
        operation_id="console_agreements_decide",
        request=DecisionSerializer,
        responses={200: AgreementSerializer, 409: _REFUSED},
    )
    def post(self, request: Request, pk: int) -> Response:
        found = get_object_or_404(Agreement, pk=pk)
        _decide(request, self.deeds, agreement=found)
        return Response(AgreementSerializer(Agreement.objects.get(pk=pk)).data)


class GoLive(APIView):
    """A request to go live; POST `approve`s it, or `refuse`s it with a reason."""

    permissions = {"GET": ConsolePermission.VIEW, "POST": ConsolePermission.DECIDE_APPLICATIONS}
    deeds: Deeds = {"approve": actions.approve_go_live, "refuse": actions.refuse_go_live}

    @extend_schema(operation_id="console_go_live_retrieve", responses=GoLiveSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return self._shown(pk)

    @extend_schema(
        operation_id="console_go_live_decide",
        request=DecisionSerializer,
        responses={200: GoLiveSerializer, 409: _REFUSED},
    )
    def post(self, request: Request, pk: int) -> Response:
        _decide(request, self.deeds, request=get_object_or_404(GoLiveRequest, pk=pk))
        return self._shown(pk)

    def _shown(self, pk: int) -> Response:
        found = get_object_or_404(GoLiveRequest.objects.select_related("regency"), pk=pk)
        return Response(GoLiveSerializer(found).data)


_WITHOUT_REASON = {"approve", "verify"}


def _decide(request: Request, deeds: Deeds, /, **subject: Any) -> None:
    """Do what was chosen; what is none of the deeds, or lacks its reason, is a 400, what comes too late a 409."""
    sent = DecisionSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    chosen, reason = sent.validated_data["transition"], sent.validated_data["reason"]
    if chosen not in deeds:
        raise ValidationError({"transition": [_("Pilih salah satu: %s.") % ", ".join(deeds)]})
    why = {} if chosen in _WITHOUT_REASON else {"reason": reason}
    try:
        deeds[chosen](**subject, **why, by=request.user, at=timezone.now())
    except actions.ReasonMissing as refused:
        raise ValidationError({"reason": [str(refused)]}) from None
    except actions.ApplicationRefused as refused:
        raise Conflict(str(refused)) from None


urlpatterns = [
    path("applications/", Applications.as_view(), name="applications"),
    path("applications/<int:pk>/", Detail.as_view(), name="application"),
    path("applications/<int:pk>/decision/", Decision.as_view(), name="application_decision"),
    path("applications/<int:pk>/settlement/", Settlement.as_view(), name="application_settlement"),
    path("agreements/<int:pk>/decision/", AgreementDecision.as_view(), name="agreement_decision"),
    path("go-live/<int:pk>/", GoLive.as_view(), name="go_live"),
]
