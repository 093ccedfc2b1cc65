"""What the ground itself lacks: schemas that wait ready."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from tenants.models import StandbySchema
from tenants.problems import Problem
from tenants.schemas.release import TemplateBehind, current_release


def problems(at: datetime) -> Iterator[Problem]:
    """The template that is behind this release, and a pool that is empty."""
    try:
        release = current_release()
    except TemplateBehind:
        yield Problem(
            _("Skema contoh"), _("Belum mengikuti rilis ini. Jalankan “manage.py prepare”."), "/console/runs/", "bad"
        )
        return
    if settings.STANDBY_POOL and not StandbySchema.objects.filter(release=release).exists():
        text = _("Tidak ada ruang data yang siap; kabupaten berikutnya menunggu lebih lama.")
        yield Problem(_("Persediaan kosong"), text, "/console/runs/")
