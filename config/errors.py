"""The answer when all else has failed."""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import faults

AWAY_SECONDS = 10


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 while PostgreSQL is away or restarts: nothing is broken, and soon it will be there again."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if away else 500
    regency = getattr(request, "regency", None)
    if regency and not away:
        faults.count(regency.schema_name, timezone.localdate())
    if request.path.startswith("/api/"):
        told = _("Sistem sedang dipulihkan. Coba lagi sebentar lagi.") if away else _("Terjadi kesalahan pada sistem.")
        response: HttpResponse = JsonResponse({"detail": told}, status=status)
    else:
        response = HttpResponse(loader.get_template(f"{status}.html").render(), status=status)
    if away:
        response["Retry-After"] = str(AWAY_SECONDS)
    return response


def without_personal_data(event: Any, _hint: Any) -> Any:
    """What goes to Sentry: no query of an address (a NIK may have been searched for), no row that PostgreSQL quotes."""
    request = event.get("request", {})
    request.pop("query_string", None)
    if "url" in request:
        request["url"] = request["url"].split("?")[0]
    for error in event.get("exception", {}).get("values", []):
        error["value"] = str(error.get("value") or "").split("\nDETAIL:")[0]
    return event
