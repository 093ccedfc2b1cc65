"""One look at every request: what Sentry, the log and the figures say about it."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from config import metrics, sentry
from modules.registry import discover
from tenants.context import module_key, request_id

access = logging.getLogger("rujukan.access")
_MODULES = frozenset(module.key for module in discover())
_PUBLIC = "public"


class ObservingMiddleware:
    """Times a request, counts it for its regency and module, and marks what is logged or sent meanwhile.

    Stands right behind the one that names the request. What it says of the address is its pattern, not the address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        token = module_key.set("-")
        try:
            response = self.get_response(request)
            seconds = time.perf_counter() - begun
            regency, module = _regency(request), module_key.get()
            metrics.count_request(regency, module, response.status_code, seconds)
            if access.isEnabledFor(logging.INFO):
                _log(request, response, regency, module, seconds)
            sentry.tag(status=str(response.status_code))
            return response
        finally:
            module_key.reset(token)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """The address is known now: whatever happens from here on belongs to this module."""
        names = request.resolver_match.app_names if request.resolver_match else []
        module_key.set(next((name for name in names if name in _MODULES), "-"))
        sentry.tag(regency=_regency(request), module=module_key.get(), request_id=request_id.get())


def _regency(request: HttpRequest) -> str:
    regency = getattr(request, "regency", None)
    return regency.schema_name if regency else _PUBLIC


def _log(request: HttpRequest, response: HttpResponse, regency: str, module: str, seconds: float) -> None:
    match = request.resolver_match
    facts = {"status": response.status_code, "duration_ms": round(seconds * 1000, 1), "method": request.method}
    route = f"/{match.route}" if match else "-"
    words = (request.method, route, response.status_code, facts["duration_ms"])
    with_regency = {"regency": regency, "module_key": module}
    access.info("%s %s %s %s ms", *words, extra={**facts, "route": route, **with_regency})
