"""The course of an assessment: opened, its offices named, submitted, returned, verified."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from onboarding.assessment.actions import links
from onboarding.assessment.actions.holding import hold_unit, hold_whole
from onboarding.assessment.actions.refusals import AssessmentRefused, Closed, closed
from onboarding.assessment.models import Answer, Assessment, Instrument, Link, Sheet, Unit
from tenants import regions
from tenants.audit.actions import record

_LETTERS = "23456789ACDEFGHJKMNPQRTUVWXY"
MOST_OFFICES = 120
State = Assessment.State


@transaction.atomic
def open_assessment(
    *,
    regency_code: str,
    instruments: Sequence[Instrument],
    contact_email: str,
    contact_name: str,
    partner_code: str = "",
    at: datetime,
    by: Any = None,
) -> tuple[Assessment, str]:
    """Begin an assessment of one of the 514 and mail its leading link; also returns that link's token.

    The districts and villages are there at once. Raises AssessmentRefused without a published instrument, and
    `regions.UnknownRegency`.
    """
    regions.regency(regency_code)
    if not instruments or any(instrument.published_at is None for instrument in instruments):
        raise AssessmentRefused(_("Pilih paling sedikit satu instrumen yang sudah diterbitkan."), "instruments")
    assessment = Assessment.objects.create(
        code=_free_code(),
        regency_code=regency_code,
        partner_code="" if partner_code == regency_code else partner_code,
        contact_email=contact_email.strip().lower(),
        contact_name=contact_name.strip(),
        created_at=at,
        active_at=at,
    )
    for position, instrument in enumerate(instruments):
        Sheet.objects.create(assessment=assessment, instrument=instrument, position=position)
    scopes = frozenset().union(*(instrument.read.scopes for instrument in instruments))
    Unit.objects.bulk_create(_units(assessment, scopes))
    lead = links.Invitee(assessment.contact_name, assessment.contact_email)
    link, token = links.make(assessment=assessment, invitee=lead, at=at, is_lead=True)
    names = [str(instrument) for instrument in instruments]
    record("assessment.assessment_opened", subject=assessment, by=by, at=at, data={"instruments": names})
    links.mail(link, token)
    return assessment, token


@transaction.atomic
def add_offices(*, assessment: Assessment, names: Iterable[str], by: Link, at: datetime) -> int:
    """Name offices (OPD) of the regency; how many were new. A name that is there already is passed over.

    Raises Closed, or AssessmentRefused when there would be too many.
    """
    _lock(assessment)
    offices = Unit.objects.filter(assessment=assessment, kind=Unit.Kind.OPD)
    known = {name.casefold() for name in offices.values_list("name", flat=True)}
    new: dict[str, str] = {}
    for name in names:
        words = " ".join(name.split())[:150]
        if words and words.casefold() not in known:
            new.setdefault(words.casefold(), words)
    if len(known) + len(new) > MOST_OFFICES:
        raise AssessmentRefused(
            _("Paling banyak %(limit)d perangkat daerah; daftar Anda menjadi %(count)d. Periksa barisnya.")
            % {"limit": MOST_OFFICES, "count": len(known) + len(new)}
        )
    last = max((int(code[4:]) for code in offices.values_list("code", flat=True)), default=0)
    Unit.objects.bulk_create(
        Unit(assessment=assessment, kind=Unit.Kind.OPD, code=f"opd-{last + number}", name=name)
        for number, name in enumerate(new.values(), 1)
    )
    if new:
        data = {"added": len(new), "link": by.pk}
        record("assessment.offices_changed", subject=assessment, by=None, at=at, data=data)
    return len(new)


@transaction.atomic
def remove_office(*, office: Unit, by: Link, at: datetime) -> None:
    """Take an office off the list. Raises AssessmentRefused once it has answered, and Closed."""
    hold_unit(office.pk)
    if office.kind != Unit.Kind.OPD or Answer.objects.filter(unit=office).exists() or office.evidence.exists():
        raise AssessmentRefused(_("%s sudah mengisi jawaban, jadi tidak dapat dihapus.") % office.name)
    record("assessment.offices_changed", subject=office.assessment, by=None, at=at, data={"removed": 1, "link": by.pk})
    office.delete()


@transaction.atomic
def submit(*, assessment: Assessment, by: Link, at: datetime) -> Assessment:
    """Hand the answers to the verifiers; from now on they are locked. Raises Closed."""
    found = hold_whole(assessment.pk)
    if not found.is_filling:
        raise closed()
    found.state, found.submitted_at, found.submitted_by = State.SUBMITTED, at, by.label
    found.returned_note = ""
    found.save(update_fields=["state", "submitted_at", "submitted_by", "returned_note"])
    record("assessment.assessment_submitted", subject=found, by=None, at=at, data={"link": by.pk})
    return found


@transaction.atomic
def hand_back(*, assessment: Assessment, note: str, by: Any, at: datetime) -> Assessment:
    """Unlock the answers for their people, with what they should do. Raises AssessmentRefused when it is open."""
    found = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if found.state == State.FILLING:
        raise AssessmentRefused(_("Penilaian ini masih terbuka bagi pengisinya."))
    found.state, found.returned_note = State.FILLING, note.strip()
    found.save(update_fields=["state", "returned_note"])
    record("assessment.assessment_returned", subject=found, by=by, at=at)
    return found


@transaction.atomic
def close_verification(*, assessment: Assessment, by: Any, at: datetime) -> Assessment:
    """Say that everything was looked at: the result is what counts. Raises AssessmentRefused before submission."""
    found = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if found.state != State.SUBMITTED:
        raise AssessmentRefused(_("Hanya penilaian yang sudah dikirim yang verifikasinya dapat ditutup."))
    found.state, found.verified_at, found.verified_by = State.VERIFIED, at, getattr(by, "name", "")
    found.save(update_fields=["state", "verified_at", "verified_by"])
    record("assessment.verification_closed", subject=found, by=by, at=at)
    return found


@transaction.atomic
def share(*, assessment: Assessment, shared: bool, by: Link, at: datetime) -> None:
    """Allow, or no longer, that partner regencies compare their section scores with ours."""
    Assessment.objects.filter(pk=assessment.pk).update(shared_at=at if shared else None)
    data = {"shared": shared, "link": by.pk}
    record("assessment.sharing_changed", subject=assessment, by=None, at=at, data=data)


@transaction.atomic
def choose_partner(*, assessment: Assessment, partner_code: str, by: Link, at: datetime) -> None:
    """Name the regency to learn from and with, or none. Raises AssessmentRefused for the regency itself."""
    if partner_code == assessment.regency_code:
        raise AssessmentRefused(_("Pilih daerah lain; ini daerah Anda sendiri."), "partner_code")
    if partner_code:
        regions.regency(partner_code)
    Assessment.objects.filter(pk=assessment.pk).update(partner_code=partner_code)
    data = {"partner": partner_code, "link": by.pk}
    record("assessment.partner_chosen", subject=assessment, by=None, at=at, data=data)


def _lock(assessment: Assessment) -> Assessment:
    found = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if not found.is_filling:
        raise closed()
    return found


def _free_code() -> str:
    for _attempt in range(5):
        code = "AS-" + "".join(secrets.choice(_LETTERS) for _ in range(8))
        if not Assessment.objects.filter(code=code).exists():
            return code
    raise IntegrityError("no free code for an assessment")


def _units(assessment: Assessment, scopes: frozenset[str]) -> list[Unit]:
    """The regency itself, and its districts and villages where an instrument asks them."""
    info = assessment.regency
    units = [Unit(assessment=assessment, kind=Unit.Kind.KABUPATEN, code=info.code, name=info.title)]
    if scopes & {"kecamatan", "desa"}:
        units += [
            Unit(assessment=assessment, kind=Unit.Kind.KECAMATAN, code=place.code, name=place.name)
            for place in regions.districts(info.code)
        ]
    if "desa" in scopes:
        units += [
            Unit(
                assessment=assessment,
                kind=Unit.Kind.DESA,
                code=place.code,
                name=place.name,
                parent=place.district_code,
            )
            for place in regions.villages(info.code)
        ]
    return units


__all__ = [
    "AssessmentRefused",
    "Closed",
    "add_offices",
    "choose_partner",
    "close_verification",
    "hand_back",
    "open_assessment",
    "remove_office",
    "share",
    "submit",
]
