"""What other modules may use: the count of open work, and what was paid for whom (the one ledger of benefits)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from modules.contract import Facts
from modules.santunan_kematian.actions.programme import forget_rehearsed_money
from modules.santunan_kematian.queries import claims
from modules.services import public as services

__all__ = ["PaidBenefit", "facts", "open_cases", "paid_benefits", "went_live"]


@dataclass(frozen=True)
class PaidBenefit:
    """A benefit that was paid out."""

    number: str
    date: date
    amount: Decimal


def open_cases() -> int:
    """How many claims are not finished."""
    return services.open_cases(service="santunan_kematian")


def facts(at: datetime) -> Facts:
    """For the central team; the claims themselves are among the cases of the engine."""
    return Facts(more={"paid": claims.paid_count()})


def went_live(at: datetime) -> None:
    """The regency's trial is over, in whose schema we are."""
    forget_rehearsed_money(by=None, at=at)


def paid_benefits(nik: str) -> list[PaidBenefit]:
    """Benefits that were paid for the death of the person with this NIK."""
    return [PaidBenefit(*row) for row in claims.paid_for(nik)]
