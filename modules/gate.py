"""The gate: a module that is off does not exist, whoever asks and however."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from modules.registry import discover
from modules.switches import is_reachable

_KEYS = frozenset(module.key for module in discover())


class GateMiddleware:
    """Answers 404 for the pages and the API of a module, or of a service, that the regency has off."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        regency = getattr(request, "regency", None)
        if regency is None or request.resolver_match is None:
            return
        module = next((name for name in request.resolver_match.app_names if name in _KEYS), None)
        if module is None:
            return
        if not is_reachable(regency, module):
            raise Http404
        service = kwargs.get("service")
        if service and not is_reachable(regency, service):
            raise Http404
