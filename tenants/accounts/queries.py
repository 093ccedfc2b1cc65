"""People of the current schema as lists."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import RoleGrant, User

STATES = {"active": _("Aktif"), "invited": _("Diundang"), "closed": _("Nonaktif")}
TONES = {"active": "ok", "invited": "info", "closed": ""}


def people(search: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    """Members by name, narrowed by name or address, by role, and by state (`active`, `invited`, `closed`)."""
    found = User.objects.members().order_by("name", "pk").prefetch_related("grants__role")
    if text := search.strip():
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if role:
        found = found.filter(Exists(RoleGrant.objects.filter(user=OuterRef("pk"), role__key=role)))
    if state == "closed":
        return found.filter(is_active=False)
    if state:
        joined = ~Q(password__startswith="!")  # an unusable password: nobody has chosen one yet
        found = found.filter(joined if state == "active" else ~joined, is_active=True)
    return found


def after(found: QuerySet[User], name: str, pk: int) -> QuerySet[User]:
    """What follows the person of that name and number."""
    return found.filter(Q(name__gt=name) | Q(name=name, pk__gt=pk))


def state_of(user: User) -> str:
    """`closed`, `invited` or `active`."""
    if not user.is_active:
        return "closed"
    return "active" if user.has_usable_password() else "invited"
