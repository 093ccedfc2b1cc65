from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from modules.announcements.models import Announcement
from modules.announcements.queries import announcements
from tenants.accounts.models import User
from tenants.audit.actions import record


class AnnouncementRefused(Exception):
    """Cannot be announced; the text says why and what to do."""


@dataclass(frozen=True)
class Target:
    """Whom an announcement is for. Empty lists mean all; several lists narrow one another."""

    provinces: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)


@transaction.atomic
def announce(
    *,
    text: str,
    text_en: str = "",
    tone: str = "info",
    begins_at: datetime,
    ends_at: datetime,
    on_portal: bool = False,
    target: Target,
    by: User,
    at: datetime,
) -> Announcement:
    """Show a text in the workspaces of regencies between two moments; within a second. Raises AnnouncementRefused."""
    if ends_at <= max(begins_at, at):
        raise AnnouncementRefused(_("Waktu berakhir harus sesudah waktu mulai dan sesudah sekarang."))
    item = Announcement.objects.create(
        text=text.strip(),
        text_en=text_en.strip(),
        tone=tone,
        begins_at=begins_at,
        ends_at=ends_at,
        on_portal=on_portal,
        made_at=at,
        made_by=by.name,
        **vars(target),
    )
    data = {name: value for name, value in vars(target).items() if value}
    record("announcements.announced", subject=item, by=by, data=data, at=at)
    announcements.changed()
    return item


@transaction.atomic
def withdraw(*, announcement: Announcement, by: User, at: datetime) -> Announcement:
    """Show it no longer; repeating changes nothing."""
    item = Announcement.objects.select_for_update().get(pk=announcement.pk)
    if item.withdrawn_at is None:
        item.withdrawn_at, item.withdrawn_by = at, by.name
        item.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record("announcements.withdrawn", subject=item, by=by, at=at)
        announcements.changed()
    return item
