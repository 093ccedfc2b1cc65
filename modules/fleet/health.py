"""When a regency needs somebody to look at it, judged from what was measured."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from modules.fleet.models import RegencyFacts
from tenants.models import Regency

Health = RegencyFacts.Health
QUIET, ASLEEP = timedelta(days=14), timedelta(days=60)
STALE = timedelta(hours=26)
"""Facts older than this no longer speak for the regency."""
_MANY_FAULTS = 20
_NAMED = 5


@dataclass(frozen=True)
class Sign:
    """Something wrong, how bad, and when it is so."""

    label: str | Promise
    health: str
    holds: Callable[[RegencyFacts, Regency, datetime], bool]
    told: Callable[[RegencyFacts], str] = lambda facts: ""
    """What the digest says beside the name of the regency: how many, or which."""


def _idle(facts: RegencyFacts, regency: Regency, at: datetime, after: timedelta) -> bool:
    last = max(filter(None, (facts.last_activity_at, regency.created_at)))
    return regency.state == Regency.State.ACTIVE and last < at - after


SIGNS = {
    "audit_broken": Sign(_("Rantai audit putus"), Health.BAD, lambda f, r, at: f.audit_breaks > 0),
    "many_faults": Sign(_("Banyak galat"), Health.BAD, lambda f, r, at: f.faults >= _MANY_FAULTS),
    "asleep": Sign(_("Tidak dipakai 60 hari"), Health.BAD, lambda f, r, at: _idle(f, r, at, ASLEEP)),
    "faults": Sign(_("Ada galat minggu ini"), Health.WARN, lambda f, r, at: 0 < f.faults < _MANY_FAULTS),
    "jobs_failed": Sign(_("Pekerjaan latar gagal"), Health.WARN, lambda f, r, at: f.jobs_failed > 0),
    "mails_failed": Sign(_("Surel gagal terkirim"), Health.WARN, lambda f, r, at: f.mails_failed > 0),
    "letters_failed": Sign(_("Surat gagal dibuat"), Health.WARN, lambda f, r, at: f.letters_failed > 0),
    "late": Sign(
        _("Berkas melewati batas waktu"),
        Health.WARN,
        lambda f, r, at: f.cases_late * 10 > max(f.cases_open, 10),
        lambda f: gettext("%(late)s dari %(open)s berkas") % {"late": f.cases_late, "open": f.cases_open},
    ),
    "unfinished": Sign(
        _("Layanan tidak pernah selesai"),
        Health.WARN,
        lambda f, r, at: f.unfinished > 0,
        lambda f: ", ".join(f.unfinished_services[:_NAMED]),
    ),
    "quiet": Sign(
        _("Tidak dipakai 14 hari"),
        Health.WARN,
        lambda f, r, at: _idle(f, r, at, QUIET) and not _idle(f, r, at, ASLEEP),
    ),
}
_ORDER = [Health.OK, Health.WARN, Health.BAD]


def judge(facts: RegencyFacts, regency: Regency, at: datetime) -> None:
    """Set `health` and `problems` of facts from the rest of them."""
    facts.problems = [key for key, sign in SIGNS.items() if sign.holds(facts, regency, at)]
    facts.health = max((Health(SIGNS[key].health) for key in facts.problems), key=_ORDER.index, default=Health.OK)


def labels(keys: list[str]) -> list[str]:
    """The problems in words; what a newer release stored is left out."""
    return [str(SIGNS[key].label) for key in keys if key in SIGNS]
