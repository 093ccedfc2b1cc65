"""What is known of a claim, and what the rules say of it."""

from datetime import date
from decimal import Decimal

from django.db.models import Q

from modules.santunan_kematian import rules
from modules.santunan_kematian.models import Claim, Decision, Payment, Programme, RegisterEntry
from modules.santunan_kematian.queries import budget
from modules.santunan_kematian.queries.days import day_of
from modules.santunan_kematian.rules import Check, Facts, Registered
from tenants.organisation.calendar import Calendar, current_calendar
from tenants.people.fields import keyed_hash
from tenants.people.identity import InvalidNumber, parse_kk


def programme_on(day: date) -> Programme | None:
    """The programme whose rules a death on `day` follows."""
    return Programme.objects.on(day).first()


def register_entry(*, nik: str | None, kk: str, day: date) -> RegisterEntry | None:
    """The line of the register for this person, or else for the household, that was valid on `day`."""
    valid = RegisterEntry.objects.on(day).order_by("-valid_from", "-pk")
    if nik and (own := valid.filter(nik_hash=keyed_hash("nik", nik)).first()):
        return own
    return valid.filter(kk_hash=keyed_hash("kk", kk)).first() if kk else None


def conflicting(claim: Claim) -> list[Claim]:
    """Other standing claims for the same person, also when one has a NIK and the other not (SM-03).

    Rehearsals stand in the way of rehearsals alone.
    """
    same_birth = Q(kk_hash=keyed_hash("kk", claim.kk), birth_date=claim.birth_date, birth_order=claim.birth_order)
    if claim.nik:
        same = Q(nik_hash=keyed_hash("nik", claim.nik)) | (same_birth & Q(nik__isnull=True))
    else:
        same = same_birth
    found = Claim.objects.standing().filter(same, is_rehearsal=claim.is_rehearsal).select_related("case")
    return list(found.exclude(pk=claim.pk) if claim.pk else found)


def documents_of(claim: Claim) -> frozenset[str]:
    """Keys of the documents that its case holds."""
    if not claim.pk:
        return frozenset()
    return frozenset(claim.case.documents.values_list("key", flat=True))


def facts_of(
    claim: Claim, *, today: date, documents: frozenset[str] | None = None, calendar: Calendar | None = None
) -> Facts:
    """The facts of a claim, saved or not, as they stand `today`."""
    terms = claim.programme.terms
    calendar = calendar or current_calendar()
    filed = claim.filed_date or today
    entry = register_entry(nik=claim.nik, kk=claim.kk, day=claim.death_date)
    survey = claim.surveys.first() if claim.pk else None
    used = (filed - claim.death_date).days
    if terms.in_working_days:
        used = calendar.working_days_between(claim.death_date, filed)
    return Facts(
        has_nik=bool(claim.nik),
        birth_date=claim.birth_date,
        death_date=claim.death_date,
        filed_date=filed,
        last_day=rules.last_day(terms, claim.death_date, calendar.add_working_days),
        days_used=used,
        resident_from=claim.resident_from,
        resident_to=claim.resident_to,
        kk_is_local=_is_local(claim),
        heir_is_deceased=bool(claim.nik) and claim.heir_nik == claim.nik,
        relation=str(claim.get_heir_relation_display()),
        heir_in_same_kk=claim.heir_in_same_kk,
        documents=documents_of(claim) if documents is None else documents,
        other_claims=tuple(other.number for other in conflicting(claim)),
        registered=Registered(entry.desil, entry.source, entry.valid_to) if entry else None,
        surveyed=survey.surveyed if survey else None,
        remaining=budget.remaining(today.year),
        has_bank_account=bool(claim.heir_account),
        committed=bool(claim.pk) and _approved(claim),
    )


def examine(claim: Claim, *, today: date, documents: frozenset[str] | None = None) -> list[Check]:
    """Every check of a claim."""
    return rules.examine(claim.programme.terms, facts_of(claim, today=today, documents=documents))


def standing_decision(claim: Claim) -> Decision | None:
    """The decision in force, if one was made."""
    return claim.decisions.filter(revoked_at=None).select_related("decree", "decided_by").first()


def paid_for(nik: str) -> list[tuple[str, date, Decimal]]:
    """Benefits paid for the death of this person: claim number, day, amount."""
    rows = Payment.objects.counted().filter(person_hash=keyed_hash("deceased", nik), paid_at__isnull=False)
    return [
        (row.claim.number, day_of(row.paid_at), row.amount) for row in rows.select_related("claim__case") if row.paid_at
    ]


def paid_count() -> int:
    """How many benefits were paid."""
    return Payment.objects.counted().filter(paid_at__isnull=False).count()


def _approved(claim: Claim) -> bool:
    return claim.decisions.filter(revoked_at=None, outcome=Decision.Outcome.APPROVED).exists()


def _is_local(claim: Claim) -> bool:
    try:
        return parse_kk(claim.kk).region.code == claim.village.code[:5]
    except InvalidNumber:
        return False
