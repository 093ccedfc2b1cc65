"""The rows of the inbox: few queries, one page at a time, by key."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlencode

import xlsxwriter
from django.db.models import Count, F, Q
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
from tenants.people.formats import relative_days, rupiah, tanggal

PAGE, EXPORT_ROWS = 50, 20_000
_COLUMNS = (
    "number", "applicant_name", "title", "state", "outcome", "due_at", "paused_at", "filed_at", "closed_at", "amount",
    "version_id", "village__kind", "village__name", "service__name",
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
    cases = list(_after(_chosen(seen, found, chosen, now), chosen)[: PAGE + 1])
    more = _cursor(cases[PAGE - 1], chosen) if len(cases) > PAGE else ""
    following = replace(chosen, after=more).address if more else ""
    rows = list(_rows(cases[:PAGE], now))
    first = chosen.to() if chosen.after else ""
    amounts = any(row.amount for row in rows)
    return Page(rows, first, following, _counts(seen, found, now), amounts, visible_services(found, regency))


def _chosen(seen: CaseQuerySet, found: Reach, chosen: Chosen, now: datetime) -> CaseQuerySet:
    cases = seen.select_related("village", "service").only(*_COLUMNS)
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


def _cursor(case: Case, chosen: Chosen) -> str:
    if chosen.filter == "closed":
        return str(case.pk)
    return f"{case.due_at.isoformat() if case.due_at else ''}~{case.pk}"


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


def _counts(seen: CaseQuerySet, found: Reach, now: datetime) -> dict[str, int]:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return seen.filter(closed_at=None).aggregate(
        mine=Count("pk", filter=turn_of(found)),
        open=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now)),
        today=Count("pk", filter=Q(due_at__gte=now, due_at__lt=midnight)),
        waiting=Count("pk", filter=Q(paused_at__isnull=False)),
    )


def chips(page: Page, chosen: Chosen) -> list[dict[str, object]]:
    """The lists to choose from, with how many are in each."""
    return [
        {"label": label, "url": chosen.to(filter=key), "count": page.counts.get(key), "current": key == chosen.filter}
        for key, label in FILTERS.items()
    ]


def row_of(case: Case, now: datetime) -> Row:
    """What a list would say of this case."""
    return _row(case, case.definition, now)


def _rows(cases: Sequence[Case], now: datetime) -> Iterator[Row]:
    known = definitions(case.version_id for case in cases)
    return (_row(case, known[case.version_id], now) for case in cases)


def _row(case: Case, definition: Definition, now: datetime) -> Row:
    state = definition.state(case.state)
    due, tone = _due(case, now)
    tones = {"done": "ok", "refused": "bad", "withdrawn": ""}
    who = f"{case.applicant_name}, {case.village.title}" if case.village else case.applicant_name
    namespace = definition.managed_by or "services"
    return Row(
        number=case.number,
        url=reverse(f"{namespace}:case", args=[case.number]),
        who=who,
        note=f"{case.service.name}: {case.title}" if case.title else case.service.name,
        state=state.label,
        state_tone=tones.get(case.outcome, "warn" if case.paused_at else "info"),
        due=due,
        due_tone=tone,
        amount=rupiah(case.amount, short=True) if case.amount is not None else "",
    )


def _due(case: Case, now: datetime) -> tuple[str, str]:
    if case.closed_at:
        return tanggal(timezone.localdate(case.closed_at)), ""
    name = lateness(case, now)
    if name == "paused":
        return _("Jam berhenti"), ""
    if not case.due_at:
        return "", ""
    days = (timezone.localdate(case.due_at) - timezone.localdate(now)).days
    return relative_days(days), {"late": "bad", "today": "warn"}.get(name, "")


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
        line = 0
        for some in batched(cases.iterator(chunk_size=500), 500):
            for case, row in zip(some, _rows(some, now), strict=True):
                line += 1
                filed = tanggal(timezone.localdate(case.filed_at))
                sheet.write_row(line, 0, [row.number, row.who, row.note, row.state, row.due, filed])
                if case.amount is not None:
                    sheet.write_number(line, 6, float(case.amount), money)
    return target.getvalue()


def batched(items: Iterable[Case], size: int) -> Iterator[list[Case]]:
    """Lists of at most `size`, as they come."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some
