"""Moving a claim's case: the only place that names how this module speaks to the engine."""

from datetime import datetime
from typing import Any

from modules.santunan_kematian.models import Claim
from modules.services import public as services


def locked(claim: Claim) -> Claim:
    """The claim as it is now, for this transaction alone."""
    return Claim.objects.select_for_update(of=("self",)).select_related("case", "village", "programme").get(pk=claim.pk)


def move(claim: Claim, transition: str, *, by: Any, at: datetime, reason: str = "") -> None:
    """Let the engine move the case. Raises its NotYourTurn, ReasonMissing or StateChanged."""
    claim.case = services.act(
        case=claim.case, transition=transition, by=by, at=at, reason=reason, via="santunan_kematian"
    )
