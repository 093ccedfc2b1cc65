"""Programmes and their money, the register of the poor, claims, and what follows from an approval."""

from modules.santunan_kematian.models.claim import (
    Claim,
    Decision,
    Decree,
    DecreeRevocation,
    HouseSurvey,
    ReplacedDocument,
)
from modules.santunan_kematian.models.numbering import NumberPattern
from modules.santunan_kematian.models.payment import DeathReport, Handover, Payment, PaymentList
from modules.santunan_kematian.models.programme import Budget, Programme
from modules.santunan_kematian.models.register import RegisterEntry, RegisterImport, RegisterRow

__all__ = [
    "Budget",
    "Claim",
    "DeathReport",
    "Decision",
    "Decree",
    "DecreeRevocation",
    "Handover",
    "HouseSurvey",
    "NumberPattern",
    "Payment",
    "PaymentList",
    "Programme",
    "RegisterEntry",
    "RegisterImport",
    "RegisterRow",
    "ReplacedDocument",
]
