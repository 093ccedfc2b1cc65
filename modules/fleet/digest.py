"""What the measures of the regencies say is wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from modules.fleet.health import SIGNS, STALE
from modules.fleet.models import BulkAction, BulkItem, RegencyFacts
from modules.fleet.queries import BUILT
from tenants.models import Regency
from tenants.problems import Problem
from tenants.schemas.release import head

_NAMED = 5
_WEEK = timedelta(days=7)
_FIRST = timedelta(hours=2)
"""After this a new regency has counted itself."""
_OPEN = ("active", "read_only")


def problems(at: datetime) -> Iterator[Problem]:
    """By sign, with the regencies that show it; schemas behind the code; regencies that fell silent; failed bulk."""
    measured = RegencyFacts.objects.filter(regency__state__in=BUILT).select_related("regency").order_by("regency__name")
    facts = list(measured)
    fresh = [row for row in facts if row.measured_at > at - STALE]
    for key, sign in SIGNS.items():
        shown = [_named(row.regency, sign.told(row)) for row in fresh if key in row.problems]
        if shown:
            yield Problem(str(sign.label), _several(shown), f"/console/?health={sign.health}", sign.health)
    behind = [row.regency.title for row in facts if row.schema_head != head()]
    if behind:
        yield Problem(_("Skema tertinggal dari rilis"), _several(behind), "/console/")
    yield from _silent({row.regency_id for row in fresh}, at)
    yield from _bulk(at)


def _silent(heard: set[int], at: datetime) -> Iterator[Problem]:
    counted = Regency.objects.filter(state__in=_OPEN, created_at__lt=at - _FIRST)
    silent = list(counted.exclude(pk__in=heard).order_by("name"))
    if silent:
        named = [regency.title for regency in silent]
        yield Problem(_("Tidak mengirim hitungan"), _several(named), "/console/?health=unknown")


def _bulk(at: datetime) -> Iterator[Problem]:
    failed = BulkItem.objects.filter(state=BulkItem.State.FAILED, changed_at__gte=at - _WEEK)
    for action in BulkAction.objects.filter(pk__in=failed.values("action"), state=BulkAction.State.DONE):
        count = failed.filter(action=action).count()
        text = _("%(kind)s %(module)s gagal di %(count)s kabupaten.") % {
            "kind": action.get_kind_display(),
            "module": action.module_key,
            "count": count,
        }
        yield Problem(_("Tindakan massal gagal"), text, f"/console/bulk/{action.pk}/")


def _named(regency: Regency, told: str) -> str:
    return f"{regency.title} ({told})" if told else regency.title


def _several(named: list[str]) -> str:
    text, more = ", ".join(named[:_NAMED]), len(named) - _NAMED
    return _("%(names)s dan %(more)s lainnya.") % {"names": text, "more": more} if more > 0 else f"{text}."
