"""Mounts every module's `api.py` under `/api/v1/<key>/`, and lists the modules that are on."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.registry import discover
from modules.switches import is_reachable


class ModuleList(APIView):
    """The modules that this regency has on."""

    permission = "public"
    authentication_classes = ()

    @extend_schema(
        responses=inline_serializer(
            "Module", {"key": serializers.CharField(), "name": serializers.CharField()}, many=True
        )
    )
    def get(self, request: Request) -> Response:
        on = [module for module in discover() if is_reachable(request.regency, module.key)]  # type: ignore[attr-defined]
        return Response([{"key": module.key, "name": str(module.name)} for module in on])


class OpenModules(SchemaGenerator):
    """Describes what answers here: the modules that the regency of the request has on."""

    def parse(self, input_request: Any, public: bool) -> Any:
        self._initialise_endpoints()
        off = tuple(f"/api/v1/{m.key}/" for m in discover() if not is_reachable(input_request.regency, m.key))
        self.endpoints = [endpoint for endpoint in self.endpoints or [] if not endpoint[0].startswith(off)]
        return super().parse(input_request, public)


urlpatterns: list[URLPattern | URLResolver] = [path("modules/", ModuleList.as_view(), name="modules")]
urlpatterns += [
    path(
        f"{module.key}/",
        include((import_module(f"{module.app}.api").urlpatterns, module.key), f"{module.key}-api"),
    )
    for module in discover()
    if find_spec(f"{module.app}.api")
]
