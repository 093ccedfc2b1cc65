"""Reads over units, people and places, for pages and for the modules."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Q, QuerySet

from tenants.accounts.models import User
from tenants.organisation.models import Assignment, District, OfficeHours, Position, Unit, Village


@dataclass(frozen=True)
class Node:
    """A unit in the tree with the units below it."""

    unit: Unit
    children: tuple["Node", ...]

    @property
    def size(self) -> int:
        """How many units lie below it."""
        return sum(1 + child.size for child in self.children)


def unit_tree(*, text: str = "", include_closed: bool = False) -> list[Node]:
    """The units as trees, agencies by kind and code. One query.

    With `text` only the units whose name, short name or code contains it, and those above them.
    """
    units = {unit.pk: unit for unit in (Unit.objects.all() if include_closed else Unit.objects.open())}
    shown = set(units) if not text else _with_parents(units, (u for u in units.values() if _matches(u, text)))
    below: dict[int | None, list[Unit]] = defaultdict(list)
    for pk in shown:
        unit = units[pk]
        below[unit.parent_id if unit.parent_id in shown else None].append(unit)

    def nodes(parent: int | None) -> tuple[Node, ...]:
        return tuple(Node(unit, nodes(unit.pk)) for unit in sorted(below[parent], key=_in_order))

    return list(nodes(None))


_ORDER = {kind: place for place, kind in enumerate(Unit.Kind.values)}


def _in_order(unit: Unit) -> tuple[int, str]:
    return _ORDER.get(unit.kind, len(_ORDER)), unit.code


def _matches(unit: Unit, text: str) -> bool:
    wanted = text.casefold()
    return any(wanted in value.casefold() for value in (unit.name, unit.short_name, unit.code))


def _with_parents(units: dict[int, Unit], found: Iterable[Unit]) -> set[int]:
    shown: set[int] = set()
    for unit in found:
        pk: int | None = unit.pk
        while pk is not None and pk in units and pk not in shown:
            shown.add(pk)
            pk = units[pk].parent_id
    return shown


def unit_ids_within(unit_ids: Iterable[int]) -> set[int]:
    """These units and everything below them, at any depth. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE within AS (
                SELECT id FROM organisation_unit WHERE id = ANY(%s)
                UNION
                SELECT unit.id FROM organisation_unit unit JOIN within ON unit.parent_id = within.id
            )
            SELECT id FROM within
            """,
            [list(unit_ids)],
        )
        return {row[0] for row in cursor.fetchall()}


def path_to(unit: Unit) -> list[Unit]:
    """The units above it, the topmost first; without the unit itself."""
    above: list[Unit] = []
    parent = unit.parent
    while parent is not None:
        above.insert(0, parent)
        parent = parent.parent
    return above


def positions_of(user: User, *, on: date) -> QuerySet[Assignment]:
    """What the user holds on a day, with positions and units."""
    return Assignment.objects.on(on).filter(user=user).select_related("position__unit").order_by("starts_on", "id")


def units_of(user: User, *, on: date) -> QuerySet[Unit]:
    """The open units in which the user holds a position on a day."""
    held = Assignment.objects.on(on).filter(user=user)
    return Unit.objects.open().filter(positions__assignments__in=held).distinct()


def unit_ids_of(user: User, *, on: date) -> set[int]:
    """The units whose work the user sees: where they hold a position, and everything below."""
    return unit_ids_within(units_of(user, on=on).values_list("pk", flat=True))


def villages_of(user: User, *, on: date) -> QuerySet[Village]:
    """The villages for which the user acts: that of their village office, or all of their kecamatan."""
    held = units_of(user, on=on).values("pk")
    return Village.objects.filter(
        Q(units__in=held) | Q(district__units__in=held, district__units__kind=Unit.Kind.KECAMATAN)
    ).distinct()


def staff_of(unit: Unit, *, on: date) -> QuerySet[Assignment]:
    """Who holds a position in the unit on a day, head first."""
    return (
        Assignment.objects.on(on)
        .filter(position__unit=unit)
        .select_related("user", "position")
        .order_by("-is_head", "position__name", "user__name")
    )


def signatory_of(unit: Unit, *, on: date) -> Assignment | None:
    """Who signs for the unit on a day: who acts for its head where someone does, otherwise the head."""
    heads = Assignment.objects.on(on).filter(position__unit=unit, is_head=True)
    # "" < "Pj." < "Plh." < "Plt.": any acting one before the definitive; the latest of several.
    return heads.select_related("user", "position__unit").order_by("-acting", "-starts_on").first()


def positions_with_holders(unit: Unit, *, on: date) -> list[tuple[Position, list[Assignment]]]:
    """Every position of the unit with who holds it on a day; empty ones included. Two queries."""
    holders: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in staff_of(unit, on=on):
        holders[assignment.position_id].append(assignment)
    return [(position, holders[position.pk]) for position in unit.positions.order_by("-is_head", "name")]  # type: ignore[attr-defined]


def office_hours() -> OfficeHours:
    """The regency's office hours; the usual ones (07.30 to 16.00) where it has set none."""
    return OfficeHours.objects.first() or OfficeHours()


def districts_with_counts() -> QuerySet[District]:
    """Districts with `desa`, `kelurahan` and, where known for all, the population as `people`."""
    return District.objects.annotate(
        desa=Count("villages", filter=Q(villages__kind=Village.Kind.DESA)),
        kelurahan=Count("villages", filter=Q(villages__kind=Village.Kind.KELURAHAN)),
    )


def search_villages(text: str = "", *, district_code: str = "") -> QuerySet[Village]:
    """Villages by part of a name or by the beginning of a code."""
    found = Village.objects.select_related("district")
    if district_code:
        found = found.filter(district__code=district_code)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(code__startswith=text))
    return found


def villages_for_picker() -> list[tuple[str, list[tuple[int, str]]]]:
    """Choices for a select: `[("Kecamatan …", [(pk, "Desa …"), …]), …]`. One query."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for village in Village.objects.select_related("district").order_by("district__name", "name"):
        groups.setdefault(village.district.name, []).append((village.pk, village.title))
    return list(groups.items())
