"""Who works here: invitations, roles, leaving. Every change names who made it."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django_tenants.utils import get_public_schema_name
from knox.models import AuthToken

from tenants.accounts import tasks
from tenants.accounts.models import Invitation, Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.audit.actions import record
from tenants.schemas.context import after_commit, connection
from tenants.schemas.locks import advisory_lock

VALID_FOR = timedelta(days=7)
MANAGE_OPERATORS = "console.manage_operators"
POWERS = frozenset(str(permission) for permission in StaffPermission) | {MANAGE_OPERATORS}
"""Permissions over other people and over the system: nobody hands these out who does not hold them."""


class AccountRefused(Exception):
    """The change was refused; the text says why and what to do."""


class AlreadyMember(AccountRefused):
    """The address belongs to somebody who has joined."""


class BeyondYourOwn(AccountRefused):
    """The role holds permissions that the one who would hand it out may not hand out."""


class LastAdministrator(AccountRefused):
    """Without this person or role nobody could manage staff any more."""


class InvitationInvalid(Exception):
    """The token opens nothing: `unknown` (garbled, never existed), `used`, or `expired` (or replaced)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def invite(*, email: str, name: str, roles: Iterable[Role], by: User | None, at: datetime) -> tuple[User, str]:
    """Make an account without a password and send its owner a link that is valid for seven days.

    Returns the user and the token of the link. Raises AlreadyMember, BeyondYourOwn, ValidationError (address).
    """
    address = email.strip().lower()
    validate_email(address)
    user, created = User.objects.get_or_create(email=address, defaults={"name": name.strip(), "password": "!"})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    elif user.has_usable_password():
        raise AlreadyMember(_("%s sudah menjadi anggota.") % address)
    elif not user.is_active:
        raise AlreadyMember(_("Akun %s dinonaktifkan. Aktifkan kembali akun itu.") % address)
    record("accounts.user_invited", subject=user, by=by, at=at)
    for role in roles:
        grant_role(user=user, role=role, by=by, at=at)
    return user, _issue(user, by, at)


@transaction.atomic
def resend(*, user: User, by: User | None, at: datetime) -> str:
    """Send a new link; the earlier ones stop working. Raises AlreadyMember."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.has_usable_password():
        raise AlreadyMember(_("%s sudah menjadi anggota.") % user.email)
    record("accounts.invitation_resent", subject=user, by=by, at=at)
    return _issue(user, by, at)


def _issue(user: User, by: User | None, at: datetime) -> str:
    earlier = Invitation.objects.filter(user=user, accepted_at=None)
    earlier.filter(expires_at__gt=at, invited_at__lt=at).update(expires_at=at)
    earlier.filter(invited_at__gte=at).delete()
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        user=user, token_hash=Invitation.hash(token), invited_by=by, invited_at=at, expires_at=at + VALID_FOR
    )
    after_commit(lambda: tasks.send_invitation.delay(user.pk, token))
    return token


def find_invitation(token: str, at: datetime) -> Invitation:
    """The open invitation of a token. Raises InvitationInvalid."""
    invitation = Invitation.objects.select_related("user").filter(token_hash=Invitation.hash(token)).first()
    if invitation is None:
        raise InvitationInvalid("unknown")
    if invitation.accepted_at:
        raise InvitationInvalid("used")
    if invitation.expires_at <= at or not invitation.user.is_active:
        raise InvitationInvalid("expired")
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, password: str, at: datetime) -> User:
    """Set the password that the owner of the mailbox chose. Raises InvitationInvalid, ValidationError (password)."""
    invitation = find_invitation(token, at)
    user = User.objects.select_for_update().get(pk=invitation.user_id)
    invitation.refresh_from_db(from_queryset=Invitation.objects.select_for_update())
    if invitation.accepted_at:  # the other click of a double click
        raise InvitationInvalid("used")
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    record("accounts.invitation_accepted", subject=user, by=user, at=at)
    return user


@transaction.atomic
def change_password(*, user: User, password: str, at: datetime) -> None:
    """A password that its owner chose anew: whoever was let in with the old one is out, pages and API alike."""
    user.set_password(password)
    user.save(update_fields=["password"])
    AuthToken.objects.filter(user=user).delete()
    record("accounts.password_changed", subject=user, by=user, at=at)


@transaction.atomic
def deactivate(*, user: User, by: User, at: datetime) -> User:
    """Close an account at once: sessions and tokens end, what was done stays. Raises AccountRefused."""
    if user.pk == by.pk:
        raise AccountRefused(_("Anda tidak dapat menonaktifkan akun Anda sendiri."))
    user = User.objects.select_for_update().get(pk=user.pk)
    _refuse_without_powers(user.permissions, by)
    user.is_active = False
    with _administrator_kept():
        user.save(update_fields=["is_active"])
    AuthToken.objects.filter(user=user).delete()
    Invitation.objects.filter(user=user, accepted_at=None, invited_at__lt=at, expires_at__gt=at).update(expires_at=at)
    record("accounts.user_deactivated", subject=user, by=by, at=at)
    return user


@transaction.atomic
def reactivate(*, user: User, by: User, at: datetime) -> User:
    """Open an account again, with the roles that it had. Raises BeyondYourOwn."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.is_active = True
    _refuse_without_powers(user.permissions, by)
    user.save(update_fields=["is_active"])
    record("accounts.user_reactivated", subject=user, by=by, at=at)
    return user


@transaction.atomic
def reset_second_factor(*, user: User, by: User, at: datetime) -> None:
    """Remove the second factor of somebody who lost their phone, and tell them. Raises AccountRefused."""
    if user.pk == by.pk:
        raise AccountRefused(_("Ubah faktor kedua Anda sendiri di halaman akun Anda."))
    _refuse_without_powers(user.permissions, by)
    Authenticator.objects.filter(user=user).delete()
    record("accounts.second_factor_reset", subject=user, by=by, at=at)
    after_commit(lambda: tasks.send_notice.delay(user.pk, "second_factor_reset"))


@transaction.atomic
def grant_role(*, user: User, role: Role, by: User | None, at: datetime) -> RoleGrant:
    """Give a role; repeating changes nothing. `by=None` is the system. Raises BeyondYourOwn."""
    _refuse_beyond(role.permissions, by, to=user)
    grant, created = RoleGrant.objects.get_or_create(
        user=user, role=role, defaults={"granted_by": by, "granted_at": at}
    )
    if created:
        record("accounts.role_granted", subject=user, by=by, data={"role": role.key}, at=at)
    vars(user).pop("permissions", None)
    return grant


@transaction.atomic
def revoke_role(*, user: User, role: Role, by: User, at: datetime) -> None:
    """Take a role away. Raises BeyondYourOwn, LastAdministrator."""
    _refuse_beyond(role.permissions, by, to=user)
    with _administrator_kept():
        deleted, _counts = RoleGrant.objects.filter(user=user, role=role).delete()
    if not deleted:
        return
    vars(user).pop("permissions", None)
    record("accounts.role_revoked", subject=user, by=by, data={"role": role.key}, at=at)


@transaction.atomic
def save_role(
    *,
    role: Role | None,
    key: str,
    name: str,
    description: str,
    permissions: Iterable[str],
    by: User | None,
    at: datetime,
) -> Role:
    """Make a role, or change one. Raises BeyondYourOwn, LastAdministrator, AccountRefused (key taken)."""
    wanted = sorted({str(p) for p in permissions})
    before = frozenset(role.permissions) if role else frozenset()
    changed = before ^ frozenset(wanted)
    holds_it = by is not None and role is not None and role.grants.filter(user=by).exists()
    _refuse_beyond(changed, by, to=by if holds_it else None)
    made = role is None
    if role is None:
        if Role.objects.filter(key=key).exists():
            raise AccountRefused(_("Peran dengan kunci %s sudah ada.") % key)
        role = Role(key=key)
    role.name, role.description, role.permissions = name.strip(), description.strip(), wanted
    with _administrator_kept():
        role.save()
    data = {"added": sorted(frozenset(wanted) - before), "removed": sorted(before - frozenset(wanted))}
    record("accounts.role_created" if made else "accounts.role_changed", subject=role, by=by, data=data, at=at)
    return role


@transaction.atomic
def offer_role(
    *, key: str, name: str, description: str = "", permissions: Iterable[str], at: datetime, make: bool = True
) -> Role | None:
    """Give the role of a template what the template holds and has not offered yet: each permission once.

    Missing, the role is made, unless `make` is False: then None. A role that a regency made itself under the same
    key and gave some of these permissions is left alone.
    """
    wanted = [str(permission) for permission in permissions]
    role = Role.objects.select_for_update().filter(key=key).first()
    if role is None:
        facts = {"name": name, "description": description, "permissions": wanted, "offered": wanted}
        return Role.objects.create(key=key, **facts) if make else None
    new = [permission for permission in wanted if permission not in role.offered]
    own = not role.offered and bool(set(wanted) & set(role.permissions))
    added = [] if own else [permission for permission in new if permission not in role.permissions]
    if new:
        role.offered, role.permissions = [*role.offered, *new], [*role.permissions, *added]
        role.save(update_fields=["offered", "permissions"])
    if added:
        record("accounts.role_extended", subject=role, by=None, data={"added": added}, at=at)
    return role


@transaction.atomic
def delete_role(*, role: Role, by: User, at: datetime) -> None:
    """Remove a role that nobody holds. Raises AccountRefused."""
    if holders := role.grants.count():
        raise AccountRefused(_("Peran ini masih dipegang %s orang. Cabut dahulu dari mereka.") % holders)
    _refuse_beyond(role.permissions, by, to=None)
    record("accounts.role_deleted", subject=role, by=by, at=at)
    role.delete()


def _refuse_beyond(permissions: Iterable[str], by: User | None, *, to: User | None) -> None:
    """Nobody gives what they lack, with one exception: who manages roles gives others the work of the modules.

    That exception never covers POWERS, and never oneself.
    """
    if by is None:
        return
    lacking = frozenset(permissions) - by.permissions
    oneself = to is not None and to.pk == by.pk
    if by.has(StaffPermission.MANAGE_ROLES) and not oneself:
        lacking &= POWERS
    if lacking:
        raise BeyondYourOwn(
            _("Anda tidak dapat memberi atau mencabut wewenang yang tidak Anda miliki: %s.")
            % ", ".join(sorted(lacking))
        )


def _refuse_without_powers(permissions: Iterable[str], by: User) -> None:
    """An account with powers is opened, closed or unlocked only by somebody who holds them too."""
    if lacking := frozenset(permissions) & POWERS - by.permissions:
        raise BeyondYourOwn(_("Akun ini memegang wewenang yang tidak Anda miliki: %s.") % ", ".join(sorted(lacking)))


@contextmanager
def _administrator_kept() -> Iterator[None]:
    """Whatever happens inside leaves somebody active who can manage the others, if there was anybody before.

    One such change at a time, until its transaction ends: two people could otherwise remove each other at once.
    """
    with advisory_lock(f"{connection.schema_name} administrators", wait=True):
        pass
    before = _has_administrator()
    yield
    if before and not _has_administrator():
        raise LastAdministrator(_("Harus ada paling sedikit satu orang aktif yang mengelola pegawai dan peran."))


def _has_administrator() -> bool:
    needed: tuple[str, ...] = (StaffPermission.MANAGE_STAFF, StaffPermission.MANAGE_ROLES)
    if connection.schema_name == get_public_schema_name():
        needed = (MANAGE_OPERATORS,)
    return all(
        RoleGrant.objects.filter(user__is_active=True, role__permissions__contains=[str(permission)]).exists()
        for permission in needed
    )
