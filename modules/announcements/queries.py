"""Which announcements a regency shows now. Read from public once per process; no SQL when warm."""

from collections.abc import Hashable, Mapping
from datetime import datetime
from functools import lru_cache

from django.db.models import QuerySet
from django.utils import timezone

from modules.announcements.models import Announcement
from modules.registry import discover
from modules.switches import is_reachable
from tenants.models import Regency
from tenants.plans import plan_names
from tenants.schemas.context import in_public
from tenants.versioned import VersionedCache


def _load(_key: Hashable) -> tuple[Announcement, ...]:
    with in_public():
        return tuple(open_announcements(timezone.now()))


announcements = VersionedCache("announcements", _load)
_ESSENTIAL = frozenset(module.key for module in discover() if module.essential)


@lru_cache(maxsize=1)
def _plans(ten_minutes: int) -> Mapping[str, str]:
    """Contracts begin and end by the calendar: who is on which plan is asked anew every ten minutes."""
    with in_public():
        return plan_names()


def open_announcements(at: datetime) -> QuerySet[Announcement]:
    """Not withdrawn and not over, the most serious first."""
    return Announcement.objects.filter(withdrawn_at=None, ends_at__gt=at).order_by("begins_at", "pk")


def shown(regency: Regency, at: datetime, *, portal: bool = False) -> list[Announcement]:
    """What the staff of a regency, or its citizens, are told now."""
    return [
        item
        for item in announcements.get("all")
        if item.begins_at <= at < item.ends_at and (item.on_portal or not portal) and concerns(item, regency, at)
    ]


def concerns(item: Announcement, regency: Regency, at: datetime) -> bool:
    """Whether a regency is among those that an announcement is for; an empty list excludes nobody."""
    if item.codes and regency.code not in item.codes:
        return False
    if item.provinces and regency.province not in item.provinces:
        return False
    if item.modules and not any(is_reachable(regency, key) for key in item.modules):
        return False
    return not item.plans or _plans(int(at.timestamp()) // 600).get(regency.code, "") in item.plans


def audience(item: Announcement) -> list[Regency]:
    """The regencies that would show it, by name, for the preview. Two queries."""
    built = Regency.objects.filter(state__in=["active", "read_only"]).order_by("name", "code")
    if item.codes:
        built = built.filter(code__in=item.codes)
    if item.provinces:
        built = built.filter(province__in=item.provinces)
    if item.modules and not _ESSENTIAL & set(item.modules):
        built = built.filter(switches__module_key__in=item.modules, switches__state__in=["on", "closing"]).distinct()
    plans = plan_names() if item.plans else {}
    return [regency for regency in built if not item.plans or plans.get(regency.code, "") in item.plans]
