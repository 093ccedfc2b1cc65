"""Which regency a host belongs to, and what its state lets through."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.models import Domain, Regency
from tenants.schemas.context import assert_schema, connection, in_public, in_regency
from tenants.versioned import VersionedCache


class PublicSite:
    """Stands where a regency would on the hosts of the public site and the console."""

    schema_name = "public"
    domain_url: str | None = None
    domain_subfolder = None

    def get_tenant_type(self) -> None:
        return None


PUBLIC_SITE = PublicSite()


def _load_hosts(_: Hashable) -> dict[str, Regency]:
    """Every known host at once: a thousand rows, so that an unknown host costs no SQL either.

    A regency is one object, whichever of its hosts is asked: what is made of it is made once.
    """
    with in_public():
        regencies = Regency.objects.exclude(state=Regency.State.DRAFT).in_bulk()
        domains = Domain.objects.filter(tenant__in=regencies).values_list("domain", "tenant_id")
        return {domain: regencies[tenant] for domain, tenant in domains}


hosts = VersionedCache("hosts", _load_hosts)


def resolve(host: str) -> Regency | PublicSite | None:
    """The regency of a host, the public site, or None for a host that nobody here has.

    Warm, this costs no SQL.
    """
    name = host.lower().rsplit(":", 1)[0].removesuffix(".")
    if name in (settings.BASE_DOMAIN, f"www.{settings.BASE_DOMAIN}"):
        return PUBLIC_SITE
    return hosts.get("all").get(name)


_CLOSED = {
    Regency.State.PROVISIONING: (503, "errors/provisioning.html"),
    Regency.State.SUSPENDED: (503, "errors/suspended.html"),
    Regency.State.ARCHIVED: (410, "errors/archived.html"),
}
_SAFE = {"GET", "HEAD", "OPTIONS"}
# What may be posted where nothing may be changed: signing in and out, asking where a case stands, who looks in, the
# regency's own data, and the papers that help to pay. Searching changes nothing: it is posted for the numbers in it.
_READING_PATHS = (
    "/account/", "/api/v1/token/", "/services/track/", "/api/v1/services/tracking/", "/letters/verify/",
    "/support/", "/work/settings/support/", "/work/settings/export/", "/work/settings/billing/",
)  # fmt: skip
_SEARCH = re.compile(r"/work/[a-z0-9_]+/search/")


def _made_in(regency: Regency, content: Iterable[bytes]) -> Iterator[bytes]:
    """An answer that is made while it is sent: each part in the regency's schema, which the middleware has left.

    A FileResponse needs none of it: its file was opened in the view.
    """
    parts, end = iter(content), object()
    while True:
        with in_regency(regency), timezone.override(regency.time_zone):
            part: Any = next(parts, end)
            assert_schema(regency.schema_name)
        if part is end:
            return
        yield part


class RegencyMiddleware:
    """Finds the regency by host, then looks at its schema alone: public tables cannot be reached from here on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in ("/healthz", "/readyz", "/metrics", "/tls/ask"):
            return self._on_public_site(request)
        try:
            site = resolve(request.get_host())
        except DisallowedHost:
            site = None
        if site is None:
            return self._refuse(request, None, 404, "errors/unknown_host.html")
        if isinstance(site, PublicSite):
            return self._on_public_site(request)
        return self._in_regency(request, site)

    def _on_public_site(self, request: HttpRequest) -> HttpResponse:
        request.tenant, request.regency = PUBLIC_SITE, None  # type: ignore[attr-defined]
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF  # type: ignore[attr-defined]
        connection.set_schema_to_public()
        return self.get_response(request)

    def _in_regency(self, request: HttpRequest, regency: Regency) -> HttpResponse:
        request.tenant = request.regency = regency  # type: ignore[attr-defined]
        if closed := _CLOSED.get(Regency.State(regency.state)):
            return self._refuse(request, regency, *closed)
        if self._is_refused_write(request, regency):
            return self._refuse(request, regency, 403, "errors/read_only.html")
        connection.set_tenant(regency, include_public=False)
        try:
            with timezone.override(regency.time_zone):
                response = self.get_response(request)
            assert_schema(regency.schema_name)
        finally:
            connection.set_schema_to_public()
        if response.streaming and not isinstance(response, FileResponse):
            response.streaming_content = _made_in(regency, response.streaming_content)  # type: ignore[attr-defined]
        return response

    @staticmethod
    def _is_refused_write(request: HttpRequest, regency: Regency) -> bool:
        if regency.state != Regency.State.READ_ONLY or request.method in _SAFE:
            return False
        is_answer = request.path.startswith("/services/track/") and request.path != "/services/track/"
        reads = request.path.startswith(_READING_PATHS) or _SEARCH.fullmatch(request.path)
        return is_answer or not reads

    @staticmethod
    def _refuse(request: HttpRequest, regency: Regency | None, status: int, template: str) -> HttpResponse:
        request.tenant, request.regency = PUBLIC_SITE, regency  # type: ignore[attr-defined]
        connection.set_schema_to_public()
        if request.path.startswith("/api/"):
            detail = _("Alamat ini sedang tidak melayani permintaan itu.")
            return JsonResponse({"detail": detail}, status=status)
        return render(request, template, {"regency": regency}, status=status)
