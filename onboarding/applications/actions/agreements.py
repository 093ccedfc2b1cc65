"""Signed copies of the agreements: uploaded by the regency, verified by operators, reminded of before they end."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from onboarding.applications import papers, tasks
from onboarding.applications.actions.refusals import AlreadyDecided, Held, NotEditable, ReasonMissing
from onboarding.applications.models import Agreement, AgreementReminder, Application, Paper
from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.models import Regency
from tenants.schemas.context import after_commit, in_public

State = Agreement.State


@transaction.atomic
def hand_in(
    *,
    code: str,
    kind: str,
    number: str,
    signed_on: date,
    ends_on: date,
    contact_email: str,
    copy: Any,
    application: Application | None,
    by: User | None,
    at: datetime,
) -> Agreement:
    """A signed copy, to be verified. One at a time of each kind waits. Raises Held, FileRefused."""
    Agreement.objects.filter(code=code, kind=kind, state=State.RETURNED).update(state=State.REPLACED)
    paper = papers.store(upload=copy, kind=Paper.Kind.SIGNED, application=application, by=by, at=at)
    try:
        with transaction.atomic():
            agreement = Agreement.objects.create(
                code=code,
                kind=kind,
                number=number.strip(),
                signed_on=signed_on,
                ends_on=ends_on,
                contact_email=contact_email,
                paper=paper,
                uploaded_at=at,
            )
    except IntegrityError as broken:
        if "agreement_one_to_check" not in str(broken):
            raise
        raise Held(_("Naskah ini sedang diperiksa. Tunggu hasilnya sebelum mengunggah lagi.")) from None
    record("applications.agreement_handed_in", subject=agreement, by=by, at=at, data={"kind": kind})
    return agreement


@transaction.atomic
def hand_in_from_regency(*, regency: Regency, by: User, at: datetime, **copy: Any) -> Agreement:
    """A signed copy from the regency's own workspace; who sent it stands in its own audit. Raises as `hand_in`, and
    NotEditable in the sandbox: what anybody uploads there must not outlive it.
    """
    if regency.is_sandbox:
        raise NotEditable(_("Kabupaten Contoh hanya untuk mencoba: tidak ada naskah yang diterima di sini."))
    with in_public():
        agreement = hand_in(code=regency.code, application=None, by=None, at=at, **copy)
    record("applications.agreement_handed_in", subject=agreement, by=by, at=at, data={"kind": agreement.kind})
    return agreement


@transaction.atomic
def verify_agreement(*, agreement: Agreement, by: User, at: datetime) -> Agreement:
    """The copy is signed and says what was agreed; it takes the place of an earlier one. Raises AlreadyDecided."""
    agreement = _waiting(agreement)
    Agreement.objects.filter(code=agreement.code, kind=agreement.kind, state=State.VERIFIED).update(
        state=State.REPLACED
    )
    agreement.state, agreement.verified_at = State.VERIFIED, at
    agreement.verified_by, agreement.verified_by_name = by, by.name
    agreement.save()
    record("applications.agreement_verified", subject=agreement, by=by, at=at, data={"kind": agreement.kind})
    return agreement


@transaction.atomic
def return_agreement(*, agreement: Agreement, reason: str, by: User, at: datetime) -> Agreement:
    """The copy will not do; the regency reads why. Raises AlreadyDecided, ReasonMissing."""
    agreement = _waiting(agreement)
    if not reason.strip():
        raise ReasonMissing(_("Tulis apa yang kurang pada naskah itu."))
    agreement.state, agreement.reason = State.RETURNED, reason.strip()[:2000]
    agreement.save()
    record("applications.agreement_returned", subject=agreement, by=by, at=at, data={"kind": agreement.kind})
    pk = agreement.pk
    after_commit(lambda: tasks.send_agreement_mail.delay(agreement_id=pk, kind="agreement_returned"))
    return agreement


def remind(*, on: date, at: datetime) -> int:
    """Mail those whose agreement ends within the next AGREEMENT_REMINDERS days; once for each distance. How many."""
    distances = sorted(settings.AGREEMENT_REMINDERS)
    sent = 0
    for agreement in Agreement.objects.filter(state=State.VERIFIED, ends_on__gte=on):
        left = (agreement.ends_on - on).days
        reached = next((days for days in distances if left <= days), None)
        if reached is not None and _remind_once(agreement, reached, at):
            sent += 1
    return sent


@transaction.atomic
def _remind_once(agreement: Agreement, days: int, at: datetime) -> bool:
    if agreement.reminders.filter(days__lte=days).exists():
        return False
    _row, created = AgreementReminder.objects.get_or_create(agreement=agreement, days=days, defaults={"sent_at": at})
    if not created:
        return False
    record("applications.agreement_reminded", subject=agreement, by=None, at=at, data={"days": days})
    pk = agreement.pk
    after_commit(lambda: tasks.send_agreement_mail.delay(agreement_id=pk, kind="agreement_ends"))
    return True


def _waiting(agreement: Agreement) -> Agreement:
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if agreement.state != State.UPLOADED:
        raise AlreadyDecided(_("Naskah ini sudah diperiksa oleh orang lain."))
    return agreement
