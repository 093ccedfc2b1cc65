"""A claim that went the whole way, for the walks of `tests/architecture`."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from modules.santunan_kematian import workflow
from modules.santunan_kematian.actions import claims, letters, programme
from modules.santunan_kematian.models import Claim, DeathReport, Decree, PaymentList, Programme, RegisterImport
from tenants.accounts.models import User
from tenants.letters.models import Letter
from tenants.organisation.models import Assignment, District, Position, Unit, Village
from tests.examples import parameter, task
from tests.modules.santunan_kematian import cast as stage

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def _claim(user: User) -> Claim:
    """The claim that `user` filed; made once per test."""
    if found := Claim.objects.filter(drafted_by=user).first():
        return found
    workflow.publish_workflow(by=None, at=AT)
    district, _ = District.objects.get_or_create(code="33.25.01", defaults={"name": "Wonotunggal"})
    village, _ = Village.objects.get_or_create(
        code="33.25.01.2001", defaults={"name": "Silurah", "kind": "desa", "district": district}
    )
    unit, _ = Unit.objects.get_or_create(
        code="DESA-WALK", defaults={"name": "Desa Silurah", "kind": "desa", "village": village}
    )
    position, _ = Position.objects.get_or_create(unit=unit, name="Operator")
    Assignment.objects.get_or_create(user=user, position=position, starts_on=date(2025, 1, 1))
    if not Programme.objects.exists():
        settings = programme.Settings(name="Santunan", valid_from=date(2026, 1, 1))
        programme.create_programme(code="santunan", settings=settings, by=None, at=AT)
        programme.set_ceiling(year=2026, ceiling=Decimal(10_000_000), basis="", by=None, at=AT)
    return claims.draft_claim(data=stage.data(), village=village, documents=stage.papers("kk"), by=user, at=AT)


@parameter("santunan_kematian", "number")
def _number(user: User) -> str:
    return _claim(user).number


@parameter("santunan_kematian", "uuid")
def _document(user: User) -> Any:
    return _claim(user).case.documents.select_related("attachment").get().attachment.public_id


@parameter("santunan_kematian", "letter_uuid")
def _letter(user: User) -> Any:
    claim = _claim(user)
    return (Letter.objects.of(claim).first() or letters.family_receipt(claim=claim, by=user, at=AT)).public_id


@parameter("santunan_kematian", "payment_list")
def _payment_list(user: User) -> int:
    found = PaymentList.objects.create(
        number="DB/1", date=AT.date(), programme=_claim(user).programme, listed_by=user, listed_at=AT
    )
    return found.pk


@parameter("santunan_kematian", "report")
def _report(user: User) -> int:
    return DeathReport.objects.create(claim=_claim(user), destination="dukcapil", reported_at=AT).pk


@parameter("santunan_kematian", "code")
def _programme(user: User) -> str:
    return _claim(user).programme.code


@parameter("santunan_kematian", "batch")
def _batch(user: User) -> int:
    return RegisterImport.objects.create(
        file_name="dtsen.csv", sha256="0" * 64, source="DTSEN", valid_from=date(2026, 1, 1), staged_at=timezone.now()
    ).pk


@parameter("santunan_kematian", "decree")
def _decree(user: User) -> int:
    return Decree.objects.create(
        number="SK/1", date=AT.date(), programme=_claim(user).programme, issued_by=user, issued_at=AT
    ).pk


@task("modules.santunan_kematian.tasks.read_register")
@task("modules.santunan_kematian.tasks.apply_register")
def _register(user: User) -> dict[str, Any]:
    return {"batch_id": _batch(user)}
