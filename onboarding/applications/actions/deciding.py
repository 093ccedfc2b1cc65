"""What operators decide about an application. Two at once: the second is told, nothing is done twice."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from onboarding import actions as provisioning
from onboarding.applications import tasks
from onboarding.applications.actions.refusals import AlreadyDecided, ChoiceRefused, ReasonMissing
from onboarding.applications.models import Application
from onboarding.applications.progress import move
from onboarding.plan import ProvisioningRefused
from tenants.accounts.models import User
from tenants.schemas.context import after_commit

State = Application.State


@transaction.atomic
def approve(*, application: Application, by: User, at: datetime) -> Application:
    """Accept the regency; its provisioning begins at once. Raises AlreadyDecided, ChoiceRefused."""
    application = _submitted(application)
    if Application.objects.filter(code=application.code, state=State.CONTESTED).exists():
        raise AlreadyDecided(_("Ada keberatan atas pengajuan ini. Putuskan keberatan itu dahulu."))
    first, *others = application.administrators
    try:
        with transaction.atomic():
            run = provisioning.request_run(
                code=application.code,
                subdomain=application.subdomain,
                sources=application.sources,
                modules=application.modules,
                admin_email=first["email"],
                admin_name=first["name"],
                administrators=others,
                by=by,
                at=at,
            )
    except ProvisioningRefused as refused:
        raise ChoiceRefused(str(refused)) from None
    move(application, State.APPROVED, by=by, at=at)
    application.run = run
    application.save(update_fields=["run"])
    move(application, State.PROVISIONING, by=by, at=at)
    _tell(application, "approved")
    return application


@transaction.atomic
def refuse(*, application: Application, reason: str, by: User, at: datetime) -> Application:
    """Turn it down; the code is free again. Raises AlreadyDecided, ReasonMissing."""
    application = _submitted(application)
    move(application, State.REFUSED, by=by, at=at, reason=_reason(reason))
    _tell(application, "refused")
    return application


@transaction.atomic
def give_back(*, application: Application, reason: str, by: User, at: datetime) -> Application:
    """Ask for something to be mended; it may be handed in again. Raises AlreadyDecided, ReasonMissing."""
    application = _submitted(application)
    application.expires_at = at + timedelta(days=settings.APPLICATION_DRAFT_DAYS)
    application.save(update_fields=["expires_at"])
    move(application, State.RETURNED, by=by, at=at, reason=_reason(reason))
    _tell(application, "returned")
    return application


@transaction.atomic
def settle(*, application: Application, gives_way: bool, reason: str, by: User, at: datetime) -> Application:
    """Decide a contest: the one who was first keeps the regency, or gives way to who contests. Both read the reason.

    Raises AlreadyDecided, ReasonMissing.
    """
    why = _reason(reason)
    pair = Application.objects.select_for_update().filter(code=application.code).order_by("pk")
    rows = {row.pk: row for row in pair}
    contester = rows[application.pk]
    if contester.state != State.CONTESTED:
        raise AlreadyDecided(_("Keberatan ini sudah diputuskan oleh orang lain."))
    first = next((row for row in rows.values() if row.holds), None)
    if not gives_way:
        move(contester, State.REFUSED, by=by, at=at, reason=why)
        _tell(contester, "refused")
        return contester
    if first is not None:
        if first.state not in Application.UNDECIDED:
            raise AlreadyDecided(_("%s sudah disetujui dan disiapkan; tidak dapat dialihkan lagi.") % first.name)
        move(first, State.REFUSED, by=by, at=at, reason=why)
        _tell(first, "refused")
    contester.expires_at = at + timedelta(days=settings.APPLICATION_DRAFT_DAYS)
    contester.save(update_fields=["expires_at"])
    move(contester, State.EMAIL_VERIFIED, by=by, at=at, reason=why)
    _tell(contester, "key")
    return contester


def _submitted(application: Application) -> Application:
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.state != State.SUBMITTED:
        raise AlreadyDecided(
            _("Anda didahului: pengajuan ini sekarang “%s”. Muat ulang halaman ini.")
            % application.get_state_display().lower()
        )
    return application


def _reason(text: str) -> str:
    if not text.strip():
        raise ReasonMissing(_("Tulis alasannya: pemohon membacanya."))
    return text.strip()[:2000]


def _tell(application: Application, kind: str) -> None:
    pk = application.pk
    after_commit(lambda: tasks.send_mail.delay(application_id=pk, kind=kind))
