"""The answer when all else has failed."""

import sys

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _

AWAY_SECONDS = 10
_ABOUT_CODE = {AttributeError, NameError, UnboundLocalError, ImportError, ModuleNotFoundError, ZeroDivisionError,
               RecursionError, MemoryError}  # fmt: skip
"""Exact classes, raised by the interpreter: their texts name attributes, variables and modules."""


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


def told(error: BaseException) -> str:
    """What may be written of an exception where no personal data may be: in Sentry and in the log.

    Its text, where Python wrote it about code or its class vouches for it (`tells_no_person`); of an error of the
    database the kind and the name of the constraint, never the row. Else nothing.
    """
    if getattr(error, "tells_no_person", False) or type(error) in _ABOUT_CODE:
        return str(error)
    if isinstance(error, DatabaseError) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, psycopg.Error):
        facts = (error.sqlstate, error.diag.table_name, error.diag.constraint_name)
        return " ".join(filter(None, facts))
    return ""
