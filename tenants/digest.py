"""What the ground itself lacks: schemas that wait ready, certificates that still hold."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from tenants.models import Domain, Regency, StandbySchema
from tenants.problems import Problem
from tenants.schemas.release import TemplateBehind, current_release

SOON = timedelta(days=14)
_PATIENCE = 3.0  # seconds for one host


def problems(at: datetime) -> Iterator[Problem]:
    """The pool of standby schemas, the template, and the certificates of all hosts where the site is served by TLS."""
    yield from _pool()
    if settings.HTTPS:
        yield from certificates(list(_hosts()), at)


def _pool() -> Iterator[Problem]:
    try:
        release = current_release()
    except TemplateBehind:
        yield Problem(
            _("Skema contoh"), _("Belum mengikuti rilis ini. Jalankan “manage.py prepare”."), "/console/runs/", "bad"
        )
        return
    if settings.STANDBY_POOL and not StandbySchema.objects.filter(release=release).exists():
        text = _("Tidak ada ruang data yang siap; kabupaten berikutnya menunggu lebih lama.")
        yield Problem(_("Persediaan kosong"), text, "/console/runs/")


def _hosts() -> Iterator[tuple[str, int]]:
    open_ = Domain.objects.filter(tenant__state__in=[Regency.State.ACTIVE, Regency.State.READ_ONLY])
    for host in (settings.BASE_DOMAIN, *open_.order_by("domain").values_list("domain", flat=True)):
        yield host, 443


def certificates(hosts: list[tuple[str, int]], at: datetime, trusted: str | None = None) -> Iterator[Problem]:
    """Hosts whose certificate is refused, cannot be asked for, or ends within two weeks.

    `trusted` is a file of authorities instead of the system's.
    """
    context = ssl.create_default_context(cafile=trusted)
    for host, port in hosts:
        try:
            ends = _ends(host, port, context)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            reason = getattr(error, "verify_message", "") or type(error).__name__
            text = _("%(host)s: sertifikat tidak dapat diperiksa (%(reason)s).") % {"host": host, "reason": reason}
            yield Problem(_("Sertifikat"), text, "/console/", "bad")
            continue
        if ends < at + SOON:
            text = _("%(host)s: sertifikat berakhir %(day)s.") % {"host": host, "day": f"{ends:%d-%m-%Y}"}
            yield Problem(_("Sertifikat"), text, "/console/")


def _ends(host: str, port: int, context: ssl.SSLContext) -> datetime:
    with (
        socket.create_connection((host, port), timeout=_PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        certificate = secure.getpeercert() or {}
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
