"""Signed, dated values in addresses: who holds one may follow a case for a while. Worth nothing in another regency."""

from typing import Any

from django.core import signing

from modules.services.models import Case
from tenants.schemas.context import connection

TRACK_SECONDS = 7200


class SealBroken(Exception):
    """The value was altered, is too old, or comes from another regency."""


def seal(purpose: str, value: Any) -> str:
    """The value as it may stand in an address."""
    return signing.dumps(value, salt=_salt(purpose))


def unseal(purpose: str, sealed: str, seconds: int) -> Any:
    """What was sealed for this purpose. Raises SealBroken."""
    try:
        return signing.loads(sealed, salt=_salt(purpose), max_age=seconds)
    except signing.BadSignature as problem:
        raise SealBroken from problem


def sealed_case(sealed: str) -> Case:
    """The case that the address of a tracking page stands for. Raises SealBroken."""
    found = Case.objects.select_related("version", "service", "village", "unit")
    case = found.filter(pk=unseal("track", sealed, TRACK_SECONDS)).first()
    if case is None:
        raise SealBroken
    return case


def _salt(purpose: str) -> str:
    return f"services.{purpose}:{connection.schema_name}"  # type: ignore[attr-defined]
