"""The rows of the inbox: few queries, one page at a time, by key."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import escape
from typing import NamedTuple
from urllib.parse import quote, urlencode

import xlsxwriter
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.services.definition import Definition
from modules.services.models import Case
from modules.services.queries import (
    Reach,
    cases_for,
    definitions,
    lateness,
    visible_services,
    without_closed_doors,
)
from tenants.accounts.models import User
from tenants.models import Regency
from tenants.organisation.models import Village
from tenants.people.formats import relative_days, rupiah, tanggal
from tenants.schemas.context import connection

PAGE, EXPORT_ROWS = 25, 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILTERS = {
    "mine": gettext_lazy("Perlu saya"),
    "open": gettext_lazy("Semua terbuka"),
    "late": gettext_lazy("Terlambat"),
    "waiting": gettext_lazy("Menunggu warga"),
    "closed": gettext_lazy("Selesai"),
}


@dataclass(frozen=True)
class Chosen:
    """Which list, which words, after which row."""

    filter: str = "mine"
    query: str = ""
    service: str = ""
    after: str = ""

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "Chosen":
        name = data.get("filter", "mine")
        name = name if name in FILTERS else "mine"
        return cls(name, _text(data, "q"), _text(data, "service"), _text(data, "after"))

    @property
    def address(self) -> str:
        parts = {"filter": self.filter, "q": self.query, "service": self.service, "after": self.after}
        return "?" + urlencode({name: value for name, value in parts.items() if value})

    def to(self, **changes: str) -> str:
        """The address of the same list with something else chosen, from its beginning."""
        return replace(self, **{"after": "", **changes}).address


def _text(data: Mapping[str, str], name: str) -> str:
    return data.get(name, "").replace("\0", "").strip()[:80]


class Line(NamedTuple):
    """What _LINES reads of a case. A list decrypts nothing and reads no definition: both are for the page of a case."""

    pk: int
    number: str
    applicant_name: str
    title: str
    state: str
    outcome: str
    due_at: datetime | None
    paused_at: datetime | None
    filed_on: date
    closed_at: datetime | None
    amount: Decimal | None
    version_id: int
    service_name: str
    village_kind: str | None
    village_name: str | None


class Row(NamedTuple):
    """One line: what a person needs to choose what to open."""

    number: str
    url: str
    who: str
    note: str
    state: str
    state_tone: str
    due: str
    due_tone: str
    amount: str


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    first: str
    """Back to the beginning of the list, from a later page."""
    next: str
    counts: dict[str, int]
    has_amounts: bool
    services: tuple[tuple[str, str], ...]
    """Keys and names of the services among which one may choose."""


def page(user: User, found: Reach, chosen: Chosen, regency: Regency, now: datetime) -> Page:
    """One page of a list, with the numbers above it: two queries, one more for a definition not read before."""
    seen = _seen(user, found, regency)
    with connection.cursor() as cursor:
        cursor.execute(*_lines(seen, found, chosen, now, PAGE + 1))
        lines = [Line(*values) for values in cursor.fetchall()]
        cursor.execute(*_counts(seen, found, now))
        counts = dict(zip(("mine", "open", "late", "today", "waiting"), cursor.fetchone(), strict=True))
    more = _cursor(lines[PAGE - 1], chosen) if len(lines) > PAGE else ""
    following = replace(chosen, after=more).address if more else ""
    rows = list(_rows(lines[:PAGE], now))
    first = chosen.to() if chosen.after else ""
    amounts = any(row.amount for row in rows)
    return Page(rows, first, following, counts, amounts, tuple(visible_services(found, regency)))


# Plain SQL around the cases that the user sees, which Django writes once for both: the staff open this page all day.
Statement = tuple[str, list[object]]
_MINE = """seen.turn_role = ANY(%s) AND (seen.turn_scope = 'regency'
        OR seen.turn_scope = 'unit' AND seen.unit_id = ANY(%s)
        OR seen.turn_scope = 'village' AND seen.village_id = ANY(%s))"""
_LINES = """
    SELECT seen.id, seen.number, seen.applicant_name, seen.title, seen.state, seen.outcome, seen.due_at,
           seen.paused_at, (seen.filed_at AT TIME ZONE %s)::date, seen.closed_at, seen.amount, seen.version_id,
           service.name, village.kind, village.name
      FROM ({seen}) seen
      JOIN services_service service ON service.id = seen.service_id
      LEFT JOIN organisation_village village ON village.id = seen.village_id
     WHERE {chosen}
     ORDER BY {order}
     LIMIT %s
"""
_COUNTS = """
    SELECT count(*) FILTER (WHERE {mine}),
           count(*),
           count(*) FILTER (WHERE seen.due_at < %s),
           count(*) FILTER (WHERE seen.due_at >= %s AND seen.due_at < %s),
           count(*) FILTER (WHERE seen.paused_at IS NOT NULL)
      FROM ({seen}) seen
     WHERE seen.closed_at IS NULL
"""
_FILTERS = {
    "mine": f"seen.closed_at IS NULL AND {_MINE}",
    "open": "seen.closed_at IS NULL",
    "late": "seen.closed_at IS NULL AND seen.due_at < %s",
    "waiting": "seen.closed_at IS NULL AND seen.paused_at IS NOT NULL",
    "closed": "seen.closed_at IS NOT NULL",
}
_SEARCH = """(upper(seen.number) = upper(%s) OR strpos(upper(seen.applicant_name), upper(%s)) > 0
        OR strpos(upper(seen.title), upper(%s)) > 0 OR strpos(upper(village.name), upper(%s)) > 0)"""


def _seen(user: User, found: Reach, regency: Regency) -> Statement:
    query, values = without_closed_doors(cases_for(user, found), regency).query.sql_with_params()
    return query, list(values)


def _mine(found: Reach) -> list[object]:
    """The values of _MINE."""
    return [list(found.roles), list(found.units), list(found.villages)]


def _lines(seen: Statement, found: Reach, chosen: Chosen, now: datetime, limit: int) -> Statement:
    values: dict[str, list[object]] = {"mine": _mine(found), "late": [now]}
    parts: list[Statement] = [(_FILTERS[chosen.filter], values.get(chosen.filter, []))]
    if chosen.service:
        parts.append(("service.key = %s", [chosen.service]))
    if chosen.query:
        parts.append((_SEARCH, [chosen.query] * 4))
    parts += _after(chosen)
    query = _LINES.format(
        seen=seen[0],
        chosen=" AND ".join(text for text, _values in parts),
        order="seen.id DESC" if chosen.filter == "closed" else "seen.due_at, seen.id",  # without a term: last
    )
    zone = timezone.get_current_timezone_name()
    return query, [zone, *seen[1], *(value for _text, some in parts for value in some), limit]


def _counts(seen: Statement, found: Reach, now: datetime) -> Statement:
    """Five counts in one pass."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return _COUNTS.format(mine=_MINE, seen=seen[0]), [*_mine(found), now, now, midnight, *seen[1]]


def _cursor(line: Line, chosen: Chosen) -> str:
    if chosen.filter == "closed":
        return str(line.pk)
    return f"{line.due_at.isoformat() if line.due_at else ''}~{line.pk}"


def _after(chosen: Chosen) -> list[Statement]:
    """Only the rows behind the cursor; a cursor that makes no sense is the beginning."""
    due, _tilde, pk = chosen.after.rpartition("~")
    if not re.fullmatch(r"[0-9]{1,18}", pk):
        return []
    if chosen.filter == "closed":
        return [("seen.id < %s", [int(pk)])]
    if not due:
        return [("seen.due_at IS NULL AND seen.id > %s", [int(pk)])]
    try:
        moment = datetime.fromisoformat(due)
    except ValueError:
        return []
    if moment.tzinfo is None:
        return []
    return [
        ("(seen.due_at > %s OR seen.due_at = %s AND seen.id > %s OR seen.due_at IS NULL)", [moment, moment, int(pk)])
    ]


_ROW = """
      <tr><td class="key"><a href="{row.url}">{row.number}</a></td><td>{row.who}<small>{row.note}</small></td>\
<td><span class="status {row.state_tone}">{row.state}</span></td>\
<td><span class="status {row.due_tone}">{row.due}</span></td><td class="number">{row.amount}</td></tr>"""


def as_html(rows: Iterable[Row]) -> SafeString:
    """The rows of the table, everything in them escaped; {% for %} takes six times as long."""
    return mark_safe("".join(_ROW.format(row=Row(*map(escape, row))) for row in rows))


def chips(page: Page, chosen: Chosen) -> list[dict[str, object]]:
    """The lists to choose from, with how many are in each."""
    return [
        {"label": label, "url": chosen.to(filter=key), "count": page.counts.get(key), "current": key == chosen.filter}
        for key, label in FILTERS.items()
    ]


def row_of(case: Case, now: datetime) -> Row:
    """What a list would say of this case."""
    place = (case.village.kind, case.village.name) if case.village else (None, None)
    line = Line(
        case.pk, case.number, case.applicant_name, case.title, case.state, case.outcome, case.due_at, case.paused_at,
        timezone.localdate(case.filed_at), case.closed_at, case.amount, case.version_id, case.service.name, *place,
    )  # fmt: skip
    return _Writer(now, {case.version_id: case.definition}).row(line)


def _rows(lines: Sequence[Line], now: datetime) -> Iterator[Row]:
    return map(_Writer(now, definitions(line.version_id for line in lines)).row, lines)


class _Writer:
    """Writes the lines of one list; what is the same in all of them is looked up once."""

    _TONES = {"done": "ok", "refused": "bad", "withdrawn": ""}

    def __init__(self, now: datetime, known: Mapping[int, Definition]) -> None:
        self._now, self._known = now, known
        self._zone = timezone.get_current_timezone()
        self._today = now.astimezone(self._zone).date()
        self._days: dict[int, str] = {}
        self._kinds = {kind: str(label) for kind, label in Village.Kind.choices}
        self._addresses: dict[str, str] = {}

    def row(self, line: Line) -> Row:
        definition = self._known[line.version_id]
        due, tone = self._due(line)
        who, note = line.applicant_name, line.service_name
        return Row(
            number=line.number,
            url=self._address(definition.managed_by or "services", line.number),
            who=f"{who}, {self._kinds[line.village_kind]} {line.village_name}" if line.village_kind else who,
            note=f"{note} · {line.title}" if line.title else note,
            state=definition.state(line.state).label,
            state_tone=self._TONES.get(line.outcome, "warn" if line.paused_at else "info"),
            due=due,
            due_tone=tone,
            amount=rupiah(line.amount, short=True) if line.amount is not None else "",
        )

    def _address(self, namespace: str, number: str) -> str:
        if namespace not in self._addresses:
            self._addresses[namespace] = reverse(f"{namespace}:case", args=["NUMBER"])
        return self._addresses[namespace].replace("NUMBER", quote(number))

    def _due(self, line: Line) -> tuple[str, str]:
        if line.closed_at:
            return tanggal(line.closed_at.astimezone(self._zone).date()), ""
        name = lateness(line, self._now)
        if name == "paused":
            return _("Jam berhenti"), ""
        if not line.due_at:
            return "", ""
        days = (line.due_at.astimezone(self._zone).date() - self._today).days
        if days not in self._days:
            self._days[days] = relative_days(days)
        return self._days[days], {"late": "bad", "today": "warn"}.get(name, "")


def as_xlsx(user: User, found: Reach, chosen: Chosen, regency: Regency, now: datetime) -> bytes:
    """The whole list, without personal numbers, written row by row to disk; text is never a formula."""
    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(_("Berkas"))
        head = [_("Nomor"), _("Pemohon"), _("Keterangan"), _("Tahap"), _("Batas waktu"), _("Diajukan"), _("Nilai")]
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        sheet.set_column(0, 6, 22)
        sheet.freeze_panes(1, 0)
        money = book.add_format({"num_format": "#,##0"})
        place = 0
        for lines in _every(_lines(_seen(user, found, regency), found, replace(chosen, after=""), now, EXPORT_ROWS)):
            for line, row in zip(lines, _rows(lines, now), strict=True):
                place += 1
                cells = [row.number, row.who, row.note, row.state, row.due, tanggal(line.filed_on)]
                sheet.write_row(place, 0, cells)
                if line.amount is not None:
                    sheet.write_number(place, 6, float(line.amount), money)
    return target.getvalue()


def _every(statement: Statement) -> Iterator[list[Line]]:
    """All lines, some at a time: the database keeps the others until they are asked for."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(*statement)
        while some := cursor.fetchmany(500):
            yield [Line(*values) for values in some]
