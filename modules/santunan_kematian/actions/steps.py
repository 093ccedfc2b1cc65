"""Locking claims and moving their cases: the only place that names how this module speaks to the engine.

The audit is one chain, so its first row in a transaction is a lock on the whole regency. Every other lock comes
before it, always in this order: claims, decisions and lists, the register, the year's budget. Two people who act
at once then wait for each other and never in a circle.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from modules.santunan_kematian.models import Claim
from modules.services import public as services


def locked(claim: Claim) -> Claim:
    """The claim as it is now, for this transaction alone."""
    return Claim.objects.select_for_update(of=("self",)).select_related("case", "village", "programme").get(pk=claim.pk)


def lock_all(keys: Iterable[int]) -> None:
    """Lock several claims, in the order of their keys."""
    list(Claim.objects.select_for_update(of=("self",)).filter(pk__in=list(keys)).order_by("pk").values_list("pk"))


def move(claim: Claim, transition: str, *, by: Any, at: datetime, reason: str = "") -> None:
    """Let the engine move the case. Raises its NotYourTurn, ReasonMissing or StateChanged."""
    claim.case = services.act(
        case=claim.case, transition=transition, by=by, at=at, reason=reason, via="santunan_kematian"
    )
