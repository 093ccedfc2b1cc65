"""Certificates and registrations that end, and hosts of which nobody knows when."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.domains.models import HostCheck
from tenants.domains.queries import CERTIFICATE_SOON, REGISTRATION_SOON, hosts, own_domain
from tenants.problems import Problem

PAGE = "/console/hosts/"
_MISSED = timedelta(hours=50)
_NEAR = timedelta(days=7)


def problems(at: datetime) -> Iterator[Problem]:
    """What was learned of every open host in the night; nothing where the site is served without TLS."""
    if not settings.HTTPS:
        return
    checks = HostCheck.objects.in_bulk(hosts())
    if not any(check.checked_at and check.checked_at > at - _MISSED for check in checks.values()):
        yield Problem(
            _("Sertifikat"), _("Alamat sudah dua malam tidak diperiksa. Apakah penjadwal hidup?"), PAGE, "bad"
        )
    for check in checks.values():
        yield from _certificate(check, at)
        if own_domain(check.host):
            yield from _registration(check, at)


def _certificate(check: HostCheck, at: datetime) -> Iterator[Problem]:
    kind, ends = _("Sertifikat"), check.certificate_ends_at
    if check.certificate_fault:
        words = {"host": check.host, "reason": check.certificate_fault}
        yield Problem(kind, _("%(host)s: sertifikat tidak dapat diperiksa (%(reason)s).") % words, PAGE, "bad")
    elif ends and ends < at + CERTIFICATE_SOON:
        words = {"host": check.host, "day": f"{timezone.localtime(ends):%d-%m-%Y}"}
        tone = "bad" if ends < at + _NEAR else "warn"
        yield Problem(kind, _("%(host)s: sertifikat berakhir %(day)s.") % words, PAGE, tone)


def _registration(check: HostCheck, at: datetime) -> Iterator[Problem]:
    kind, ends, today = _("Pendaftaran domain"), check.registration_ends_on, timezone.localdate(at)
    name = check.registered_name or check.host
    if ends is None:
        words = {"name": name, "reason": check.registration_fault}
        text = _("%(name)s: registri tidak mengatakan kapan berakhir (%(reason)s). Catat tanggalnya dari tagihannya.")
        yield Problem(kind, text % words, PAGE)
    elif ends < today + REGISTRATION_SOON:
        words = {"name": name, "day": f"{ends:%d-%m-%Y}"}
        tone = "bad" if ends < today + _NEAR else "warn"
        yield Problem(kind, _("%(name)s: pendaftaran berakhir %(day)s.") % words, PAGE, tone)
