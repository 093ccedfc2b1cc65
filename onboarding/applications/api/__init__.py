"""`/api/v1/onboarding/` on the public site: the same steps as the pages, for a government's own software."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, Throttled, ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding.applications import actions, links, queries
from onboarding.applications.forms import OfficerForm, TermsForm
from onboarding.applications.limits import too_often
from onboarding.applications.models import Application
from onboarding.queries import progress
from tenants.files.actions import FileRefused


class Conflict(APIException):
    """Somebody else was first, or it is too late."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class PlaceSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    province = serializers.CharField()
    state = serializers.CharField(help_text="Empty, `applied`, `here`, or `none`: it has no government of its own.")


class BeginSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=5)
    email = serializers.CharField(max_length=254)
    officer_name = serializers.CharField(max_length=120)


class VerificationSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=60)


class KeySerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="Opens the application; it is also in the mail.")
    state = serializers.CharField()


class PersonSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    email = serializers.CharField(max_length=254)


class DetailsSerializer(serializers.Serializer[Any]):
    """Parts of an application; those that are given are saved together or not at all."""

    officer = serializers.DictField(required=False)
    subdomain = serializers.CharField(required=False, max_length=80)
    modules = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=500)
    sources = serializers.DictField(child=serializers.CharField(), required=False)
    administrators = PersonSerializer(many=True, required=False)
    terms = serializers.DictField(required=False)


class LetterSerializer(serializers.Serializer[Any]):
    letter = serializers.FileField()


class StatusSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()
    subdomain = serializers.CharField()
    modules = serializers.ListField(child=serializers.CharField())
    missing = serializers.SerializerMethodField(help_text="Parts that must be filled in before it is handed in.")
    percent = serializers.SerializerMethodField(help_text="How far its provisioning is; null before.")
    address = serializers.SerializerMethodField()

    def get_missing(self, application: Application) -> list[str]:
        return [key for key, _words in queries.missing(application)]

    def get_percent(self, application: Application) -> int | None:
        return progress(application.run).percent if application.run else None

    def get_address(self, application: Application) -> str:
        opened = application.state in (Application.State.TRIAL, Application.State.LIVE)
        return f"{application.subdomain}.{settings.BASE_DOMAIN}" if opened else ""


class Open(APIView):
    """Open to everybody; the key in the address is what one needs."""

    permission = "public"
    authentication_classes = ()


class Places(Open):
    @extend_schema(responses=PlaceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The first regencies that `?q=` finds."""
        found, _total = queries.places(request.query_params.get("q", "").replace("\x00", "")[:60])
        rows = [
            {"code": item.info.code, "name": item.info.title, "province": item.info.province, "state": item.state}
            for item in found
        ]
        return Response(PlaceSerializer(rows, many=True).data)


class Applications(Open):
    @extend_schema(request=BeginSerializer, responses={202: None})
    def post(self, request: Request) -> Response:
        """Begin; the link that proves the mailbox is in the mail."""
        sent = BeginSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        if too_often(request._request, sent.validated_data["email"]):
            raise Throttled(detail=_("Terlalu banyak pengajuan. Coba lagi dalam satu jam."))
        _say(lambda: actions.begin(**sent.validated_data, by=None, at=timezone.now()))
        return Response(status=status.HTTP_202_ACCEPTED)


class Verification(Open):
    @extend_schema(request=VerificationSerializer, responses=KeySerializer)
    def post(self, request: Request) -> Response:
        """Prove the mailbox with the token of the mail, once."""
        sent = VerificationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            found = actions.verify(token=sent.validated_data["token"], at=timezone.now())
        except actions.LinkInvalid as refused:
            raise ValidationError({"token": [str(refused)]}) from refused
        except actions.ApplicationRefused as refused:
            raise Conflict(str(refused)) from refused
        return Response({"key": links.key_of(found), "state": found.state})


class Status(Open):
    @extend_schema(responses=StatusSerializer)
    def get(self, request: Request, key: str) -> Response:
        """Where the application stands."""
        return Response(StatusSerializer(_find(key)).data)

    @extend_schema(request=DetailsSerializer, responses=StatusSerializer)
    def patch(self, request: Request, key: str) -> Response:
        """Fill in some of its parts."""
        found, at = _find(key), timezone.now()
        sent = DetailsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        with transaction.atomic():
            for save in _saves(found, sent.validated_data, at):
                _say(save)
        return Response(StatusSerializer(_find(key)).data)


class Letter(Open):
    parser_classes = (MultiPartParser,)

    @extend_schema(request=LetterSerializer, responses=StatusSerializer)
    def put(self, request: Request, key: str) -> Response:
        """The letter of assignment: PDF, JPEG or PNG."""
        found = _find(key)
        sent = LetterSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            _say(lambda: actions.save_letter(application=found, **sent.validated_data, at=timezone.now()))
        except FileRefused as refused:
            raise ValidationError({"letter": [str(refused)]}) from refused
        return Response(StatusSerializer(_find(key)).data)


class Submission(Open):
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=None, responses=StatusSerializer)
    def post(self, request: Request, key: str) -> Response:
        """Hand it in."""
        found = _find(key)
        return Response(
            StatusSerializer(_say(lambda: actions.submit(application=found, at=timezone.now()))).data,
        )


def _find(key: str) -> Application:
    found = queries.find(key)
    if found is None:
        raise Http404
    return found


_CONFLICTS = (actions.NotEditable, actions.RegencyHere, actions.AlreadyDecided, actions.Held)


def _say(act: Callable[[], Any]) -> Any:
    """Do it; a refusal becomes an answer with its sentence."""
    try:
        return act()
    except _CONFLICTS as refused:
        raise Conflict(str(refused)) from refused
    except actions.ApplicationRefused as refused:
        raise ValidationError({refused.field or "detail": [str(refused)]}) from refused


def _saves(found: Application, given: dict[str, Any], at: Any) -> list[Callable[[], Any]]:
    """The actions for the parts that were given; forms check them as they check the pages."""
    saves: list[Callable[[], Any]] = []
    if "officer" in given:
        officer = _checked(OfficerForm(given["officer"]), "officer").cleaned_data
        saves.append(lambda: actions.save_officer(application=found, **officer, at=at))
    if "subdomain" in given:
        saves.append(lambda: actions.save_address(application=found, subdomain=given["subdomain"], at=at))
    if "modules" in given:
        sources = given.get("sources", {})
        saves.append(lambda: actions.save_modules(application=found, modules=given["modules"], sources=sources, at=at))
    if "administrators" in given:
        people = given["administrators"]
        saves.append(lambda: actions.save_administrators(application=found, people=people, at=at))
    if "terms" in given:
        terms = _checked(TermsForm(given["terms"]), "terms").terms()
        saves.append(lambda: actions.save_terms(application=found, terms=terms, at=at))
    return saves


def _checked(form: Any, part: str) -> Any:
    if not form.is_valid():
        raise ValidationError({part: form.errors})
    return form


app_name = "onboarding-api"
urlpatterns = [
    path("regencies/", Places.as_view(), name="regencies"),
    path("applications/", Applications.as_view(), name="applications"),
    path("verification/", Verification.as_view(), name="verification"),
    path("applications/<str:key>/", Status.as_view(), name="application"),
    path("applications/<str:key>/letter/", Letter.as_view(), name="letter"),
    path("applications/<str:key>/submission/", Submission.as_view(), name="submission"),
]
