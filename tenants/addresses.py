"""Absolute addresses of the public site and of the regencies, for letters and mails."""

from django.conf import settings
from django_tenants.utils import get_public_schema_name

from tenants.models import Domain
from tenants.schemas.context import connection, in_public


def site_url(host: str) -> str:
    """`https://batang.rujukan.id`, or with the port where the site is served without TLS."""
    if settings.HTTPS:
        return f"https://{host}"
    return f"http://{host}:{settings.PORT}" if settings.PORT != 80 else f"http://{host}"


def current_site_url() -> str:
    """Where the current schema is served: the primary host of its regency, or the public site."""
    schema = connection.schema_name
    if schema == get_public_schema_name():
        return site_url(settings.BASE_DOMAIN)
    with in_public():
        host = (
            Domain.objects.filter(tenant__schema_name=schema).order_by("-is_primary").values_list("domain", flat=True)
        )
        return site_url(host.first() or settings.BASE_DOMAIN)
