"""Support by consent: an operator asks, the regency answers, and what was let in ends by itself."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants.accounts.models import SUPPORT_HOST, Invitation, Role, RoleGrant, User
from tenants.audit.actions import Operator, record
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import after_commit, in_public, in_regency
from tenants.support import tasks
from tenants.support.models import PAGE_OPENED, Access, Dismissal
from tenants.support.permissions import further, reading

HOURS = (1, 4, 8, 24, 48, 72)
LINK_FOR = timedelta(minutes=2)
"""How long a one-time link opens: it is clicked right away, on the page that shows it."""
UNANSWERED_AFTER = timedelta(days=7)
End = Access.End


class SupportRefused(Exception):
    """Not possible; the text says why and what to do."""


class AlreadyAsked(SupportRefused):
    """The operator's earlier request is still open."""


class AlreadyDecided(SupportRefused):
    """Somebody answered a moment before, or it has ended."""


class NotLetIn(SupportRefused):
    """No consent, or no longer."""


@transaction.atomic
def ask(*, regency: Regency, reason: str, hours: int, by: User, at: datetime) -> Access:
    """An operator asks a regency to be let in for some hours. Called on the public schema. Raises SupportRefused."""
    if hours not in HOURS or not reason.strip():
        raise SupportRefused(_("Tulis alasannya dan pilih lamanya."))
    if regency.state not in (Regency.State.ACTIVE, Regency.State.READ_ONLY):
        raise SupportRefused(_("%s sedang tidak dibuka; tidak ada yang dapat memberi izin.") % regency.title)
    data = {"hours": hours, "code": regency.code}
    with in_regency(regency):
        try:
            with transaction.atomic():
                access = Access.objects.create(
                    operator_id=by.pk, operator_name=by.name, reason=reason.strip()[:500], hours=hours, asked_at=at
                )
        except IntegrityError:
            raise AlreadyAsked(_("Permintaan Anda yang lalu belum berakhir.")) from None
        record("support.access_requested", subject=access, by=Operator(by.name), data=data, at=at)
        after_commit(lambda: tasks.send_request.delay(access.pk))
    record("support.access_requested", subject=regency, by=by, data=data, at=at)
    return access


@transaction.atomic
def consent(
    *, access: Access, permissions: Iterable[str] = (), roles: Iterable[Role] = (), by: User, at: datetime
) -> Access:
    """Let the operator in from now on. Reading is always meant; `permissions` are what they may do besides.

    `roles` decide whose cases are seen, not what may be done with them. Raises AlreadyDecided.
    """
    access = _waiting(access)
    allowed = [name for name in permissions if name in further()]
    access.account = _account(access)
    access.permissions = sorted({*reading(), *allowed})
    access.consented, access.decided_at, access.decided_by = True, at, by
    access.ends_at = at + timedelta(hours=access.hours)
    access.save()
    taken = list(roles)
    RoleGrant.objects.bulk_create(
        RoleGrant(user=access.account, role=role, granted_by=by, granted_at=at) for role in taken
    )
    data = {"hours": access.hours, "further": sorted(allowed), "roles": sorted(role.key for role in taken)}
    record("support.access_consented", subject=access, by=by, data=data, at=at)
    return access


@transaction.atomic
def refuse(*, access: Access, reason: str, by: User, at: datetime) -> Access:
    """Do not let the operator in. Raises AlreadyDecided."""
    access = _waiting(access)
    access.decided_at, access.decided_by, access.refusal = at, by, reason.strip()[:300]
    access.ended_at, access.ended_by, access.end = at, by, End.REVOKED
    access.save()
    record("support.access_refused", subject=access, by=by, at=at)
    return access


@transaction.atomic
def revoke(*, access: Access, by: User, at: datetime) -> Access:
    """End it at once: the next request of the operator is that of a stranger. Raises AlreadyDecided."""
    access = _let_in(access)
    return _finish(access, End.REVOKED, by, at)


@transaction.atomic
def leave(*, access: Access, at: datetime) -> Access:
    """The operator is done. Raises AlreadyDecided."""
    access = _let_in(access)
    return _finish(access, End.LEFT, None, at)


@transaction.atomic
def end_overdue(*, at: datetime) -> int:
    """Close on record what the clock has closed already, and requests that nobody answered. Returns how many."""
    found = Access.objects.select_for_update()
    over = list(found.accepted().filter(ends_at__lte=at))
    for access in over:
        _finish(access, End.EXPIRED, None, at)
    forgotten = list(found.waiting().filter(asked_at__lte=at - UNANSWERED_AFTER))
    for access in forgotten:
        access.ended_at, access.end = at, End.UNANSWERED
        access.save(update_fields=["ended_at", "end"])
        record("support.request_unanswered", subject=access, by=None, at=at)
    return len(over) + len(forgotten)


@transaction.atomic
def issue_link(*, regency: Regency, access: Access, by: User, at: datetime) -> str:
    """The token of a link that lets the operator in once. Called on the public schema. Raises NotLetIn."""
    token = secrets.token_urlsafe(32)
    with in_regency(regency):
        found = Access.objects.select_for_update().accepted().filter(pk=access.pk, operator_id=by.pk).first()
        if found is None or found.ends_at is None or found.ends_at <= at:
            raise NotLetIn(_("Kabupaten belum mengizinkan, atau waktunya sudah habis."))
        found.entry_hash, found.entry_until = Invitation.hash(token), at + LINK_FOR
        found.save(update_fields=["entry_hash", "entry_until"])
    return token


def find_link(token: str, at: datetime) -> Access:
    """The access that a link opens now, in the current regency. Raises NotLetIn."""
    found = Access.objects.accepted().filter(entry_hash=Invitation.hash(token), entry_until__gt=at, ends_at__gt=at)
    access = found.select_related("account").first()
    if access is None:
        raise NotLetIn(_("Tautan ini sudah dipakai atau kedaluwarsa. Buat yang baru dari konsol."))
    return access


@transaction.atomic
def enter(*, token: str, at: datetime) -> User:
    """Use the link up. Returns the account to sign in. Raises NotLetIn."""
    access = find_link(token, at)
    access = Access.objects.select_for_update(of=("self",)).select_related("account").get(pk=access.pk)
    if access.entry_hash != Invitation.hash(token) or access.ended_at or access.account is None:
        raise NotLetIn(_("Tautan ini sudah dipakai atau kedaluwarsa. Buat yang baru dari konsol."))
    access.entry_hash, access.entry_until, access.entered_at = "", None, at
    access.save(update_fields=["entry_hash", "entry_until", "entered_at"])
    record("support.entered", subject=access, by=access.account, at=at)
    return access.account


@transaction.atomic
def open_page(*, account: User, method: str, path: str, at: datetime) -> Access:
    """What every request of a support account begins with: it is still let in, and the request is on record.

    `path` comes without its query, in which a name may have been searched for. Raises NotLetIn; then an access
    whose time is over is closed.
    """
    access = Access.objects.accepted().filter(account=account).first()
    if access is None or access.ends_at is None:
        raise NotLetIn(_("Akses dukungan ini sudah diakhiri."))
    if access.ends_at <= at:
        raise NotLetIn(_("Waktu akses dukungan sudah habis."))
    if not _is_operator(access):
        raise NotLetIn(_("Akun operator Anda tidak lagi boleh meminta akses dukungan."))
    record(PAGE_OPENED, subject=access, by=account, data={"method": method, "path": path[:300]}, at=at)
    return access


@transaction.atomic
def dismiss(*, announcement_id: int, by: User, at: datetime) -> None:
    """Put an announcement away for oneself; repeating changes nothing."""
    _row, created = Dismissal.objects.get_or_create(
        user=by, announcement_id=announcement_id, defaults={"dismissed_at": at}
    )
    if created:
        record("support.announcement_dismissed", subject=by, by=by, data={"announcement": announcement_id}, at=at)


def _waiting(access: Access) -> Access:
    found = Access.objects.select_for_update().waiting().filter(pk=access.pk).first()
    if found is None:
        raise AlreadyDecided(_("Permintaan ini sudah dijawab atau sudah berakhir."))
    return found


def _let_in(access: Access) -> Access:
    found = Access.objects.select_for_update().accepted().filter(pk=access.pk).first()
    if found is None:
        raise AlreadyDecided(_("Akses ini sudah berakhir."))
    return found


def _is_operator(access: Access) -> bool:
    """Whether who was let in still works for the central team: consent was given to one of them."""
    holding = {"grants__role__permissions__contains": [str(ConsolePermission.SUPPORT)]}
    with in_public():
        return User.objects.filter(pk=access.operator_id, is_active=True, **holding).exists()


@transaction.atomic
def end_all(*, at: datetime) -> int:
    """Close every access and request of the current regency: it moved to another central team. Returns how many."""
    found = list(Access.objects.select_for_update().filter(ended_at=None))
    for access in found:
        _finish(access, End.EXPIRED, None, at)
    return len(found)


def _account(access: Access) -> User:
    """The operator's account here: without a password, open only while it is let in."""
    name = f"{access.operator_name} ({_('dukungan pusat')})"[:120]
    account, _created = User.objects.update_or_create(
        email=f"operator-{access.operator_id}@{SUPPORT_HOST}",
        defaults={"name": name, "is_active": True},
        create_defaults={"name": name, "is_active": True, "password": "!"},
    )
    return account


def _finish(access: Access, end: str, by: User | None, at: datetime) -> Access:
    access.ended_at, access.end, access.ended_by = at, end, by
    access.entry_hash, access.entry_until = "", None
    access.save()
    account = access.account
    if account:
        RoleGrant.objects.filter(user=account).delete()
        account.is_active = False
        account.save(update_fields=["is_active"])
    record("support.access_ended", subject=access, by=by, data={"how": end}, at=at)
    return access
