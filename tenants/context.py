"""What surrounds a request or a task: its number, its regency and module, and log lines that carry them."""

import contextvars
import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")
"""Of the request; in a task, of the request that asked for it."""
module_key: contextvars.ContextVar[str] = contextvars.ContextVar("module_key", default="-")
task_id: contextvars.ContextVar[str] = contextvars.ContextVar("task_id", default="-")


class RequestIdMiddleware:
    """Names the request: in the log, in the audit and in the answer's `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = uuid.uuid4().hex[:16]
        token = request_id.set(name)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = name
        return response


class LanguageMiddleware:
    """Indonesian, unless the reader chose otherwise; what a browser was delivered with is not a choice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class RequestFilter(logging.Filter):
    """Puts regency, module, request and task on every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        facts = {
            "regency": getattr(connection, "schema_name", None) or "-",
            "module_key": module_key.get(),
            "request_id": request_id.get(),
            "task_id": task_id.get(),
        }
        record.__dict__ = {**facts, **record.__dict__}  # what the line itself says goes first
        return True


def regency(request: HttpRequest) -> dict[str, Any]:
    """Template context: the regency whose host was asked, or None on the public site."""
    return {"regency": getattr(request, "regency", None)}
