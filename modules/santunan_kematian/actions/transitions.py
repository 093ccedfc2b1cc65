"""Which action a step of the workflow is, and who may ask for it: the same for pages and API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from modules.santunan_kematian.actions import claims, decisions, verification
from modules.santunan_kematian.actions.errors import Refused
from modules.santunan_kematian.models import Claim
from modules.santunan_kematian.permissions import SantunanPermission as P

STEPS: dict[str, tuple[P, Callable[..., Any]]] = {
    "ajukan": (P.FILE, claims.file_claim),
    "ajukan_ulang": (P.FILE, claims.file_claim),
    "batalkan": (P.FILE, claims.withdraw_claim),
    "sahkan": (P.ENDORSE, claims.endorse_claim),
    "kembalikan_ke_operator": (P.ENDORSE, claims.return_to_operator),
    "nyatakan_lengkap": (P.VERIFY, verification.confirm_complete),
    "minta_survei": (P.VERIFY, verification.request_survey),
    "kembalikan": (P.VERIFY, verification.return_claim),
    "usulkan_tolak": (P.VERIFY, verification.propose_refusal),
    "setujui": (P.DECIDE, decisions.approve_claim),
    "periksa_ulang": (P.DECIDE, decisions.ask_again),
    "tolak": (P.DECIDE, decisions.refuse_claim),
    "cabut": (P.DECIDE, decisions.revoke_approval),
}
"""Survey, payment list, SP2D, handover and confirmation need more than a button: they have pages of their own."""

WITH_REASON = {"batalkan", "kembalikan_ke_operator", "kembalikan", "usulkan_tolak", "periksa_ulang", "tolak", "cabut"}
"""Steps whose action takes a reason, whatever the workflow that the regency has published says of it."""


class NoSuchStep(Refused):
    """The step does not exist, or is not for this person."""


def take_step(*, claim: Claim, transition: str, reason: str, by: Any, at: datetime) -> None:
    """Take a step of the decision bar. Raises NoSuchStep, what its action raises, or the engine's refusals."""
    permission, act = STEPS.get(transition, (None, None))
    if act is None or not by.has(permission):
        raise NoSuchStep(_("Pilih salah satu keputusan."))
    act(claim=claim, by=by, at=at, **({"reason": reason} if transition in WITH_REASON else {}))
