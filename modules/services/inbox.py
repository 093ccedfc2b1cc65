"""The rows of the inbox: few queries, one page at a time, by key."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

import xlsxwriter
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.services.models import Case, CaseQuerySet
from modules.services.queries import Reach, cases_for, lateness, turn_of
from tenants.accounts.models import User
from tenants.people.formats import relative_days, rupiah, tanggal

PAGE, EXPORT_ROWS = 50, 20_000
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
    after: str = ""

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "Chosen":
        name = data.get("filter", "mine")
        return cls(name if name in FILTERS else "mine", data.get("q", "").strip()[:80], data.get("after", ""))

    @property
    def address(self) -> str:
        return "?" + urlencode({"filter": self.filter, "q": self.query, "after": self.after})


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
    next: str
    counts: dict[str, int]


def page(user: User, found: Reach, chosen: Chosen, now: datetime) -> Page:
    """One page of a list, with the numbers above it. Four queries: versions, counts, rows with their joins."""
    seen = cases_for(user, found)
    cases = list(_after(_chosen(seen, found, chosen, now), chosen)[: PAGE + 1])
    more = _cursor(cases[PAGE - 1], chosen) if len(cases) > PAGE else ""
    following = replace(chosen, after=more).address if more else ""
    return Page([_row(case, now) for case in cases[:PAGE]], following, _counts(seen, found, now))


def _chosen(seen: CaseQuerySet, found: Reach, chosen: Chosen, now: datetime) -> CaseQuerySet:
    cases = seen.select_related("version", "village", "service")
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
    return f"{case.due_at.timestamp() if case.due_at else ''}~{case.pk}"


def _after(cases: CaseQuerySet, chosen: Chosen) -> CaseQuerySet:
    """The rows behind the cursor; a cursor that makes no sense is the beginning."""
    due, _tilde, pk = chosen.after.rpartition("~")
    if not pk.isdigit():
        return cases
    if chosen.filter == "closed":
        return cases.filter(pk__lt=int(pk))
    if not due:
        return cases.filter(due_at=None, pk__gt=int(pk))
    try:
        moment = datetime.fromtimestamp(float(due), tz=timezone.get_default_timezone())
    except (ValueError, OverflowError, OSError):
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


def _row(case: Case, now: datetime) -> Row:
    state = case.current_state
    due, tone = _due(case, now)
    tones = {"done": "ok", "refused": "bad", "withdrawn": ""}
    who = f"{case.applicant_name}, {case.village.title}" if case.village else case.applicant_name
    namespace = case.definition.managed_by or "services"
    return Row(
        number=case.number,
        url=reverse(f"{namespace}:case", args=[case.number]),
        who=who,
        note=case.title or case.service.name,
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


def as_xlsx(user: User, found: Reach, chosen: Chosen, now: datetime) -> bytes:
    """The whole list, without personal numbers, written row by row to disk; text is never a formula."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Berkas"))
    head = [_("Nomor"), _("Pemohon"), _("Keterangan"), _("Tahap"), _("Batas waktu"), _("Diajukan"), _("Nilai")]
    sheet.write_row(0, 0, head, book.add_format({"bold": True}))
    cases = _chosen(cases_for(user, found), found, replace(chosen, after=""), now)[:EXPORT_ROWS]
    for line, case in enumerate(cases.iterator(chunk_size=500), start=1):
        row = _row(case, now)
        filed = tanggal(timezone.localdate(case.filed_at))
        sheet.write_row(line, 0, [row.number, row.who, row.note, row.state, row.due, filed])
        if case.amount is not None:
            sheet.write_number(line, 6, float(case.amount))
    sheet.freeze_panes(1, 0)
    book.close()
    return target.getvalue()
