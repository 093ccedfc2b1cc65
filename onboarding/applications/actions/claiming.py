"""From a wish to a held code: begin, prove the mailbox, meet somebody who was first, give up."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from onboarding.applications import papers, tasks
from onboarding.applications.actions.refusals import (
    AlreadyDecided,
    EmailRefused,
    Held,
    LinkInvalid,
    NotEditable,
    ReasonMissing,
    RegencyHere,
    RegencyUnknown,
)
from onboarding.applications.actions.retention import forget
from onboarding.applications.links import hashed, key_of, verification_of
from onboarding.applications.models import Application, ApplicationEvent, JoinRequest
from onboarding.applications.progress import move
from onboarding.applications.queries import holder_of
from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.models import Regency
from tenants.regions import SANDBOX, RegencyInfo, UnknownRegency, regency, suggest_subdomain
from tenants.schemas.context import after_commit

State = Application.State


@transaction.atomic
def begin(*, code: str, email: str, officer_name: str, by: User | None, at: datetime) -> Application:
    """Begin an application and send the link that proves the mailbox; the same wish again sends a new link.

    Holds nothing yet. Raises RegencyUnknown, RegencyHere, EmailRefused.
    """
    info = _info(code)
    address = check_email(email)
    application = _undecided(info.code, address)
    if application is None:
        try:
            with transaction.atomic():
                application = _create(info, address, officer_name, by, at)
        except IntegrityError:  # the other click of a double click
            application = _undecided(info.code, address)
            assert application is not None
    send_link(application=application, at=at)
    return application


def check_email(email: str) -> str:
    """The address in lower case, if it is a government's (setting OFFICIAL_EMAIL_SUFFIXES). Raises EmailRefused."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise EmailRefused(_("“%s” bukan alamat surel.") % address[:80]) from None
    host = f".{address.rpartition('@')[2]}"
    suffixes = settings.OFFICIAL_EMAIL_SUFFIXES
    if not (host.isascii() and any(host.endswith(suffix) and host != suffix for suffix in suffixes)):
        raise EmailRefused(
            _("Pakai surel resmi pemerintah yang berakhir dengan %s. Surel pribadi tidak diterima.")
            % _(" atau ").join(suffixes)
        )
    return address


@transaction.atomic
def send_link(*, application: Application, at: datetime) -> None:
    """Mail the link: the proof of the mailbox for a draft, otherwise the key."""
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.state == State.DRAFT:
        application.verification_expires_at = at + timedelta(hours=settings.APPLICATION_LINK_HOURS)
        application.verification_hash = hashed(verification_of(application))
    application.key_hash = hashed(key_of(application))
    application.save(update_fields=["verification_expires_at", "verification_hash", "key_hash"])
    kind = "verify" if application.state == State.DRAFT else "key"
    after_commit(lambda: tasks.send_mail.delay(application_id=application.pk, kind=kind))


def resume(*, code: str, email: str, at: datetime) -> None:
    """Mail the link once more to who has lost it. Whether there is anything to mail is not said."""
    for application in Application.objects.filter(code=code, email=email.strip().lower()).exclude(
        state__in=[State.EXPIRED, State.WITHDRAWN]
    ):
        send_link(application=application, at=at)


def find_verification(*, token: str, at: datetime) -> Application:
    """The draft whose mailbox a link proves. Raises LinkInvalid."""
    application = Application.objects.filter(verification_hash=hashed(token), state=State.DRAFT).first()
    if application is None or application.verification_expires_at is None or application.verification_expires_at <= at:
        raise LinkInvalid(_("Tautan ini sudah dipakai, diganti, atau kedaluwarsa. Minta tautan baru di bawah."))
    return application


@transaction.atomic
def verify(*, token: str, at: datetime) -> Application:
    """The mailbox is proven. Whoever is first holds the code; the second one waits and is told. Raises LinkInvalid."""
    found = find_verification(token=token, at=at)
    application = Application.objects.select_for_update().get(pk=found.pk)
    if application.verification_hash is None:  # the other click of a double click
        raise LinkInvalid(_("Tautan ini sudah dipakai. Buka tautan pengajuan di kotak surel Anda."))
    _info(application.code)
    application.verification_hash, application.verification_expires_at = None, None
    application.verified_at = at
    application.expires_at = at + timedelta(days=settings.APPLICATION_DRAFT_DAYS)
    application.subdomain = suggest_subdomain(regency(application.code))
    application.save()
    _hold_or_wait(application, at)
    send_link(application=application, at=at)
    return application


@transaction.atomic
def take_up(*, application: Application, at: datetime) -> Application:
    """Go on with an application that waited, now that the code is free. Raises Held, NotEditable."""
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.state != State.WAITING:
        raise NotEditable(_("Pengajuan ini tidak sedang menunggu."))
    _info(application.code)
    _hold_or_wait(application, at)
    if application.state == State.WAITING:
        raise Held(_("%s masih diajukan orang lain.") % application.name)
    return application


def _hold_or_wait(application: Application, at: datetime) -> None:
    expire_overdue(code=application.code, at=at)
    try:
        with transaction.atomic():
            move(application, State.EMAIL_VERIFIED, by=None, at=at)
    except IntegrityError:  # application_code_once: somebody was first
        application.refresh_from_db()
        if application.state != State.WAITING:
            move(application, State.WAITING, by=None, at=at)


@transaction.atomic
def ask_to_join(*, application: Application, at: datetime) -> JoinRequest:
    """Ask the one who was first to work together; they are told by mail. Raises NotEditable, Held."""
    application = Application.objects.select_for_update().get(pk=application.pk)
    first = holder_of(application.code)
    if application.state != State.WAITING or first is None:
        raise NotEditable(_("Tidak ada pengajuan yang dapat diikuti. Muat ulang halaman ini."))
    try:
        with transaction.atomic():
            asked = JoinRequest.objects.create(application=first, colleague=application, asked_at=at)
    except IntegrityError:
        raise Held(_("Permintaan bergabung sudah dikirim. Tunggu jawabannya.")) from None
    record("applications.join_asked", subject=first, by=None, at=at, data={"colleague": application.number})
    after_commit(lambda: tasks.send_mail.delay(application_id=first.pk, kind="join_asked"))
    return asked


@transaction.atomic
def answer_join(*, application: Application, asked_id: int, accepted: bool, at: datetime) -> JoinRequest:
    """The first one lets a colleague in, or not. Raises AlreadyDecided, NotEditable (given up meanwhile)."""
    asked = (
        JoinRequest.objects.select_for_update(of=("self",))
        .select_related("colleague")
        .filter(pk=asked_id, application=application)
        .first()
    )
    if asked is None:
        raise NotEditable(_("Permintaan itu tidak ada."))
    if asked.answered_at:
        raise AlreadyDecided(_("Permintaan ini sudah dijawab."))
    colleague = Application.objects.select_for_update().get(pk=asked.colleague_id)
    if accepted and colleague.state != State.WAITING:
        raise NotEditable(_("Rekan itu tidak menunggu lagi."))
    asked.answered_at, asked.accepted = at, accepted
    asked.save()
    if accepted:
        colleague.joined_to = application
        colleague.save(update_fields=["joined_to"])
        move(colleague, State.JOINED, by=None, at=at)
    else:
        record("applications.join_declined", subject=application, by=None, at=at)
    after_commit(lambda: tasks.send_mail.delay(application_id=colleague.pk, kind="join_answered"))
    return asked


@transaction.atomic
def contest(*, application: Application, reason: str, letter: object, at: datetime) -> Application:
    """Say that the regency was claimed by somebody who may not; operators compare the letters of assignment.

    Raises NotEditable, ReasonMissing, FileRefused.
    """
    application = Application.objects.select_for_update().get(pk=application.pk)
    first = holder_of(application.code)
    if application.state != State.WAITING or first is None:
        raise NotEditable(_("Tidak ada pengajuan lain atas kabupaten ini. Muat ulang halaman ini."))
    if not reason.strip():
        raise ReasonMissing(_("Tulis mengapa pengajuan yang ada tidak sah."))
    papers.store(upload=letter, kind="assignment", application=application, by=None, at=at)
    move(application, State.CONTESTED, by=None, at=at, reason=reason.strip()[:2000])
    after_commit(lambda: tasks.send_mail.delay(application_id=first.pk, kind="contested"))
    return application


@transaction.atomic
def withdraw(*, application: Application, at: datetime) -> Application:
    """Give up before a decision; the code is free at once. Raises NotEditable."""
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.state not in Application.UNDECIDED:
        raise NotEditable(_("Pengajuan ini sudah diputuskan."))
    move(application, State.WITHDRAWN, by=None, at=at)
    return forget(application=application, at=at)


@transaction.atomic
def expire_overdue(*, at: datetime, code: str = "") -> int:
    """End what was left alone past its term, of one code or of all; how many. Codes are free, people forgotten."""
    overdue = Application.objects.select_for_update(skip_locked=not code).filter(
        state__in=Application.PERISHABLE, expires_at__lte=at
    )
    found = list(overdue.filter(code=code) if code else overdue[:500])
    for application in found:
        move(application, State.EXPIRED, by=None, at=at)
        forget(application=application, at=at)
    return len(found)


def _info(code: str) -> RegencyInfo:
    try:
        info = regency(code.strip())
    except UnknownRegency:
        raise RegencyUnknown(_("Pilih kabupaten atau kota dari daftar.")) from None
    if info.administrative or info.code == SANDBOX.code:
        raise RegencyUnknown(
            _("%s tidak memiliki pemerintahan daerah sendiri, jadi tidak dapat mendaftar.") % info.title
        )
    if Regency.objects.filter(code=info.code).exists():
        raise RegencyHere(_("%s sudah bekerja di sini. Hubungi administrator kabupaten Anda.") % info.title)
    return info


def _undecided(code: str, email: str) -> Application | None:
    return Application.objects.filter(code=code, email=email, state__in=Application.UNDECIDED).first()


def _create(info: RegencyInfo, email: str, officer_name: str, by: User | None, at: datetime) -> Application:
    application = Application.objects.create(
        code=info.code,
        name=info.title,
        number=f"{info.code}-{secrets.token_hex(3).upper()}",
        email=email,
        officer_name=officer_name.strip(),
        created_at=at,
        expires_at=at + timedelta(hours=settings.APPLICATION_LINK_HOURS),
    )
    ApplicationEvent.objects.create(application=application, at=at, state=State.DRAFT)
    record("applications.draft_begun", subject=application, by=by, at=at)
    return application
