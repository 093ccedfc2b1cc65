"""Signing in to the API: e-mail, password and, where set, the second factor, for a token that expires."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.ratelimit import address, is_too_often


class SignIn(serializers.Serializer[Any]):
    email = serializers.EmailField()
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(max_length=20, required=False, help_text="Second factor, where the account has one.")


_TOKEN = inline_serializer("Token", {"token": serializers.CharField(), "expires_at": serializers.DateTimeField()})
_WRONG = OpenApiResponse(description="Wrong e-mail, password or second factor.")


class TokenView(APIView):
    """POST signs in; DELETE ends the token that the request carries."""

    permissions = {"POST": "public", "DELETE": "signed_in"}

    @extend_schema(request=SignIn, responses={201: _TOKEN, 401: _WRONG, 429: OpenApiResponse(description="Too often.")})
    def post(self, request: Request) -> Response:
        form = SignIn(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        if _too_often(request, given["email"]):
            detail = _("Terlalu banyak percobaan. Tunggu sepuluh menit, lalu coba lagi.")
            return Response({"detail": detail}, status=429)
        user = authenticate(request, email=given["email"].lower(), password=given["password"])
        if not isinstance(user, User) or not _second_factor_fits(user, given.get("code", "")):
            return Response({"detail": _("Surel, kata sandi, atau kode faktor kedua salah.")}, status=401)
        with transaction.atomic():
            kept, token = AuthToken.objects.create(user=user)
            record("accounts.token_created", subject=user, by=user, at=timezone.now())
        return Response({"token": token, "expires_at": kept.expiry}, status=201)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        with transaction.atomic():
            request.auth.delete()
            record("accounts.token_ended", subject=request.user, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(status=204)


def _too_often(request: HttpRequest | Request, email: str) -> bool:
    """Five tries an address and twenty a machine in ten minutes, as on the sign-in page."""
    by_machine = is_too_often("token", address(request), limit=20, seconds=600)  # type: ignore[arg-type]
    return is_too_often("token", email.lower(), limit=5, seconds=600) or by_machine


def _second_factor_fits(user: User, code: str) -> bool:
    factors = Authenticator.objects.filter(user=user)
    if not factors:
        return True
    return bool(code) and any(factor.wrap().validate_code(code) for factor in factors)


urlpatterns = [path("token/", TokenView.as_view(), name="token")]
