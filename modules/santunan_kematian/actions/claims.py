"""From the village's draft to the head of the village: writing a claim, filing it, endorsing it, giving it up."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from modules.santunan_kematian import rules
from modules.santunan_kematian.actions.errors import (
    AlreadyClaimed,
    ChecksFailed,
    HeirIsDeceased,
    NoProgramme,
    NotEditable,
    NotYourVillage,
    OwnClaim,
    Refused,
)
from modules.santunan_kematian.actions.steps import hold_person, hold_programme, locked, move
from modules.santunan_kematian.documents import Document
from modules.santunan_kematian.models import Claim, Programme, ReplacedDocument
from modules.santunan_kematian.queries import claims as queries
from modules.santunan_kematian.queries.days import day_of
from modules.services import public as services
from tenants.audit.actions import record
from tenants.files import actions as files
from tenants.people.formats import tanggal

KEY = "santunan_kematian"
EDITABLE = ("draf_desa", "dikembalikan")


@dataclass(frozen=True)
class ClaimData:
    """What the family tells: the deceased, the death, the heir. Numbers in canonical digits."""

    kk: str
    name: str
    sex: str
    birth_date: date
    death_date: date
    death_place: str
    death_cause: str
    address: str
    heir_nik: str
    heir_name: str
    heir_relation: str
    nik: str | None = None
    birth_order: int = 1
    resident_from: date | None = None
    resident_to: date | None = None
    heir_in_same_kk: bool = True
    heir_phone: str = ""
    heir_bank: str = ""
    heir_account: str = ""


@transaction.atomic
def draft_claim(
    *,
    data: ClaimData,
    village: Any,
    documents: Mapping[str, Any],
    by: Any,
    at: datetime,
    token: uuid.UUID | None = None,
) -> Claim:
    """Begin a claim in `village`. It takes the person's one place at once, so that no second village begins one.

    The same `token` again returns the same claim (a form sent twice).

    Raises NoProgramme, NotYourVillage, AlreadyClaimed, HeirIsDeceased, or a FileRefused of `tenants.files`.
    """
    programme = _hold(data)
    if by is not None and village.pk not in services.reach(by, day_of(at)).villages:
        raise NotYourVillage(_("Anda mengajukan hanya untuk desa tempat Anda bertugas."))
    if token and (earlier := Claim.objects.with_case().filter(case__token=token).first()):
        return earlier
    filed = services.file_case(
        service=KEY,
        data={},
        applicant=services.Applicant(name=data.heir_name, nik=data.heir_nik, phone=data.heir_phone),
        village=village,
        documents={},
        by=by,
        at=at,
        title=title(data),
        amount=programme.amount,
        token=token,
    )
    if not filed.is_new:  # the other click was a moment earlier
        return Claim.objects.with_case().get(case=filed.case)
    claim = Claim(
        case=filed.case,
        programme=programme,
        village=village,
        amount=programme.amount,
        drafted_by=by,
        tracking_secret=filed.secret,
        is_rehearsal=filed.case.is_rehearsal,
    )
    _write(claim, data)
    _attach(claim, documents, by=by, at=at)
    record("santunan_kematian.claim_drafted", subject=claim, by=by, at=at, data={"village": village.code})
    return claim


@transaction.atomic
def change_claim(*, claim: Claim, data: ClaimData, documents: Mapping[str, Any], by: Any, at: datetime) -> Claim:
    """Rewrite a claim that is a draft or was returned; a new document replaces the one of its kind.

    Raises NotEditable, NoProgramme, AlreadyClaimed, HeirIsDeceased.
    """
    claim = locked(claim)
    if claim.case.state not in EDITABLE:
        raise NotEditable(_("Pengajuan ini sudah diteruskan dan tidak dapat diubah lagi oleh desa."))
    programme = _hold(data)
    claim.programme, claim.amount = programme, programme.amount
    _write(claim, data)
    _attach(claim, documents, by=by, at=at)
    claim.case.title, claim.case.applicant_name, claim.case.amount = title(data), data.heir_name, programme.amount
    claim.case.nik, claim.case.phone = data.heir_nik, data.heir_phone or None
    claim.case.save(update_fields=["title", "applicant_name", "amount", "nik", "phone"])
    record("santunan_kematian.claim_changed", subject=claim, by=by, at=at)
    return claim


@transaction.atomic
def file_claim(*, claim: Claim, by: Any, at: datetime) -> Claim:
    """Hand the claim to the head of the village, or back to the office when it was returned.

    The day of the first filing counts for the window and stays (SM-01). Raises ChecksFailed with every finding
    that the village can mend.
    """
    claim = locked(claim)
    again = claim.case.state == "dikembalikan"
    if claim.filed_date is None:
        claim.filed_date, claim.filed_by = day_of(at), by
    hindrances = rules.hindrances_to_filing(queries.examine(claim, today=day_of(at)))
    if hindrances:
        raise ChecksFailed(hindrances)
    claim.register_entry = queries.register_entry(nik=claim.nik, kk=claim.kk, day=claim.death_date)
    claim.save(update_fields=["filed_date", "filed_by", "register_entry"])
    move(claim, "ajukan_ulang" if again else "ajukan", by=by, at=at)
    record("santunan_kematian.claim_filed", subject=claim, by=by, at=at, data={"again": again})
    return claim


@transaction.atomic
def endorse_claim(*, claim: Claim, by: Any, at: datetime) -> Claim:
    """The head of the village vouches for it. Raises OwnClaim when he filed it himself."""
    claim = locked(claim)
    if by is not None and by.pk in {claim.filed_by_id, claim.drafted_by_id}:
        raise OwnClaim(_("Anda yang mengajukan klaim ini; pengesahan dilakukan orang lain."))
    claim.endorsed_by = by
    claim.save(update_fields=["endorsed_by"])
    move(claim, "sahkan", by=by, at=at)
    record("santunan_kematian.claim_endorsed", subject=claim, by=by, at=at)
    return claim


@transaction.atomic
def return_to_operator(*, claim: Claim, reason: str, by: Any, at: datetime) -> Claim:
    """The head of the village sends it back with a reason."""
    claim = locked(claim)
    move(claim, "kembalikan_ke_operator", by=by, at=at, reason=reason)
    record("santunan_kematian.claim_sent_back", subject=claim, by=by, at=at)
    return claim


@transaction.atomic
def withdraw_claim(*, claim: Claim, reason: str, by: Any, at: datetime) -> Claim:
    """Give up a draft or a returned claim; the person's place is free again."""
    claim = locked(claim)
    claim.released_at = at
    claim.save(update_fields=["released_at"])
    move(claim, "batalkan", by=by, at=at, reason=reason)
    record("santunan_kematian.claim_withdrawn", subject=claim, by=by, at=at)
    return claim


_REVEALED = ("nik", "kk", "heir_nik", "heir_account")


@transaction.atomic
def reveal(*, claim: Claim, field: str, by: Any, at: datetime) -> str:
    """A number in full, for who has a reason to see it; that they saw it is recorded (UU 27/2022).

    `field` "form" records that all of them were opened for writing, and returns nothing.
    """
    record("santunan_kematian.nik_revealed", subject=claim, by=by, at=at, data={"field": field})
    return str(getattr(claim, field) or "") if field in _REVEALED else ""


def title(data: ClaimData) -> str:
    """The second line of lists."""
    if data.nik is None:
        return _("Almarhum: %(name)s (bayi) · meninggal %(day)s") % {
            "name": data.name,
            "day": tanggal(data.death_date),
        }
    return _("Almarhum: %(name)s · meninggal %(day)s") % {"name": data.name, "day": tanggal(data.death_date)}


def _hold(data: ClaimData) -> Programme:
    """The programme whose rules the death follows; it and the person are locked, in that order."""
    programme = hold_programme(data.death_date)
    if programme is None:
        day = tanggal(data.death_date)
        raise NoProgramme(_("Belum ada program santunan yang berlaku pada %(day)s.") % {"day": day})
    hold_person(nik=data.nik, kk=data.kk, birth_date=data.birth_date, birth_order=data.birth_order)
    return programme


def _write(claim: Claim, data: ClaimData) -> None:
    """Save with what the database refuses said as sentences."""
    for name, value in asdict(data).items():
        setattr(claim, name, value)
    if others := queries.conflicting(claim):
        raise AlreadyClaimed(_taken(", ".join(other.number for other in others)))
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as problem:
        raise _named(problem) from problem


def _taken(numbers: str) -> str:
    return _("Sudah ada pengajuan lain untuk orang ini: %(numbers)s.") % {"numbers": numbers}


def _named(problem: IntegrityError) -> Exception:
    text = str(problem)
    found: dict[str, Refused] = {
        "claim_once_per_": AlreadyClaimed(_("Orang ini baru saja diajukan oleh petugas lain. Cari pengajuannya.")),
        "claim_heir_is_not_deceased": HeirIsDeceased(
            _("NIK ahli waris sama dengan NIK almarhum. Isi NIK ahli waris yang benar.")
        ),
        "claim_filed_after_death": Refused(
            _("Tanggal meninggal sesudah tanggal pengajuan. Perbaiki tanggal meninggal.")
        ),
        "claim_death_after_birth": Refused(_("Tanggal lahir sesudah tanggal meninggal. Perbaiki salah satunya.")),
    }
    return next((error for name, error in found.items() if name in text), problem)


def _attach(claim: Claim, documents: Mapping[str, Any], *, by: Any, at: datetime) -> None:
    for key, upload in documents.items():
        if not upload:
            continue
        for old in claim.case.documents.filter(key=key).select_related("attachment"):
            _replace(claim, old, by=by, at=at)
        services.add_document(case=claim.case, key=Document(key).value, upload=upload, by=by, at=at)


def _replace(claim: Claim, old: Any, *, by: Any, at: datetime) -> None:
    """Take a document off the case. What a decision has rested on is kept; anything else is swept at night."""
    attachment = old.attachment
    old.delete()
    if claim.decisions.exists():
        ReplacedDocument.objects.create(claim=claim, key=old.key, attachment=attachment, replaced_at=at, replaced_by=by)
    else:
        files.release(attachment=attachment, at=at)
