"""Accesses and what was done under them, as lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.schemas.context import in_regency
from tenants.support.models import PAGE_OPENED, Access, Dismissal

_SUBJECT = "support.access"
DISMISSED = "announcements_dismissed"
_STATES: dict[str, tuple[str | Promise, str]] = {
    "waiting": (gettext_lazy("Menunggu jawaban"), "warn"),
    "open": (gettext_lazy("Sedang berlaku"), "info"),
    "refused": (gettext_lazy("Ditolak"), ""),
    "ended": (gettext_lazy("Berakhir"), ""),
}


@dataclass(frozen=True)
class Row:
    """An access with its state in words and how many pages were opened under it."""

    access: Access
    state: str
    pages: int

    @property
    def label(self) -> str:
        return str(_STATES[self.state][0])

    @property
    def tone(self) -> str:
        return _STATES[self.state][1]

    @property
    def how(self) -> str:
        """How it ended, or until when it holds."""
        if self.state == "refused":
            return self.access.refusal or _("tanpa alasan")
        return self.access.get_end_display()


def accesses() -> QuerySet[Access]:
    """Every access of the current regency with who decided."""
    return Access.objects.select_related("decided_by", "ended_by")


def rows(found: Sequence[Access], at: datetime) -> list[Row]:
    """Accesses dressed for a list; those that wait for an answer first. One query."""
    counted = dict(
        AuditEntry.objects.filter(
            action=PAGE_OPENED, subject_type=_SUBJECT, subject_id__in=[str(access.pk) for access in found]
        )
        .order_by()
        .values_list("subject_id")
        .annotate(Count("pk"))
    )
    dressed = [Row(access, state_of(access, at), counted.get(str(access.pk), 0)) for access in found]
    return sorted(dressed, key=lambda row: row.state != "waiting")


def row(access: Access, at: datetime) -> Row:
    """One access dressed for its page."""
    return Row(access, state_of(access, at), pages(access).count())


def pages(access: Access) -> QuerySet[AuditEntry]:
    """Every request made under an access."""
    return AuditEntry.objects.filter(action=PAGE_OPENED, subject_type=_SUBJECT, subject_id=str(access.pk))


def state_of(access: Access, at: datetime) -> str:
    """`waiting`, `open`, `refused` or `ended`, by the clock and not only by what is on record."""
    if access.decided_at and not access.consented:
        return "refused"
    if access.ended_at or (access.ends_at and access.ends_at <= at):
        return "ended"
    return "open" if access.consented else "waiting"


def rows_of(regency: Regency, at: datetime) -> list[Row]:
    """What the console shows of a regency's own record."""
    with in_regency(regency):
        return rows(list(accesses().order_by("-pk")[:20]), at)


def find(regency: Regency, pk: int) -> Access | None:
    """An access of a regency, for the console."""
    with in_regency(regency):
        return Access.objects.filter(pk=pk).first()


def dismissed(request: HttpRequest) -> list[int]:
    """Announcements that the signed-in person has put away. Remembered in the session: one query when it begins."""
    if DISMISSED not in request.session:
        found = Dismissal.objects.filter(user=request.user.pk).values_list("announcement_id", flat=True)
        request.session[DISMISSED] = list(found)
    return request.session[DISMISSED]
