"""An announcement that is shown now."""

from datetime import timedelta

from django.utils import timezone

from modules.announcements.models import Announcement
from modules.announcements.queries import announcements
from tenants.accounts.models import User
from tenants.schemas.context import in_public
from tests.examples import parameter

PK = 987_654_321


def announcement(user: User) -> int:
    at = timezone.now()
    with in_public():
        item, _created = Announcement.objects.get_or_create(
            pk=PK,
            defaults={
                "text": "Pemeliharaan malam ini.",
                "begins_at": at - timedelta(hours=1),
                "ends_at": at + timedelta(hours=1),
                "made_at": at,
                "made_by": "Ayu",
            },
        )
    announcements.forget()
    return item.pk


parameter("console", "announcement")(announcement)
parameter("announcements", "announcement", shared=True)(announcement)
