"""Which backups stay: every day of a week, every week of a month, every month of a year."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.backups.actions.restoring import drop_restored
from tenants.backups.actions.taking import remove_files
from tenants.backups.models import Backup, RestoredSchema
from tenants.schemas.context import in_public


def kept(backups: Iterable[Backup], *, daily: int, weekly: int, monthly: int) -> set[int]:
    """Keys of the backups that stay: the newest of each of the last so many days, weeks and months that have one.

    The newest of all always stays, whatever the numbers are.
    """
    ordered = sorted(backups, key=lambda backup: backup.taken_at, reverse=True)
    found = {ordered[0].pk} if ordered else set()
    rules: tuple[tuple[int, Callable[[datetime], Any]], ...] = (
        (daily, lambda day: day.date()),
        (weekly, lambda day: day.isocalendar()[:2]),
        (monthly, lambda day: (day.year, day.month)),
    )
    for number, period in rules:
        newest: dict[Any, int] = {}
        for backup in ordered:
            newest.setdefault(period(timezone.localtime(backup.taken_at)), backup.pk)
        found |= set(list(newest.values())[:number])
    return found


def thin_out(*, schema_name: str, at: datetime) -> int:
    """Remove a regency's backups that no rule keeps, failed ones after a week, and side schemas nobody dropped or
    somebody dropped behind our back.

    What has been waiting to be laid out for an hour has lost its task, and says so.

    Returns how many backups went. One from which a side schema stands is left alone.
    """
    with in_public():
        RestoredSchema.objects.filter(
            of_schema=schema_name, state=RestoredSchema.State.WAITING, restored_at__lt=at - timedelta(hours=1)
        ).update(state=RestoredSchema.State.FAILED, error=_("Tidak pernah selesai. Gelar sekali lagi."))
        open_ = RestoredSchema.objects.filter(of_schema=schema_name, dropped_at=None)
        old = Q(restored_at__lt=at - timedelta(days=settings.RESTORED_DAYS))
        vanished = Q(stands=False, state=RestoredSchema.State.READY)
        for restored in open_.with_standing().filter(old | vanished):
            drop_restored(restored=restored, by=None, at=at)
        ours = Backup.objects.filter(schema_name=schema_name)
        keep = kept(ours.complete(), **settings.BACKUP_KEEP)
        in_use = RestoredSchema.objects.filter(dropped_at=None, backup__isnull=False).values("backup")
        unkept = ours.complete().exclude(pk__in=keep).exclude(pk__in=in_use)
        failed = ours.filter(state=Backup.State.FAILED, finished_at__lt=at - timedelta(days=7))
        return sum(_remove(backup) for backup in [*unkept, *failed])


def _remove(backup: Backup) -> bool:
    with transaction.atomic():
        backup.delete()
        transaction.on_commit(lambda: remove_files(backup))
    return True
