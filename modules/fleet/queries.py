"""The fleet as a list: from what regencies have pushed, never from their schemas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import BooleanField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from modules.fleet.health import STALE, labels
from modules.fleet.models import Digest, RegencyFacts
from modules.fleet.notes import Note, notes
from modules.models import ModuleSwitch
from modules.registry import discover
from tenants.models import Regency
from tenants.plans import plan_name
from tenants.problems import Problem
from tenants.queries import TONES
from tenants.schemas.release import head

Health = RegencyFacts.Health
UNKNOWN = "unknown"
HEALTH: dict[str, tuple[str | Promise, str]] = {
    Health.OK: (_("Sehat"), "ok"),
    Health.WARN: (_("Perlu dilihat"), "warn"),
    Health.BAD: (_("Bermasalah"), "bad"),
    UNKNOWN: (_("Belum diukur"), ""),
}
_ALWAYS_ON = [module.key for module in discover() if module.essential]
_MODULES = Coalesce(
    Subquery(
        ModuleSwitch.objects.filter(
            regency=OuterRef("pk"),
            state__in=["on", "closing"],
            module_key__in=[module.key for module in discover() if not module.essential],
        )
        .order_by()
        .values("regency")
        .annotate(count=Count("pk"))
        .values("count")
    ),
    0,
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
SORTS: dict[str, Any] = {
    "name": F("name"),
    "activity": Coalesce("facts__last_activity_at", Value(_NEVER)),
    "cases": Coalesce("facts__cases_open", 0),
    "late": Coalesce("facts__cases_late", 0),
    "errors": Coalesce(F("facts__faults") + F("facts__jobs_failed") + F("facts__letters_failed"), 0),
    "storage": Coalesce(F("facts__file_bytes") + F("facts__database_bytes"), 0),
    "users": Coalesce("facts__users", 0),
}
"""What the list may be sorted by; a regency that was never measured counts as nothing."""
BUILT = ("active", "read_only", "suspended", "archived")
CHANGEABLE = ("active", "read_only", "suspended")
"""Where the central team may still change something: what is archived stays as it is."""


@dataclass(frozen=True)
class Chosen:
    """Which regencies, in which order, after which one."""

    q: str = ""
    state: str = ""
    province: str = ""
    module: str = ""
    health: str = ""
    sort: str = "name"
    descending: bool = False
    after: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.q or self.state or self.province or self.module or self.health)


@dataclass(frozen=True)
class Row:
    """A regency as the list shows it."""

    regency: Regency
    facts: RegencyFacts | None
    plan: str
    modules: int
    """How many are on, or finish their open cases."""
    provisioning: Note | None
    health: str
    is_current: bool | None
    """Whether its schema has every migration of this code; None when it was never measured."""
    key: Any
    """What it is sorted by."""

    @property
    def tone(self) -> str:
        return TONES.get(self.regency.state, "")

    @property
    def health_label(self) -> str:
        return str(HEALTH[self.health][0])

    @property
    def health_tone(self) -> str:
        return HEALTH[self.health][1]

    @property
    def problems(self) -> list[str]:
        return labels(self.facts.problems) if self.facts else []


def found(chosen: Chosen, at: datetime) -> QuerySet[Regency]:
    """The regencies that were asked for, unsorted."""
    rows = Regency.objects.all()
    if text := chosen.q.strip():
        rows = rows.filter(Q(name__icontains=text) | Q(province__icontains=text) | Q(code__startswith=text))
    if chosen.state:
        rows = rows.filter(state=chosen.state)
    if chosen.province:
        rows = rows.filter(province=chosen.province)
    if chosen.module:
        rows = rows.filter(switches__module_key=chosen.module, switches__state__in=["on", "closing"])
    if chosen.health:
        fresh = Q(facts__measured_at__gt=at - STALE)
        rows = rows.exclude(fresh) if chosen.health == UNKNOWN else rows.filter(fresh, facts__health=chosen.health)
    return rows


def page(chosen: Chosen, at: datetime, size: int) -> list[Row]:
    """`size` rows and one more when there is a next page. Two queries."""
    columns = {"key": SORTS[chosen.sort], "modules": _MODULES, "plan": plan_name()}
    rows = found(chosen, at).select_related("facts").annotate(**columns)
    if chosen.after:
        rows = rows.filter(_after(chosen))
    sign = "-" if chosen.descending else ""
    listed = list(rows.order_by(f"{sign}key", f"{sign}pk")[: size + 1])
    codes = [regency.code for regency in listed]
    runs, newest = notes("provisioning", codes), head()
    return [_row(regency, runs.get(regency.code), newest, at) for regency in listed]


def place(row: Row) -> str:
    """Where the next page begins: what the last row was sorted by, and its number."""
    key = row.key.isoformat() if isinstance(row.key, datetime) else row.key
    return f"{row.regency.pk}~{key}"


def _after(chosen: Chosen) -> Q:
    number, _tilde, text = chosen.after.partition("~")
    key: Any = text
    if chosen.sort == "activity":
        key = datetime.fromisoformat(text)
    elif chosen.sort != "name":
        key = int(text)
    way = "lt" if chosen.descending else "gt"
    return Q(**{f"key__{way}": key}) | Q(key=key, **{f"pk__{way}": int(number)})


def is_place(sort: str, text: str) -> bool:
    """Whether `after` is one that `place` made for this order; anything else is ignored."""
    number, tilde, key = text.partition("~")
    if not tilde or not (number.isdecimal() and len(number) < 18):
        return False
    if sort == "activity":
        try:
            return datetime.fromisoformat(key).astimezone(UTC).year >= _NEVER.year
        except (ValueError, OverflowError):
            return False
    return sort == "name" or (key.isdecimal() and len(key) < 19)


def _row(regency: Any, run: Note | None, newest: str, at: datetime) -> Row:
    """`regency` as `page` annotates it."""
    facts: RegencyFacts | None = getattr(regency, "facts", None)
    return Row(
        regency,
        facts,
        regency.plan,
        len(_ALWAYS_ON) + regency.modules,
        run,
        health_of(facts, at),
        facts.schema_head == newest if facts else None,
        regency.key,
    )


def health_of(facts: RegencyFacts | None, at: datetime) -> str:
    """`ok`, `warn`, `bad`, or `unknown` where nothing was measured lately."""
    return facts.health if facts and facts.measured_at > at - STALE else UNKNOWN


@dataclass(frozen=True)
class Totals:
    """Numbers above the list."""

    states: dict[str, int]
    health: dict[str, int]
    behind: int

    @property
    def all(self) -> int:
        return sum(self.states.values())


def totals(at: datetime) -> Totals:
    """How many regencies are in each state and health, and whose schema lacks migrations. One query."""
    fresh = Q(facts__measured_at__gt=at - STALE)
    judged = Case(When(fresh, then=F("facts__health")), default=Value(UNKNOWN))
    lacking = Case(
        When(Q(state__in=BUILT) & ~Q(facts=None) & ~Q(facts__schema_head=head()), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    counted = Regency.objects.values("state", judged=judged, lacking=lacking).annotate(count=Count("pk"))
    states: dict[str, int] = {}
    health: dict[str, int] = {}
    behind = 0
    for line in counted.values_list("state", "judged", "lacking", "count"):
        state, verdict, lacks, count = line
        states[state] = states.get(state, 0) + count
        health[verdict] = health.get(verdict, 0) + (count if state in BUILT else 0)
        behind += count if lacks else 0
    return Totals(states, health, behind)


def several(codes: Sequence[str]) -> list[Regency]:
    """The regencies of these codes that may be changed, by name."""
    return list(Regency.objects.filter(code__in=codes, state__in=CHANGEABLE).order_by("name", "code"))


def grouped(digest: Digest) -> list[tuple[str, str, list[Problem]]]:
    """Kind, tone and problems of a digest, in its order."""
    groups: dict[str, list[Problem]] = {}
    for stored in digest.problems:
        problem = Problem(**stored)
        groups.setdefault(problem.kind, []).append(problem)
    return [(kind, problems[0].tone, problems) for kind, problems in groups.items()]
