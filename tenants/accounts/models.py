import hashlib
import json
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

SUPPORT_HOST = "dukungan.invalid"
"""Host of the addresses of support accounts: no mail arrives there, ever (RFC 2606)."""


class UserManager(BaseUserManager["User"]):
    def members(self) -> models.QuerySet["User"]:
        """Everybody but the accounts that the central team enters with (tenants.support)."""
        return self.exclude(email__endswith=f"@{SUPPORT_HOST}")

    def create_user(self, email: str, name: str, password: str | None = None, **fields: Any) -> "User":
        """A user with a usable password only when one is given."""
        user = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def with_roles(self, pk: Any) -> "User | None":
        """Somebody together with their roles, as every page of staff needs them. One query."""
        fields = self.model._meta.concrete_fields
        query = _WITH_ROLES.format(columns=", ".join(f'held_by."{field.column}"' for field in fields))
        with connection.cursor() as cursor:
            cursor.execute(query, [pk])
            row = cursor.fetchone()
        if row is None:
            return None
        user = self.model.from_db(self.db, [field.attname for field in fields], row[:-1])
        user._roles = json.loads(row[-1]) if user.has_roles else []
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


# Plain SQL: it is asked on every page of staff, and its text never changes.
_ROLES = """
    SELECT role.name, role.permissions
      FROM accounts_rolegrant held JOIN accounts_role role ON role.id = held.role_id
     WHERE held.user_id = {user}
     ORDER BY role.name
"""
_WITH_ROLES = f"""
    SELECT {{columns}}, (
        SELECT coalesce(jsonb_agg(jsonb_build_array(name, permissions)), '[]')
          FROM ({_ROLES.format(user="held_by.id")}) roles
    )
      FROM accounts_user held_by
     WHERE held_by.id = %s
"""


class User(AbstractBaseUser):
    """In a regency's schema a member of its staff; in the public schema an operator of the central team."""

    class Privacy:
        personal = ("email", "name", "phone", "nip")
        specific = ()

    email = models.EmailField(_("Surel"), unique=True)
    name = models.CharField(_("Nama"), max_length=120)
    phone = models.CharField(_("Telepon"), max_length=20, blank=True)
    nip = models.CharField(_("NIP"), max_length=18, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower"),
            models.CheckConstraint(condition=~Q(name=""), name="user_has_name"),
            # A support account is entered through consent alone: it can hold no password that signs in.
            models.CheckConstraint(
                condition=~Q(email__endswith="@dukungan.invalid") | Q(password__startswith="!"),
                name="user_support_without_password",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_support(self) -> bool:
        """Whether this is the account of an operator who was let in (tenants.support)."""
        return self.email.endswith(f"@{SUPPORT_HOST}")

    @property
    def has_roles(self) -> bool:
        """Whether roles count for this account; what a support account may, tenants.support says."""
        return self.is_active and not self.is_support

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Names of everything that this user's roles allow."""
        return frozenset(name for _role, allowed in self._roles for name in allowed)

    @property
    def role_names(self) -> str:
        """The roles by name, for a page to say as whom one works."""
        return ", ".join(name for name, _allowed in self._roles)

    @cached_property
    def _roles(self) -> list[tuple[str, list[str]]]:
        """Name and permissions of each role; asked once per request."""
        if not self.has_roles:
            return []
        with connection.cursor() as cursor:
            cursor.execute(_ROLES.format(user="%s"), [self.pk])
            return cursor.fetchall()

    def has(self, permission: str) -> bool:
        """Whether a role of this user names the permission."""
        return str(permission) in self.permissions


class Role(models.Model):
    """A named set of permissions. Which permissions exist is declared by the modules, as text."""

    class Privacy:
        personal = ()
        specific = ()

    key = models.SlugField(_("Kunci"), max_length=60, unique=True)
    name = models.CharField(_("Nama"), max_length=80)
    description = models.CharField(_("Keterangan"), max_length=200, blank=True)
    permissions = ArrayField(models.CharField(max_length=80), default=list, verbose_name=_("Wewenang"))
    # What its template has given it so far: what the regency took away of that is not given again.
    offered = ArrayField(models.CharField(max_length=80), default=list, editable=False)

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """Who gave which role to whom, and when."""

    class Privacy:
        personal = ()
        specific = ()

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="rolegrant_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither used nor expired."""
        return self.filter(accepted_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class Invitation(models.Model):
    """A letter to a mailbox that lets its owner choose a password, once and for a while."""

    class Privacy:
        personal = ()
        specific = ()

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="invitation_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @staticmethod
    def hash(token: str) -> str:
        """What is stored of a token: enough to recognise it, not to use it."""
        return hashlib.sha256(token.encode()).hexdigest()
