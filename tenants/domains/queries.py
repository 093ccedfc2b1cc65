"""Hosts, and which of them need somebody."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.domains.models import HostCheck
from tenants.models import Domain, Regency

CERTIFICATE_SOON, REGISTRATION_SOON = timedelta(days=14), timedelta(days=45)
OPEN = (Regency.State.ACTIVE, Regency.State.READ_ONLY)
_ORDER = {"bad": 0, "warn": 1}


def _open() -> QuerySet[Domain]:
    return Domain.objects.filter(tenant__state__in=OPEN).order_by("domain")


def hosts() -> list[str]:
    """Our own and those of open regencies, by name."""
    return [settings.BASE_DOMAIN, *_open().values_list("domain", flat=True)]


def own_domain(host: str) -> bool:
    """Whether the domain above the host is registered by itself; subdomains of ours live as long as ours."""
    return not host.endswith(f".{settings.BASE_DOMAIN}")


@dataclass(frozen=True)
class Said:
    """A few words with their tone, and the day that they are about."""

    label: str
    tone: str
    day: date | None = None


@dataclass(frozen=True)
class Row:
    """A host, whose it is, and what is known of it."""

    host: str
    title: str
    check: HostCheck
    own: bool
    certificate: Said
    registration: Said

    @property
    def urgency(self) -> int:
        return min(_ORDER.get(said.tone, 2) for said in (self.certificate, self.registration))


def rows(at: datetime) -> list[Row]:
    """Every host, the most urgent first. Two queries."""
    titles = {settings.BASE_DOMAIN: _("Situs pusat")}
    titles |= {domain.domain: domain.tenant.title for domain in _open().select_related("tenant")}
    checks = HostCheck.objects.in_bulk(list(titles))
    found = [_row(name, title, checks.get(name), at) for name, title in titles.items()]
    return sorted(found, key=lambda row: (row.urgency, row.host != settings.BASE_DOMAIN, row.host))


def _row(host: str, title: str, check: HostCheck | None, at: datetime) -> Row:
    check, own = check or HostCheck(host=host), own_domain(host)
    return Row(host, title, check, own, _certificate(check, at), _registration(check, own, timezone.localdate(at)))


def _certificate(check: HostCheck, at: datetime) -> Said:
    ends = check.certificate_ends_at
    day = timezone.localdate(ends) if ends else None
    if check.certificate_fault:
        return Said(_("tidak dapat diperiksa (%s)") % check.certificate_fault, "bad", day)
    if ends is None:
        return Said(_("belum diperiksa"), "")
    if ends <= at:
        return Said(_("berakhir"), "bad", day)
    return Said(_("berlaku"), "warn" if ends < at + CERTIFICATE_SOON else "ok", day)


def _registration(check: HostCheck, own: bool, today: date) -> Said:
    ends = check.registration_ends_on
    if not own:
        return Said(_("ikut domain pusat"), "")
    if ends is None:
        return Said(_("tidak diketahui"), "warn")
    if ends < today:
        return Said(_("berakhir"), "bad", ends)
    return Said(_("terdaftar"), "warn" if ends < today + REGISTRATION_SOON else "ok", ends)
