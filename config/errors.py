"""The answer when all else has failed."""

import sys
from typing import Any

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
    """400 for what cannot be read at all."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": _("Permintaan ini tidak dapat dibaca.")}, status=400)
    return default_bad_request(request, exception)


def without_personal_data(event: Any, _hint: Any) -> Any:
    """What goes to Sentry: no query of an address (a NIK may have been searched for), no row that PostgreSQL quotes."""
    request = event.get("request", {})
    request.pop("query_string", None)
    if "url" in request:
        request["url"] = request["url"].split("?")[0]
    for error in event.get("exception", {}).get("values", []):
        error["value"] = str(error.get("value") or "").split("\nDETAIL:")[0]
    return event
