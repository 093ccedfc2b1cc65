"""The lists of claims that people work from, one page at a time, and the numbers above them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.santunan_kematian.models import Claim, Payment
from modules.santunan_kematian.queries import budget
from modules.santunan_kematian.queries.claims import programme_on
from modules.santunan_kematian.queries.days import between, day_of, start_of
from modules.santunan_kematian.rules import limit_text
from modules.services import public as services
from tenants.people.formats import angka, relative_days, rupiah, tanggal
from tenants.people.searching import unseal

PAGE = 50
FILTERS = {
    "mine": gettext_lazy("Perlu saya"),
    "open": gettext_lazy("Semua terbuka"),
    "late": gettext_lazy("Terlambat"),
    "waiting": gettext_lazy("Menunggu desa"),
    "closed": gettext_lazy("Selesai"),
}
_TONES = {"done": "ok", "refused": "bad", "withdrawn": ""}
_GREEN = {"disetujui", "daftar_bayar", "cair", "diserahkan"}


@dataclass(frozen=True)
class Chosen:
    """Which list, which words, behind which row."""

    filter: str = "mine"
    query: str = ""
    after: str = ""
    person: str = ""
    """A sealed search by a personal number, in place of list and words."""

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "Chosen":
        name = data.get("filter", "mine")
        return cls(
            name if name in FILTERS else "mine",
            data.get("q", "").replace("\0", "").strip()[:80],
            data.get("after", ""),
            data.get("person", "")[:500],
        )

    @property
    def address(self) -> str:
        parts = {"filter": self.filter, "q": self.query, "person": self.person, "after": self.after}
        return "?" + urlencode({name: value for name, value in parts.items() if value})

    @property
    def is_over(self) -> bool:
        """The search by number was sealed too long ago to go on with."""
        return bool(self.person) and unseal(self.person) is None

    @property
    def newest_first(self) -> bool:
        return bool(self.person) or self.filter == "closed"


@dataclass(frozen=True)
class Row:
    """One line: what a person needs to choose what to open."""

    number: str
    who: str
    note: str
    state: str
    state_tone: str
    due: str
    due_tone: str
    amount: Decimal


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    next: str


def visible(user: Any, found: services.Reach | None = None) -> Any:
    """Claims whose case the user sees, with what a line needs."""
    reason = services.CaseEvent.objects.filter(case=OuterRef("case")).order_by("-pk").values("reason")[:1]
    return (
        Claim.objects.filter(case__in=services.cases_for(user, found))
        .select_related("case__version", "village", "programme", "payment__payment_list", "payment__handover")
        .annotate(last_reason=Subquery(reason))
    )


def page(user: Any, found: services.Reach, chosen: Chosen, now: datetime) -> Page:
    """One page of a list; the most urgent first, closed ones newest first."""
    claims = list(_after(chosen_claims(user, found, chosen, now), chosen)[: PAGE + 1])
    more = ""
    if len(claims) > PAGE:
        more = replace(chosen, after=_cursor(claims[PAGE - 1], chosen)).address
    return Page([row(claim, now) for claim in claims[:PAGE]], more)


def chosen_claims(user: Any, found: services.Reach, chosen: Chosen, now: datetime) -> Any:
    """The whole list behind a page."""
    claims = visible(user, found)
    if chosen.person:
        return _of_person(claims, chosen.person).order_by("-pk")
    conditions = {
        "mine": Q(case__in=services.Case.objects.filter(services.turn_of(found), closed_at=None)),
        "open": Q(case__closed_at=None),
        "late": Q(case__closed_at=None, case__due_at__lt=now),
        "waiting": Q(case__closed_at=None, case__paused_at__isnull=False),
        "closed": Q(case__closed_at__isnull=False),
    }
    claims = claims.filter(conditions[chosen.filter])
    if chosen.query:
        claims = claims.filter(_matching(chosen.query))
    if chosen.filter == "closed":
        return claims.order_by("-pk")
    return claims.order_by(F("case__due_at").asc(nulls_last=True), "pk")


def _of_person(claims: Any, sealed: str) -> Any:
    """Claims in which the number stands for the deceased, the heir or the family."""
    person = unseal(sealed)
    if person is None:
        return claims.none()
    return claims.filter(Q(nik_hash=person.nik) | Q(heir_nik_hash=person.nik) | Q(kk_hash=person.kk))


def _matching(words: str) -> Q:
    return (
        Q(case__number__icontains=words)
        | Q(name__icontains=words)
        | Q(heir_name__icontains=words)
        | Q(village__name__icontains=words)
    )


def _cursor(claim: Claim, chosen: Chosen) -> str:
    if chosen.newest_first:
        return str(claim.pk)
    return f"{claim.case.due_at.isoformat() if claim.case.due_at else ''}~{claim.pk}"


def _after(claims: Any, chosen: Chosen) -> Any:
    """The rows behind the cursor; a cursor that makes no sense is the beginning."""
    due, _tilde, pk = chosen.after.rpartition("~")
    if not re.fullmatch(r"[0-9]{1,18}", pk):
        return claims
    if chosen.newest_first:
        return claims.filter(pk__lt=int(pk))
    if not due:
        return claims.filter(case__due_at=None, pk__gt=int(pk))
    try:
        moment = datetime.fromisoformat(due)
    except ValueError:
        return claims
    if moment.tzinfo is None:
        return claims
    later = Q(case__due_at__gt=moment) | Q(case__due_at=moment, pk__gt=int(pk)) | Q(case__due_at=None)
    return claims.filter(later)


def row(claim: Claim, now: datetime) -> Row:
    """The line of a claim."""
    case = claim.case
    due, due_tone = _due(case, now)
    tone = _TONES.get(case.outcome) if case.outcome else ("ok" if case.state in _GREEN else "info")
    return Row(
        number=case.number,
        who=f"{claim.heir_name}, {claim.village.title}",
        note=_note(claim),
        state=case.current_state.label,
        state_tone="warn" if case.paused_at else str(tone or ""),
        due=due,
        due_tone=due_tone,
        amount=claim.amount,
    )


def _note(claim: Claim) -> str:
    """The second line: what matters about it where it stands."""
    state = claim.case.state
    payment = getattr(claim, "payment", None)
    handover = getattr(payment, "handover", None)
    if handover:
        papers = _("kuitansi dan foto ada") if handover.photo_id else _("kuitansi ada")
        return _("Diserahkan %(day)s, %(papers)s") % {"day": tanggal(handover.date), "papers": papers}
    if payment:
        return _("Daftar bayar %(day)s · almarhum %(name)s") % {
            "day": tanggal(payment.payment_list.date),
            "name": claim.name,
        }
    if state == "survei":
        return _("Survei rumah diminta: tidak ada dalam data sosial")
    reason = str(getattr(claim, "last_reason", "") or "")
    if reason and state in {"dikembalikan", "ditolak", "draf_desa"}:
        return f"{claim.case.current_state.label}: {reason}"[:160]
    if not claim.nik:
        return _("Bayi tanpa NIK: %(name)s · meninggal %(day)s") % {
            "name": claim.name,
            "day": tanggal(claim.death_date),
        }
    return _("Almarhum: %(name)s · meninggal %(day)s") % {"name": claim.name, "day": tanggal(claim.death_date)}


def _due(case: Any, now: datetime) -> tuple[str, str]:
    if case.closed_at:
        return tanggal(day_of(case.closed_at)), ""
    lateness = services.lateness(case, now)
    if lateness == "paused":
        return _("Jam berhenti"), ""
    if not case.due_at:
        return "", ""
    days = (day_of(case.due_at) - day_of(now)).days
    return relative_days(days), {"late": "bad", "today": "warn"}.get(lateness, "")


def lead(today: date) -> str:
    """Where the programme stands, in a sentence."""
    programme = programme_on(today)
    if programme is None:
        return _("Belum ada program santunan yang berlaku hari ini.")
    seen = budget.outlook(amount=programme.amount, today=today)
    text = _("%(amount)s per jiwa, diajukan paling lambat %(limit)s sejak meninggal.") % {
        "amount": rupiah(programme.amount, short=True),
        "limit": limit_text(programme.terms),
    }
    if not seen.persons:
        return f"{text} " + _("Pagu tahun ini sudah habis.")
    rest = _("Sisa pagu cukup untuk %(persons)s jiwa") % {"persons": angka(seen.persons)}
    if seen.runs_out is None:
        return f"{text} {rest}."
    # A day years ahead says no more than that the year is safe.
    if (seen.runs_out - today).days > 500:
        return f"{text} {rest}, " + _("cukup sampai akhir tahun anggaran.")
    return f"{text} {rest}, " + _("kira-kira sampai %(day)s.") % {"day": tanggal(seen.runs_out)}


def figures(user: Any, found: services.Reach, now: datetime) -> list[dict[str, str]]:
    """The four numbers above the list."""
    today = day_of(now)
    cases = services.cases_for(user, found).filter(service__key="santunan_kematian", closed_at=None)
    midnight = start_of(today + timedelta(days=1))
    counts = cases.aggregate(
        open=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now)),
        today=Count("pk", filter=Q(due_at__gte=now, due_at__lt=midnight)),
    )
    late_at = cases.filter(due_at__lt=now).values("turn_role").annotate(n=Count("pk")).order_by("-n").first()
    start, end = between(today.replace(day=1), today)
    month = (
        Payment.objects.counted()
        .filter(paid_at__gte=start, paid_at__lt=end)
        .aggregate(n=Count("pk"), total=Sum("amount"))
    )
    promise = services.current("santunan_kematian")
    days = promise.definition.promise_days if promise else None
    return [
        {
            "label": _("Jatuh tempo hari ini"),
            "value": angka(counts["today"]),
            "note": _("dari %(n)s terbuka") % {"n": angka(counts["open"])},
            "tone": "warn" if counts["today"] else "",
        },
        {
            "label": _("Terlambat"),
            "value": angka(counts["late"]),
            "note": _("di meja %(desk)s") % {"desk": _desk(late_at["turn_role"])} if late_at else _("tidak ada"),
            "tone": "bad" if counts["late"] else "",
        },
        {
            "label": _("Cair bulan ini"),
            "value": angka(month["n"]),
            "note": rupiah(month["total"] or Decimal(0), short=True),
        },
        {
            "label": _("Rata-rata cair"),
            "value": _mean_days(now),
            "note": _("janji: %(days)s hari kerja") % {"days": days} if days else "",
        },
    ]


def _desk(role: str) -> str:
    from modules.santunan_kematian.module import MODULE

    return next((item.name.lower() for item in MODULE.roles if item.key == role), role)


def _mean_days(now: datetime) -> str:
    """Mean calendar days from draft to payment over the last 90 days."""
    taken = ExpressionWrapper(F("paid_at") - F("claim__case__filed_at"), output_field=DurationField())
    recent = Payment.objects.counted().filter(paid_at__gte=now - timedelta(days=90), paid_at__lte=now)
    mean = recent.aggregate(mean=Avg(taken))["mean"]
    if mean is None:
        return "–"
    return _("%(days)s hari") % {"days": angka(Decimal(mean.total_seconds()) / 86400, 1)}
