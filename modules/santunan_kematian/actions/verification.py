"""The social office looks: complete, back to the village, to be surveyed, or not entitled."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from modules.santunan_kematian import rules
from modules.santunan_kematian.actions.errors import ChecksFailed, OwnClaim, SurveyFirst
from modules.santunan_kematian.actions.steps import locked, move
from modules.santunan_kematian.models import Claim, HouseSurvey
from modules.santunan_kematian.queries import claims as queries
from modules.santunan_kematian.queries.days import day_of
from tenants.audit.actions import record
from tenants.files.actions import store
from tenants.files.uploads import JPEG, PNG


@transaction.atomic
def confirm_complete(*, claim: Claim, by: Any, at: datetime) -> Claim:
    """Everything is there and nothing excludes: on to the decision.

    Raises OwnClaim (SM-09), SurveyFirst (SM-07), ChecksFailed.
    """
    claim = locked(claim)
    _refuse_own(claim, by)
    checks = queries.examine(claim, today=day_of(at))
    if any(check.key == "poverty" and check.outcome is rules.Outcome.WAITING for check in checks):
        raise SurveyFirst(_("Keluarga ini tidak ada dalam data sosial. Minta survei rumah dahulu."))
    # An empty budget is no fault of the family: it waits for the decision, and for the next ceiling.
    if failed := [check for check in rules.exclusions(checks) if check.key != "budget"]:
        raise ChecksFailed(failed)
    claim.verified_by, claim.verified_at, claim.refusal_proposed = by, at, ""
    claim.register_entry = queries.register_entry(nik=claim.nik, kk=claim.kk, day=claim.death_date)
    claim.save(update_fields=["verified_by", "verified_at", "refusal_proposed", "register_entry"])
    move(claim, "nyatakan_lengkap", by=by, at=at)
    record("santunan_kematian.claim_verified", subject=claim, by=by, at=at, data={"checks": _findings(checks)})
    return claim


@transaction.atomic
def propose_refusal(*, claim: Claim, reason: str, by: Any, at: datetime) -> Claim:
    """Forward with the advice to refuse, and why; the head of the office decides. Raises OwnClaim."""
    claim = locked(claim)
    _refuse_own(claim, by)
    claim.verified_by, claim.verified_at, claim.refusal_proposed = by, at, reason[:500]
    claim.save(update_fields=["verified_by", "verified_at", "refusal_proposed"])
    move(claim, "usulkan_tolak", by=by, at=at, reason=reason)
    record("santunan_kematian.refusal_proposed", subject=claim, by=by, at=at)
    return claim


@transaction.atomic
def return_claim(*, claim: Claim, reason: str, by: Any, at: datetime) -> Claim:
    """Back to the village with a reason; the clock stops."""
    claim = locked(claim)
    _refuse_own(claim, by)
    move(claim, "kembalikan", by=by, at=at, reason=reason)
    record("santunan_kematian.claim_returned", subject=claim, by=by, at=at)
    return claim


@transaction.atomic
def request_survey(*, claim: Claim, by: Any, at: datetime) -> Claim:
    """Ask the social worker to look at the house (SM-07)."""
    claim = locked(claim)
    _refuse_own(claim, by)
    move(claim, "minta_survei", by=by, at=at)
    record("santunan_kematian.survey_requested", subject=claim, by=by, at=at)
    return claim


@transaction.atomic
def record_survey(
    *,
    claim: Claim,
    roof: str,
    floor: str,
    walls: str,
    photo: Any,
    by: Any,
    at: datetime,
    note: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> HouseSurvey:
    """Keep what was seen; the conclusion is computed by the programme's threshold. Raises FileRefused."""
    claim = locked(claim)
    concluded = rules.survey(claim.programme.terms, roof=roof, floor=floor, walls=walls)
    attachment = store(upload=photo, kind="foto_rumah", subject=claim, by=by, at=at, allowed=(JPEG, PNG))
    found = HouseSurvey.objects.create(
        claim=claim,
        roof=roof,
        floor=floor,
        walls=walls,
        note=note,
        latitude=latitude,
        longitude=longitude,
        photo=attachment,
        score=concluded.score,
        poor=concluded.poor,
        surveyed_by=by,
        surveyed_at=at,
    )
    move(claim, "laporkan_survei", by=by, at=at)
    record("santunan_kematian.house_surveyed", subject=claim, by=by, at=at)
    return found


def _refuse_own(claim: Claim, by: Any) -> None:
    """SM-09; the database holds it too."""
    if by is not None and by.pk in {claim.filed_by_id, claim.drafted_by_id}:
        raise OwnClaim(_("Anda yang mengajukan klaim ini; verifikasi dilakukan orang lain."))


def _findings(checks: list[rules.Check]) -> dict[str, str]:
    return {check.rule: check.outcome.value for check in checks}
