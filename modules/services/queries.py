"""Which cases a person sees and may act on."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.db import connection
from django.db.models import Count, Max, Q
from django.utils import timezone

from modules.contract import Facts
from modules.services.definition import APPLICANT, Definition, Scope, State, Transition, remember, remembered
from modules.services.models import Case, CaseEvent, CaseQuerySet, DefinitionVersion, Service
from modules.services.simulation import Past, PastStep
from modules.services.workflow import Step, steps
from modules.switches import is_reachable
from tenants.accounts.models import User
from tenants.letters.models import Letter
from tenants.models import Regency
from tenants.organisation.models import Unit
from tenants.people.keys import keyed_hash
from tenants.versioned import VersionedCache


@dataclass(frozen=True)
class VersionFacts:
    """What lists ask about a version without reading its content."""

    service: str
    name: str
    sha256: str
    village_roles: frozenset[str]
    unit_roles: frozenset[str]
    regency_roles: frozenset[str]
    is_current: bool

    @property
    def roles(self) -> frozenset[str]:
        return self.village_roles | self.unit_roles | self.regency_roles


def _load_versions(_schema: Hashable) -> Mapping[int, VersionFacts]:
    rows = DefinitionVersion.objects.order_by("pk").values_list(
        "pk", "service__key", "service__name", "sha256", "village_roles", "unit_roles", "regency_roles",
        "service__current",
    )  # fmt: skip
    return {
        pk: VersionFacts(key, name, sha256, frozenset(village), frozenset(unit), frozenset(regency), pk == current)
        for pk, key, name, sha256, village, unit, regency, current in rows
    }


versions = VersionedCache("services.versions", _load_versions)


def definitions(version_ids: Iterable[int]) -> dict[int, Definition]:
    """Definitions by version. No SQL for contents that this process has read before."""
    known = versions.get(connection.schema_name)  # type: ignore[attr-defined]
    found = {pk: remembered(known[pk].sha256) if pk in known else None for pk in set(version_ids)}
    if missing := [pk for pk, definition in found.items() if definition is None]:
        rows = DefinitionVersion.objects.filter(pk__in=missing).values_list("pk", "sha256", "content")
        found |= {pk: remember(sha256, content) for pk, sha256, content in rows}
    return {pk: definition for pk, definition in found.items() if definition is not None}


@dataclass(frozen=True)
class Reach:
    """What a person's roles and positions let them see."""

    roles: frozenset[str]
    units: frozenset[int]
    villages: frozenset[int]


# Plain SQL: it is asked on every page of staff, and its text never changes.
_REACH = """
    WITH held AS (
        SELECT unit.id, unit.village_id
          FROM organisation_assignment assignment
          JOIN organisation_position position ON position.id = assignment.position_id
          JOIN organisation_unit unit ON unit.id = position.unit_id
         WHERE assignment.user_id = %(user)s AND assignment.starts_on <= %(day)s
           AND (assignment.ends_on IS NULL OR assignment.ends_on >= %(day)s)
    )
    SELECT ARRAY(SELECT role.key FROM accounts_rolegrant held_role
                   JOIN accounts_role role ON role.id = held_role.role_id
                  WHERE held_role.user_id = %(user)s),
           ARRAY(SELECT id FROM held),
           ARRAY(SELECT village_id FROM held WHERE village_id IS NOT NULL)
"""


def reach(user: User, on: date | None = None) -> Reach:
    """The roles of a user, and the units and villages of the positions held on a day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_REACH, {"user": user.pk, "day": on or timezone.localdate()})
        roles, units, villages = cursor.fetchone()
    return Reach(frozenset(roles), frozenset(units), frozenset(villages))


def turn_of(found: Reach) -> Q:
    """Cases that wait for somebody with this reach."""
    everywhere = Q(turn_scope=Scope.REGENCY)
    in_unit = Q(turn_scope=Scope.UNIT, unit__in=found.units)
    in_village = Q(turn_scope=Scope.VILLAGE, village__in=found.villages)
    return Q(turn_role__in=found.roles) & (everywhere | in_unit | in_village)


def cases_for(user: User, found: Reach | None = None) -> CaseQuerySet:
    """Cases that a user sees: those in whose workflow a role of theirs stands, within its reach, and their own."""
    found = found or reach(user)
    known = versions.get(connection.schema_name)  # type: ignore[attr-defined]
    everywhere = [pk for pk, version in known.items() if found.roles & version.regency_roles]
    by_unit = [pk for pk, version in known.items() if found.roles & version.unit_roles]
    by_village = [pk for pk, version in known.items() if found.roles & version.village_roles]
    seen = Q(filed_by=user)
    if everywhere:
        seen |= Q(version__in=everywhere)
    if by_unit and found.units:
        seen |= Q(version__in=by_unit, unit__in=found.units)
    if by_village and found.villages:
        seen |= Q(version__in=by_village, village__in=found.villages)
    return Case.objects.counted().filter(seen)


def without_closed_doors(cases: CaseQuerySet, regency: Regency) -> CaseQuerySet:
    """Without the cases of services that the regency has off: they are kept, and not shown to anyone."""
    known = versions.get(connection.schema_name)  # type: ignore[attr-defined]
    off = [pk for pk, version in known.items() if not is_reachable(regency, version.service)]
    return cases.exclude(version__in=off) if off else cases


def visible_services(found: Reach, regency: Regency) -> list[tuple[str, str]]:
    """Key and name of the open services in whose workflow somebody with this reach works, by name."""
    known = versions.get(connection.schema_name)  # type: ignore[attr-defined]
    names = {
        version.service: version.name
        for version in known.values()
        if found.roles & version.roles and is_reachable(regency, version.service)
    }
    return sorted(names.items(), key=lambda item: item[1].casefold())


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Names of services by key. No SQL when warm."""
    known = versions.get(connection.schema_name)  # type: ignore[attr-defined]
    wanted = set(keys)
    return {version.service: version.name for version in known.values() if version.service in wanted}


def is_turn_of(case: Case, role: str, found: Reach) -> bool:
    """Whether somebody with this reach may act in `role` on the case where it stands."""
    if role not in found.roles:
        return False
    scope = case.current_state.scope
    if scope is Scope.UNIT:
        return case.unit_id in found.units
    if scope is Scope.VILLAGE:
        return case.village_id in found.villages
    return True


def may_act(user: User, case: Case, found: Reach | None = None) -> list[Transition]:
    """The transitions that a user may make now."""
    if not case.is_open:
        return []
    found = found or reach(user)
    definition = case.definition
    return [
        item for item in definition.leaving(case.state) if is_turn_of(case, definition.role_of(item, case.state), found)
    ]


def timeline(case: Case) -> list[CaseEvent]:
    """What happened, newest first."""
    return list(case.events.select_related("by").order_by("-pk"))


def steps_of(case: Case) -> list[Step]:
    """Where the case stands on its way."""
    visited = list(case.events.order_by("pk").values_list("to_state", flat=True))
    return steps(case.definition, visited, case.state)


def find_tracked(number: str, secret: str) -> Case | None:
    """The case of a number and its secret; None for a wrong number and a wrong secret alike."""
    number, secret = number.strip().upper(), secret.strip().upper()
    if not number or not secret:
        return None
    return (
        Case.objects.select_related("version", "service", "village")
        .filter(number=number, secret_hash=keyed_hash("tracking", f"{number}{secret}"))
        .first()
    )


def open_cases(service: str | None = None) -> int:
    """How many cases are open, of one service or of all that are not managed by a module."""
    found = Case.objects.counted().open()
    return found.filter(service__key=service).count() if service else found.count()


def open_by_service() -> dict[int, int]:
    """How many cases of each service are open. One query."""
    rows = Case.objects.counted().open().values("service").annotate(count=Count("pk"))
    return {row["service"]: row["count"] for row in rows}


Waiting = tuple[DefinitionVersion, State, int]
"""How many cases of a version wait in a state."""


def open_by_state(service: Service) -> list[Waiting]:
    """Where the open cases of older versions stand, and how many in each place. Two queries."""
    rows = (
        service.cases.open()
        .exclude(version=service.current_id)
        .values_list("version", "state")
        .order_by("version", "state")
        .annotate(count=Count("pk"))
    )
    known = DefinitionVersion.objects.in_bulk({version for version, _state, _count in rows})
    return [(known[pk], known[pk].definition.state(state), count) for pk, state, count in rows]


def past_cases(service: Service, most: int) -> Iterator[Past]:
    """Closed cases with the steps that were taken, the newest first. Two queries, one more for each version."""
    closed = service.cases.counted().filter(closed_at__isnull=False).order_by("-pk")
    rows = list(closed.values_list("pk", "number", "version", "filed_at")[:most])
    known = definitions(version for _pk, _number, version, _filed in rows)
    taken: dict[int, list[PastStep]] = defaultdict(list)
    events = CaseEvent.objects.filter(case__in=[row[0] for row in rows]).exclude(transition="").order_by("pk")
    for case, transition, label, to_state, at in events.values_list("case", "transition", "label", "to_state", "at"):
        taken[case].append(PastStep(transition, label, to_state, at))
    for pk, number, version, filed_at in rows:
        yield Past(number, known[version], filed_at, tuple(taken[pk]))


def roles_by_service() -> dict[str, frozenset[str]]:
    """The roles that the current definition of each service gives work to, without the applicant's."""
    known = versions.get(connection.schema_name)  # type: ignore[attr-defined]
    return {version.service: version.roles - {APPLICANT} for version in known.values() if version.is_current}


def rehearsed() -> set[str]:
    """Keys of the services of which a rehearsal was carried to its end."""
    ended = Case.objects.filter(is_rehearsal=True, outcome__in=[Case.Outcome.DONE, Case.Outcome.REFUSED])
    return set(ended.values_list("service__key", flat=True))


def facts(at: datetime) -> Facts:
    """Counts of all cases, for the central team. A service is unfinished when its open cases have waited for more
    than 30 days and none was closed in them. While a case waits for its applicant no time limit is broken.
    """
    month, cases = at - timedelta(days=30), Case.objects.counted().order_by()
    counted = cases.aggregate(
        cases_open=Count("pk", filter=Q(closed_at=None)),
        cases_closed=Count("pk", filter=Q(closed_at__isnull=False)),
        cases_late=Count("pk", filter=Q(closed_at=None, paused_at=None, due_at__lt=at)),
        last_filed_at=Max("filed_at"),
    )
    waiting = cases.filter(closed_at=None, filed_at__lt=month)
    finishing = cases.filter(closed_at__gte=month).values("service")
    unfinished = waiting.exclude(service__in=finishing).values_list("service__key", flat=True).distinct()
    return Facts(**counted, unfinished=tuple(sorted(unfinished)))


def offered() -> list[Definition]:
    """Current definitions that citizens may see, by name. No SQL when warm."""
    known = versions.get(connection.schema_name)  # type: ignore[attr-defined]
    found = definitions(pk for pk, version in known.items() if version.is_current)
    return sorted((item for item in found.values() if item.public), key=lambda item: item.name.casefold())


def applicant_steps(case: Case) -> list[Transition]:
    """What the applicant may do with a case that waits for them; a managed case is answered in its module."""
    if not case.is_open or case.definition.managed_by:
        return []
    steps = case.definition.leaving(case.state)
    return [step for step in steps if case.definition.role_of(step, case.state) == APPLICANT]


def office_named(name: str) -> Unit | None:
    """The office of the regency that a definition means, if there is one of that name or code."""
    if not name:
        return None
    return Unit.objects.open().filter(Q(name__iexact=name) | Q(short_name__iexact=name) | Q(code__iexact=name)).first()


def letters_of(case: Case) -> list[Letter]:
    """The letters of a case, oldest first."""
    return list(Letter.objects.of(case).select_related("attachment"))


def document_names(definition: Definition) -> dict[str, str]:
    """What the documents of a service are called, by key."""
    return {document.key: document.label for document in definition.documents}


class Timed(Protocol):
    """A case, or a line of a list about one."""

    @property
    def due_at(self) -> datetime | None: ...
    @property
    def paused_at(self) -> datetime | None: ...


def lateness(case: Timed, now: datetime) -> str:
    """`paused`, `late`, `today`, `ahead` or empty."""
    if case.paused_at:
        return "paused"
    if case.due_at is None:
        return ""
    if case.due_at < now:
        return "late"
    return "today" if timezone.localdate(case.due_at) == timezone.localdate(now) else "ahead"
