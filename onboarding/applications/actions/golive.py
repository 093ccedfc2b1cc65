"""From trial to the real thing: asked for by the regency, decided by the central team, checked by facts both times."""

from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from modules.registry import discover
from onboarding.applications import facts
from onboarding.applications.actions.refusals import AlreadyDecided, Held, Incomplete, ReasonMissing
from onboarding.applications.models import GoLiveRequest
from onboarding.applications.progress import went_live
from tenants.accounts.models import User
from tenants.audit.actions import Operator, record
from tenants.models import Regency
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_regency

Decision = GoLiveRequest.Decision


@transaction.atomic
def ask(*, regency: Regency, by: User, at: datetime) -> GoLiveRequest:
    """The regency says that it is ready. Raises Incomplete, Held, AlreadyDecided."""
    _refuse_unready(regency, at)
    with in_public():
        fresh = Regency.objects.select_for_update().get(pk=regency.pk)
        if not fresh.is_trial:
            raise AlreadyDecided(_("%s sudah mulai berlaku.") % fresh.title)
        try:
            with transaction.atomic():
                request = GoLiveRequest.objects.create(
                    regency=fresh,
                    asked_at=at,
                    asked_by=by.name,
                    facts=[asdict(fact) for fact in facts.of(fresh, at)],
                )
        except IntegrityError:
            raise Held(_("Permintaan mulai sudah dikirim. Tim pusat sedang memeriksanya.")) from None
    with in_regency(regency):
        record("applications.go_live_asked", subject=regency, by=by, at=at)
    return request


@transaction.atomic
def approve_go_live(*, request: GoLiveRequest, by: User, at: datetime) -> Regency:
    """From here on everything counts. The facts are computed again now. Raises Incomplete, AlreadyDecided."""
    request = _open(request)
    regency = Regency.objects.select_for_update().get(pk=request.regency_id)
    _refuse_unready(regency, at)
    _decide(request, Decision.APPROVED, "", by, at)
    return open_for_real(regency=regency, by=by, at=at)


@transaction.atomic
def refuse_go_live(*, request: GoLiveRequest, reason: str, by: User, at: datetime) -> GoLiveRequest:
    """Not yet; the regency reads why and may ask again. Raises AlreadyDecided, ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(_("Tulis apa yang masih harus dibenahi: administrator kabupaten membacanya."))
    request = _open(request)
    _decide(request, Decision.REFUSED, reason.strip()[:2000], by, at)
    with in_regency(request.regency):
        record("applications.go_live_refused", subject=request.regency, by=Operator(by.name), at=at)
    return request


@transaction.atomic
def open_for_real(*, regency: Regency, by: User | None, at: datetime) -> Regency:
    """End the trial without a request: for the demo, and for a regency that came from another deployment."""
    with in_public():
        regency = Regency.objects.select_for_update().get(pk=regency.pk)
        if not regency.is_trial:
            return regency
        regency.live_at, regency.live_by = at, by.name if by else ""
        regency.save(update_fields=["live_at", "live_by"])
        record("applications.went_live", subject=regency, by=by, at=at)
        went_live(regency=regency, by=by, at=at)
    with in_regency(regency):
        record("applications.went_live", subject=regency, by=Operator(by.name) if by else None, at=at)
        _tell_modules(at)
    hosts.changed()
    return regency


def _tell_modules(at: datetime) -> None:
    """Each module's public face may have `went_live(at)`: what it keeps of the trial ends there."""
    for module in discover():
        if find_spec(f"{module.app}.public"):
            tell: Any = getattr(import_module(f"{module.app}.public"), "went_live", None)
            if tell:
                tell(at)


def _refuse_unready(regency: Regency, at: datetime) -> None:
    if gaps := [fact.label for fact in facts.of(regency, at) if not fact.holds]:
        raise Incomplete(_("Belum dapat mulai. Yang masih kurang: %s.") % "; ".join(gaps))


def _open(request: GoLiveRequest) -> GoLiveRequest:
    request = GoLiveRequest.objects.select_for_update(of=("self",)).select_related("regency").get(pk=request.pk)
    if request.decision:
        raise AlreadyDecided(_("Permintaan ini sudah diputuskan oleh orang lain."))
    return request


def _decide(request: GoLiveRequest, decision: str, reason: str, by: User, at: datetime) -> None:
    request.decision, request.reason = decision, reason
    request.decided_at, request.decided_by, request.decided_by_name = at, by, by.name
    request.save()
