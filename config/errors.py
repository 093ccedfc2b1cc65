"""The answer when all else has failed."""

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views.defaults import bad_request as default_bad_request
from django.views.defaults import page_not_found

AWAY_SECONDS = 10


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 while PostgreSQL is away or restarts: nothing is broken, and soon it will be there again."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if away else 500
    if request.path.startswith("/api/"):
        told = _("Sistem sedang dipulihkan. Coba lagi sebentar lagi.") if away else _("Terjadi kesalahan pada sistem.")
        response: HttpResponse = JsonResponse({"detail": told}, status=status)
    else:
        response = HttpResponse(loader.get_template(f"{status}.html").render(), status=status)
    if away:
        response["Retry-After"] = str(AWAY_SECONDS)
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: a page for people, JSON for programs, also where no view was reached (a module that is off)."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": _("Tidak ada di alamat ini.")}, status=404)
    return page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 for what cannot be read at all; 413 for more than is taken in one request."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _too_large(request)
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": _("Permintaan ini tidak dapat dibaca.")}, status=400)
    return default_bad_request(request, exception)


def _too_large(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": _("Terlalu besar. Kirim berkas yang lebih kecil, satu per satu.")}, status=413)
    return HttpResponse(loader.get_template("413.html").render(), status=413)


class BodyLimitMiddleware:
    """Refuses a request that says it is larger than settings.MAX_REQUEST_BYTES, before any of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.MAX_REQUEST_BYTES:
            return _too_large(request)
        return self.get_response(request)


def without_personal_data(event: Any, _hint: Any) -> Any:
    """What goes to Sentry: no query of an address (a NIK may have been searched for), no row that PostgreSQL quotes."""
    request = event.get("request", {})
    request.pop("query_string", None)
    if "url" in request:
        request["url"] = request["url"].split("?")[0]
    for error in event.get("exception", {}).get("values", []):
        error["value"] = str(error.get("value") or "").split("\nDETAIL:")[0]
    return event
