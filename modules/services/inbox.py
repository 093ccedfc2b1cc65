"""The rows of the inbox: few queries, one page at a time, by key."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import xlsxwriter
from django.db import connection
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.services.definition import Definition
from modules.services.models import Case, CaseQuerySet
from modules.services.queries import (
    Reach,
    cases_for,
    definitions,
    lateness,
    turn_of,
    visible_services,
    without_closed_doors,
)
from tenants.accounts.models import User
from tenants.models import Regency
from tenants.organisation.models import Village
from tenants.people.formats import relative_days, rupiah, tanggal

Item = TypeVar("Item")
PAGE, EXPORT_ROWS = 50, 20_000
_COLUMNS = (
    "pk", "number", "applicant_name", "title", "state", "outcome", "due_at", "paused_at", "filed_at", "closed_at",
    "amount", "version_id", "service__name", "village__kind", "village__name",
)  # fmt: skip
"""A list decrypts nothing and reads no definition: both are for the page of one case."""
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
    """What a list reads of a case: _COLUMNS, in that order."""

    pk: int
    number: str
    applicant_name: str
    title: str
    state: str
    outcome: str
    due_at: datetime | None
    paused_at: datetime | None
    filed_at: datetime
    closed_at: datetime | None
    amount: Decimal | None
    version_id: int
    service_name: str
    village_kind: str | None
    village_name: str | None


@dataclass(frozen=True)
class Row:
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
    services: list[tuple[str, str]]
    """Keys and names of the services among which one may choose."""


def page(user: User, found: Reach, chosen: Chosen, regency: Regency, now: datetime) -> Page:
    """One page of a list, with the numbers above it: two queries, one more for a definition not read before."""
    seen = without_closed_doors(cases_for(user, found), regency)
    cases = _after(_chosen(seen, found, chosen, now), chosen)[: PAGE + 1]
    lines = [Line(*values) for values in cases.values_list(*_COLUMNS)]
    more = _cursor(lines[PAGE - 1], chosen) if len(lines) > PAGE else ""
    following = replace(chosen, after=more).address if more else ""
    rows = list(_rows(lines[:PAGE], now))
    first = chosen.to() if chosen.after else ""
    amounts = any(row.amount for row in rows)
    return Page(rows, first, following, _counts(seen, found, now), amounts, visible_services(found, regency))


def _chosen(seen: CaseQuerySet, found: Reach, chosen: Chosen, now: datetime) -> CaseQuerySet:
    cases = seen
    if chosen.service:
        cases = cases.filter(service__key=chosen.service)
    match chosen.filter:
        case "mine":
            cases = cases.filter(turn_of(found), closed_at=None)
        case "late":
            cases = cases.filter(closed_at=None, due_at__lt=now)
        case "waiting":
            cases = cases.filter(closed_at=None, paused_at__isnull=False)
        case "closed":
            cases = cases.exclude(closed_at=None)
        case _:
            cases = cases.filter(closed_at=None)
    if chosen.query:
        words = chosen.query
        cases = cases.filter(
            Q(number__iexact=words)
            | Q(applicant_name__icontains=words)
            | Q(title__icontains=words)
            | Q(village__name__icontains=words)
        )
    if chosen.filter == "closed":
        return cases.order_by("-id")
    return cases.order_by(F("due_at").asc(nulls_last=True), "id")


def _cursor(line: Line, chosen: Chosen) -> str:
    if chosen.filter == "closed":
        return str(line.pk)
    return f"{line.due_at.isoformat() if line.due_at else ''}~{line.pk}"


def _after(cases: CaseQuerySet, chosen: Chosen) -> CaseQuerySet:
    """The rows behind the cursor; a cursor that makes no sense is the beginning."""
    due, _tilde, pk = chosen.after.rpartition("~")
    if not re.fullmatch(r"[0-9]{1,18}", pk):
        return cases
    if chosen.filter == "closed":
        return cases.filter(pk__lt=int(pk))
    if not due:
        return cases.filter(due_at=None, pk__gt=int(pk))
    try:
        moment = datetime.fromisoformat(due)
    except ValueError:
        return cases
    if moment.tzinfo is None:
        return cases
    return cases.filter(Q(due_at__gt=moment) | Q(due_at=moment, pk__gt=int(pk)) | Q(due_at=None))


# Plain SQL around the cases that the user sees: five counts in one pass.
_COUNTS = """
    SELECT count(*) FILTER (WHERE turn_role = ANY(%s) AND (turn_scope = 'regency'
               OR turn_scope = 'unit' AND unit_id = ANY(%s) OR turn_scope = 'village' AND village_id = ANY(%s))),
           count(*),
           count(*) FILTER (WHERE due_at < %s),
           count(*) FILTER (WHERE due_at >= %s AND due_at < %s),
           count(*) FILTER (WHERE paused_at IS NOT NULL)
      FROM ({seen}) seen
"""


def _counts(seen: CaseQuerySet, found: Reach, now: datetime) -> dict[str, int]:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    columns = ("turn_role", "turn_scope", "unit_id", "village_id", "due_at", "paused_at")
    query, values = seen.filter(closed_at=None).values_list(*columns).query.sql_with_params()
    mine = (list(found.roles), list(found.units), list(found.villages))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(seen=query), [*mine, now, now, midnight, *values])
        return dict(zip(("mine", "open", "late", "today", "waiting"), cursor.fetchone(), strict=True))


def chips(page: Page, chosen: Chosen) -> list[dict[str, object]]:
    """The lists to choose from, with how many are in each."""
    return [
        {"label": label, "url": chosen.to(filter=key), "count": page.counts.get(key), "current": key == chosen.filter}
        for key, label in FILTERS.items()
    ]


def row_of(case: Case, now: datetime) -> Row:
    """What a list would say of this case."""
    names = [name.partition("__")[::2] for name in _COLUMNS]
    values = [getattr(getattr(case, of), name, None) if name else getattr(case, of) for of, name in names]
    return _Writer(now, {case.version_id: case.definition}).row(Line(*values))  # type: ignore[arg-type]


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
            note=f"{note}: {line.title}" if line.title else note,
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
        seen = without_closed_doors(cases_for(user, found), regency)
        cases = _chosen(seen, found, replace(chosen, after=""), now)[:EXPORT_ROWS]
        place = 0
        for some in batched(cases.values_list(*_COLUMNS).iterator(chunk_size=500), 500):
            lines = [Line(*values) for values in some]
            for line, row in zip(lines, _rows(lines, now), strict=True):
                place += 1
                filed = tanggal(timezone.localdate(line.filed_at))
                sheet.write_row(place, 0, [row.number, row.who, row.note, row.state, row.due, filed])
                if line.amount is not None:
                    sheet.write_number(place, 6, float(line.amount), money)
    return target.getvalue()


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of at most `size`, as they come."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some
