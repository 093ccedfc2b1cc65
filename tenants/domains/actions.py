"""Asking every host until when it is served, and writing down what a registry keeps to itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.domains import asking
from tenants.domains.models import HostCheck
from tenants.domains.queries import hosts, own_domain
from tenants.schemas.context import in_public

_AT_ONCE = 16


class NotOurs(Exception):
    """Not a host whose registration is watched; the text says which are."""


def check_hosts(*, at: datetime) -> int:
    """Ask for every open host's certificate, and for the registration of domains that are a regency's own.

    Hosts that are gone are forgotten. Returns how many were asked; none where the site is served without TLS.
    """
    if not settings.HTTPS:
        return 0
    with in_public():
        names = hosts()
        HostCheck.objects.exclude(host__in=names).delete()
        # The threads ask the network alone; rows are written here.
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as crowd:
            for host, certificate, registration in crowd.map(_asked, names):
                _write(host, certificate, registration, at)
    return len(names)


def _asked(host: str) -> tuple[str, asking.Certificate, asking.Registration | None]:
    own = own_domain(host)
    return host, asking.certificate(host), asking.registration(host, settings.RDAP_URL) if own else None


@transaction.atomic
def _write(host: str, certificate: asking.Certificate, found: asking.Registration | None, at: datetime) -> None:
    HostCheck.objects.get_or_create(host=host)
    row = HostCheck.objects.select_for_update().get(host=host)
    row.checked_at, row.certificate_fault = at, certificate.fault[:200]
    if certificate.ends_at:  # a host that does not answer tonight keeps the day it told last
        row.certificate_ends_at = certificate.ends_at
    if found:
        row.registered_name = found.name or row.registered_name
        row.registration_fault = found.fault[:200]
        if found.ends_on:  # the registry knows better than who wrote it down
            row.registration_ends_on = found.ends_on
            row.registration_noted_at, row.registration_noted_by = None, ""
    row.save()


@transaction.atomic
def note_registration(*, host: str, ends_on: date, by: User, at: datetime) -> HostCheck:
    """Write down when the registration of a domain ends, because its registry does not say. Raises NotOurs."""
    if host not in hosts() or not own_domain(host):
        raise NotOurs(_("Hanya domain milik sendiri yang dicatat; subdomain kita ikut domain pusat."))
    HostCheck.objects.get_or_create(host=host)
    row = HostCheck.objects.select_for_update().get(host=host)
    row.registration_ends_on, row.registration_noted_at, row.registration_noted_by = ends_on, at, by.name
    row.save(update_fields=["registration_ends_on", "registration_noted_at", "registration_noted_by"])
    record("domains.registration_noted", subject=row, by=by, data={"host": host, "ends": ends_on.isoformat()}, at=at)
    return row
