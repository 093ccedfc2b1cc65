"""Which cases a person sees and may act on."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from modules.services.definition import Scope, Transition
from modules.services.models import Case, CaseEvent, CaseQuerySet, DefinitionVersion
from modules.services.workflow import Step, steps
from tenants.accounts.models import User
from tenants.organisation.models import Assignment
from tenants.people.keys import keyed_hash


@dataclass(frozen=True)
class Reach:
    """What a person's roles and positions let them see."""

    roles: frozenset[str]
    units: frozenset[int]
    villages: frozenset[int]


def reach(user: User, on: date | None = None) -> Reach:
    """The roles of a user, and the units and villages of the positions held on a day. Two queries."""
    day = on or timezone.localdate()
    roles = frozenset(user.grants.values_list("role__key", flat=True))
    held = Assignment.objects.on(day).filter(user=user).values_list("position__unit_id", "position__unit__village_id")
    places = list(held)
    return Reach(roles, frozenset(u for u, _ in places), frozenset(v for _, v in places if v))


def turn_of(found: Reach) -> Q:
    """Cases that wait for somebody with this reach."""
    everywhere = Q(turn_scope=Scope.REGENCY)
    in_unit = Q(turn_scope=Scope.UNIT, unit__in=found.units)
    in_village = Q(turn_scope=Scope.VILLAGE, village__in=found.villages)
    return Q(turn_role__in=found.roles) & (everywhere | in_unit | in_village)


def cases_for(user: User, found: Reach | None = None) -> CaseQuerySet:
    """Cases that a user sees: those in whose workflow a role of theirs stands, within its reach, and their own."""
    found = found or reach(user)
    versions = DefinitionVersion.objects.filter(
        Q(village_roles__overlap=list(found.roles))
        | Q(unit_roles__overlap=list(found.roles))
        | Q(regency_roles__overlap=list(found.roles))
    ).values_list("pk", "village_roles", "unit_roles", "regency_roles")
    rows = list(versions) if found.roles else []
    everywhere = [pk for pk, _v, _u, regency in rows if found.roles & set(regency)]
    by_unit = [pk for pk, _v, unit, _r in rows if found.roles & set(unit)]
    by_village = [pk for pk, village, _u, _r in rows if found.roles & set(village)]
    seen = Q(filed_by=user) | Q(version__in=everywhere)
    if by_unit and found.units:
        seen |= Q(version__in=by_unit, unit__in=found.units)
    if by_village and found.villages:
        seen |= Q(version__in=by_village, village__in=found.villages)
    return Case.objects.filter(seen)


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
    found = Case.objects.open()
    return found.filter(service__key=service).count() if service else found.count()


def lateness(case: Case, now: datetime) -> str:
    """`paused`, `late`, `today`, `ahead` or empty."""
    if case.paused_at:
        return "paused"
    if case.due_at is None:
        return ""
    if case.due_at < now:
        return "late"
    return "today" if timezone.localdate(case.due_at) == timezone.localdate(now) else "ahead"
