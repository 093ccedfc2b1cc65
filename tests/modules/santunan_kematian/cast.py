"""Who acts in a death benefit, and what they hold in their hands. All people are invented (serials 99xx)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from modules.santunan_kematian import workflow
from modules.santunan_kematian.actions import claims, decisions, payments, programme, verification
from modules.santunan_kematian.actions.claims import ClaimData
from modules.santunan_kematian.models import Budget, Claim, PaymentList, Programme, RegisterEntry
from modules.santunan_kematian.module import MODULE
from tenants.accounts.models import Role, RoleGrant, User
from tenants.organisation.models import Assignment, District, Position, Unit, Village

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""12.00 WIB on Monday, 23 November 2026."""
TODAY = date(2026, 11, 23)
PAPERS = ("kk", "ktp_ahli_waris", "surat_kematian_desa")


@dataclass
class Cast:
    operator: User
    village_head: User
    verifier: User
    surveyor: User
    director: User
    treasurer: User
    paymaster: User
    registrar: User
    village: Village
    elsewhere: Village
    programme: Programme
    budget: Budget


def make_cast(code: str = "33.25", **settings: Any) -> Cast:
    """A regency ready to receive claims, in the current schema."""
    workflow.publish_workflow(by=None, at=NOON)
    district = District.objects.create(code=f"{code}.01", name="Wonotunggal")
    villages = [
        Village.objects.create(
            code=f"{code}.01.200{n}", name=name, kind="desa", district=district, population=2_000 + n * 500
        )
        for n, name in ((1, "Silurah"), (2, "Sodong"))
    ]
    desa = Unit.objects.create(code="DESA-1", name="Pemerintah Desa Silurah", kind="desa", village=villages[0])
    dinsos = Unit.objects.create(code="DINSOS", name="Dinas Sosial", kind="dinas")
    made = programme.create_programme(
        code="santunan",
        settings=programme.Settings(**{"name": "Santunan kematian", "valid_from": date(2026, 1, 1), **settings}),
        by=None,
        at=NOON,
    )
    budget = programme.set_ceiling(year=2026, ceiling=Decimal(2_000_000_000), basis="APBD 2026", by=None, at=NOON)
    return Cast(
        operator=member("operator_desa", "Budi Operator", desa),
        village_head=member("kepala_desa", "H. Suwandi", desa, head=True),
        verifier=member("verifikator_dinsos", "Rina Wulandari", dinsos),
        surveyor=member("tksk", "Tono Surveyor", dinsos),
        director=member("kepala_dinsos", "Dra. Sri Hartati", dinsos, head=True),
        treasurer=member("bendahara", "Agus Bendahara", dinsos),
        paymaster=member("bpkad", "Wati Perbendaharaan", dinsos),
        registrar=member("petugas_dukcapil", "Eko Pencatat", dinsos),
        village=villages[0],
        elsewhere=villages[1],
        programme=made,
        budget=budget,
    )


def member(role: str, name: str, unit: Unit, *, head: bool = False) -> User:
    """A user with a suggested role and a position in a unit."""
    suggested = next(item for item in MODULE.roles if item.key == role)
    row, _new = Role.objects.get_or_create(
        key=role, defaults={"name": suggested.name, "permissions": [str(p) for p in suggested.permissions]}
    )
    user = User.objects.create_user(f"{role}.{unit.code.lower()}@peran.test", name)
    RoleGrant.objects.create(user=user, role=row)
    title = f"Kepala {unit.name}" if head else f"{suggested.name} {unit.name}"
    position = Position.objects.create(unit=unit, name=title, is_head=head)
    Assignment.objects.create(user=user, position=position, starts_on=date(2025, 1, 1))
    return user


def nik(n: int, *, born: date = date(1951, 10, 12), place: str = "332501") -> str:
    """An invented NIK: no civil registry issues serials from 9000."""
    return f"{place}{born:%d%m%y}{9000 + n:04}"


def kk(n: int, place: str = "332501") -> str:
    return f"{place}050115{9000 + n:04}"


def data(n: int = 1, *, died: date = TODAY - timedelta(days=5), **changes: Any) -> ClaimData:
    """What the family of the n-th deceased tells."""
    told: dict[str, Any] = {
        "nik": nik(n),
        "kk": kk(n),
        "name": f"Karto Wijoyo {n}",
        "sex": "L",
        "birth_date": date(1951, 10, 12),
        "death_date": died,
        "death_place": "di rumah",
        "death_cause": "sakit",
        "address": "RT 02 RW 01",
        "heir_nik": nik(n, born=date(1975, 3, 4)),
        "heir_name": f"Siti Aminah {n}",
        "heir_relation": "pasangan",
    }
    return ClaimData(**{**told, **changes})


@cache
def _jpeg() -> bytes:
    made = BytesIO()
    Image.new("RGB", (24, 16), "#7a5").save(made, "JPEG")
    return made.getvalue()


def photo(name: str = "foto.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, _jpeg(), "image/jpeg")


def papers(*keys: str) -> dict[str, SimpleUploadedFile]:
    """Scans of these documents; of the usual three when none is named."""
    return {key: photo(f"{key}.jpg") for key in keys or PAPERS}


def register(told: ClaimData, cast: Cast, *, desil: int | None = 2, **changes: Any) -> RegisterEntry:
    """Put the deceased into the register of the poor."""
    row = {
        "nik": told.nik or nik(900),
        "kk": told.kk,
        "name": told.name,
        "village": cast.village,
        "desil": desil,
        "source": "DTSEN",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
    }
    return RegisterEntry.objects.create(**{**row, **changes})


def drafted(cast: Cast, n: int = 1, *, at: datetime = NOON, listed: bool = True, **changes: Any) -> Claim:
    told = data(n, **changes)
    if listed:
        register(told, cast)
    return claims.draft_claim(data=told, village=cast.village, documents=papers(), by=cast.operator, at=at)


def filed(cast: Cast, n: int = 1, *, at: datetime = NOON, **changes: Any) -> Claim:
    return claims.file_claim(claim=drafted(cast, n, at=at, **changes), by=cast.operator, at=at)


def endorsed(cast: Cast, n: int = 1, *, at: datetime = NOON, **changes: Any) -> Claim:
    return claims.endorse_claim(claim=filed(cast, n, at=at, **changes), by=cast.village_head, at=at)


def verified(cast: Cast, n: int = 1, *, at: datetime = NOON, **changes: Any) -> Claim:
    return verification.confirm_complete(claim=endorsed(cast, n, at=at, **changes), by=cast.verifier, at=at)


def approved(cast: Cast, n: int = 1, *, at: datetime = NOON, **changes: Any) -> Claim:
    claim = verified(cast, n, at=at, **changes)
    decisions.approve_claim(claim=claim, by=cast.director, at=at)
    claim.case.refresh_from_db()
    return claim


def listed(cast: Cast, chosen: list[Claim], *, at: datetime = NOON) -> PaymentList:
    """An SK and a payment list for approved claims."""
    found = [claim.decisions.get(revoked_at=None) for claim in chosen]
    decisions.issue_decree(decisions=found, by=cast.director, at=at)
    return payments.list_payments(decisions=found, by=cast.treasurer, at=at)


def paid(cast: Cast, chosen: list[Claim], *, at: datetime = NOON, sp2d: str = "SP2D/0001") -> PaymentList:
    return payments.disburse(
        payment_list=listed(cast, chosen, at=at),
        sp2d_number=sp2d,
        sp2d_date=at.date(),
        by=cast.paymaster,
        at=at,
    )
