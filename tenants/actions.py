"""What the central team changes about a regency as a whole: its state and its hosts."""

import re
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_tenants.utils import get_public_schema_name

from tenants.accounts.models import User
from tenants.audit.actions import Operator, record
from tenants.models import Domain, Regency
from tenants.regions import SubdomainRefused, check_subdomain
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_regency

State = Regency.State
TRANSITIONS: dict[str, tuple[State, ...]] = {
    State.ACTIVE: (State.READ_ONLY, State.SUSPENDED, State.ARCHIVED),
    State.READ_ONLY: (State.ACTIVE, State.SUSPENDED, State.ARCHIVED),
    State.SUSPENDED: (State.ACTIVE, State.READ_ONLY, State.ARCHIVED),
    State.ARCHIVED: (State.READ_ONLY,),
}
"""Draft and provisioning belong to onboarding: from there a regency is opened or abandoned."""
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class RegencyRefused(Exception):
    """The change was refused; the text says why and what to do."""


class StateRefused(RegencyRefused):
    """From this state one does not get there."""


class ReasonMissing(RegencyRefused):
    """A change of state says why: it stands in the regency's own audit."""


class DomainRefused(RegencyRefused):
    """Not a host name, somebody else's, or the primary one."""


@transaction.atomic
def change_state(*, regency: Regency, state: str, reason: str, by: User, at: datetime) -> Regency:
    """Open, restrict or close a regency; its hosts answer accordingly within a second.

    Recorded in public and in the regency's own audit. Raises StateRefused, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing(_("Tulis alasannya: pegawai kabupaten itu membacanya di jejak audit."))
    regency = Regency.objects.select_for_update().get(pk=regency.pk)
    before = regency.state
    if state not in TRANSITIONS.get(before, ()):
        raise StateRefused(
            _("Dari keadaan “%(before)s” tidak dapat menjadi “%(after)s”.")
            % {"before": regency.get_state_display(), "after": dict(State.choices).get(state, state)}
        )
    regency.state = state
    regency.save(update_fields=["state"])
    data = {"from": before, "to": state, "reason": reason.strip()[:500]}
    record("tenants.state_changed", subject=regency, by=by, data=data, at=at)
    with in_regency(regency):
        record("tenants.state_changed", subject=regency, by=Operator(by.name), data=data, at=at)
    hosts.changed()
    return regency


@transaction.atomic
def add_domain(*, regency: Regency, host: str, by: User, at: datetime) -> Domain:
    """Let another host lead to the regency: a domain of its own or a further subdomain. Raises DomainRefused."""
    host = host.strip().lower().removesuffix(".")
    _check_host(host, regency)
    try:
        with transaction.atomic():
            domain = Domain.objects.create(tenant=regency, domain=host, is_primary=False)
    except IntegrityError:
        raise DomainRefused(_("Alamat %s sudah dipakai.") % host) from None
    record("tenants.domain_added", subject=regency, by=by, data={"host": host}, at=at)
    hosts.changed()
    return domain


@transaction.atomic
def remove_domain(*, domain: Domain, by: User, at: datetime) -> None:
    """A host leads here no longer. Raises DomainRefused for the primary one."""
    if domain.is_primary:
        raise DomainRefused(_("Alamat utama tidak dapat dihapus. Jadikan alamat lain utama dahulu."))
    record("tenants.domain_removed", subject=domain.tenant, by=by, data={"host": domain.domain}, at=at)
    domain.delete()
    hosts.changed()


@transaction.atomic
def make_primary(*, domain: Domain, by: User, at: datetime) -> Domain:
    """The host that letters and mails name."""
    Domain.objects.filter(tenant=domain.tenant).exclude(pk=domain.pk).update(is_primary=False)
    domain.is_primary = True
    domain.save()
    record("tenants.domain_made_primary", subject=domain.tenant, by=by, data={"host": domain.domain}, at=at)
    hosts.changed()
    return domain


def _check_host(host: str, regency: Regency) -> None:
    if host == settings.BASE_DOMAIN or host == f"www.{settings.BASE_DOMAIN}":
        raise DomainRefused(_("Alamat itu milik situs pusat."))
    suffix = f".{settings.BASE_DOMAIN}"
    if host.endswith(suffix):
        hosts_here = Domain.objects.filter(domain__endswith=suffix).values_list("domain", flat=True)
        try:
            check_subdomain(
                host.removesuffix(suffix), code=regency.code, taken=[h.removesuffix(suffix) for h in hosts_here]
            )
        except SubdomainRefused as refused:
            raise DomainRefused(str(refused.sentence)) from None
    elif not _HOST.fullmatch(host):
        raise DomainRefused(_("Tulis nama domain saja, misalnya layanan.batangkab.go.id."))


def record_failed_task(*, task: str, queue: str, error: str, schema_name: str) -> None:
    """Write into the regency's own audit that background work was given up. `error` is the name of its class."""
    with in_public():
        regency = Regency.objects.filter(schema_name=schema_name).first()
    if regency is None:
        return
    with in_regency(regency), transaction.atomic():
        data = {"task": task, "queue": queue, "error": error}
        record("tenants.task_failed", subject=regency, by=None, data=data)


def refuse_task(*, task: str, schema_name: str, even_closed: bool = False) -> bool:
    """Whether background work must not be done: the regency is suspended, archived or gone. Then it is recorded.

    What belongs to closing a regency runs `even_closed`.
    """
    if schema_name == get_public_schema_name():
        return False
    with in_public(), transaction.atomic():
        regency = Regency.objects.filter(schema_name=schema_name).first()
        if regency and (even_closed or regency.state not in (State.SUSPENDED, State.ARCHIVED)):
            return False
        data = {"task": task, "state": regency.state if regency else "gone"}
        record("tenants.task_dropped", subject=regency or Regency(schema_name=schema_name), by=None, data=data)
    return True
