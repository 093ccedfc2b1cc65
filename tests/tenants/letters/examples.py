"""Letters for the walks of `tests/architecture`, and for the tests of letters themselves."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.db import connection

from tenants.accounts.models import Role, User
from tenants.letters import actions
from tenants.letters.actions import Signer
from tenants.letters.models import Letter
from tenants.models import Regency
from tests.examples import parameter, task
from tests.tenants.letters import samples

AT = datetime(2026, 10, 12, 3, tzinfo=UTC)
SIGNER = Signer(name="Dra. WULANDARI, M.Si.", position="Kepala Dinas Sosial", on_behalf="a.n. Bupati Batang")
UNIT = SimpleNamespace(
    kind="dinas",
    name="Dinas Sosial",
    parent=None,
    district=None,
    address="Jalan Pemuda 99",
    postal_code="51211",
    phone="(0285) 000000",
    email="",
    website="",
)


def ask(regency: Regency, by: User | None = None, **changes: Any) -> Letter:
    """A letter that waits for its PDF."""
    subject, _ = Role.objects.get_or_create(key="claim", defaults={"name": "Klaim"})
    wanted = {
        "regency": regency,
        "unit": UNIT,
        "template": "letters/letter",
        "title": "Surat Keterangan",
        "number": "400.9/1/DINSOS/2026",
        "data": samples.LETTER,
        "signer": SIGNER,
        "place": "Batang",
        "subject": subject,
        "by": by,
        "at": AT,
    }
    return actions.request_letter(**{**wanted, **changes})


def made(regency: Regency, **changes: Any) -> Letter:
    """A letter with its PDF."""
    return actions.make_letter(letter_id=ask(regency, **changes).pk, at=AT + timedelta(minutes=1))


@parameter("letters", "code")
def _public_letter(user: User) -> str:
    return made(connection.tenant, by=user, is_public=True).code  # type: ignore[attr-defined]


@task("tenants.letters.tasks.make_letter")
def _letter_to_make(user: User) -> dict[str, int]:
    return {"letter_id": ask(connection.tenant, by=user).pk}  # type: ignore[attr-defined]
