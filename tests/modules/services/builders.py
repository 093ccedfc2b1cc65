"""A small service and the people who work on it."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from modules.services.models import Case
from modules.services.public import Applicant, Filed, file_case, publish
from tenants.accounts.models import Role, RoleGrant, User
from tenants.organisation.models import Assignment, District, Position, Unit, Village

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def definition(**changes: Any) -> dict[str, Any]:
    """Filed, checked by the village, signed by the office; may be returned, refused, withdrawn."""
    return {
        "key": "surat_uji",
        "name": "Surat uji",
        "summary": "Surat untuk menguji mesin layanan.",
        "promise_days": 3,
        "number_prefix": "SU",
        "fields": [
            {"key": "keperluan", "label": "Keperluan", "type": "text"},
            {"key": "jumlah", "label": "Jumlah", "type": "number", "required": False},
        ],
        "documents": [{"key": "ktp", "label": "KTP"}],
        "states": [
            {"key": "checked", "label": "Diperiksa desa", "role": "operator_desa", "scope": "village", "days": 1},
            {"key": "signed", "label": "Ditandatangani", "role": "kepala", "scope": "unit", "days": 2},
            {"key": "returned", "label": "Menunggu warga", "role": "applicant", "waits_for_applicant": True},
            {"key": "finished", "label": "Selesai", "outcome": "done"},
            {"key": "refused", "label": "Ditolak", "outcome": "refused"},
        ],
        "transitions": [
            {"key": "forward", "label": "Teruskan", "from_states": ["checked"], "to": "signed", "style": "primary"},
            {"key": "ask", "label": "Kembalikan", "from_states": ["checked"], "to": "returned", "needs_reason": True},
            {"key": "answer", "label": "Kirim lagi", "from_states": ["returned"], "to": "checked", "style": "primary"},
            {"key": "sign", "label": "Tanda tangani", "from_states": ["signed"], "to": "finished", "style": "primary"},
            {
                "key": "refuse",
                "label": "Tolak",
                "from_states": ["checked", "signed"],
                "to": "refused",
                "needs_reason": True,
                "style": "danger",
            },
        ],
        "start": "checked",
        **changes,
    }


def village(code: str = "33.25.01.2001", name: str = "Silurah") -> Village:
    district, _ = District.objects.get_or_create(code=code[:8], defaults={"name": "Wonotunggal"})
    return Village.objects.get_or_create(code=code, defaults={"name": name, "kind": "desa", "district": district})[0]


def unit(code: str = "1.06", name: str = "Dinas Sosial") -> Unit:
    return Unit.objects.get_or_create(code=code, defaults={"name": name, "kind": "dinas"})[0]


def person(name: str, role: str, *permissions: str, at: Unit | None = None, of: Village | None = None) -> User:
    """Somebody with a role, in a unit or in the office of a village."""
    user = User.objects.create_user(f"{name}@batang.test", name.title(), "rahasia-sekali")
    kept, _ = Role.objects.get_or_create(key=role, defaults={"name": role})
    kept.permissions = sorted({*kept.permissions, *permissions})
    kept.save()
    RoleGrant.objects.create(user=user, role=kept)
    office = at
    if of:
        office, _ = Unit.objects.get_or_create(code=of.code, defaults={"name": of.title, "kind": "desa", "village": of})
    if office:
        position, _ = Position.objects.get_or_create(unit=office, name=f"{role} {name}")
        Assignment.objects.create(user=user, position=position, starts_on=date(2026, 1, 1))
    return user


def filed(at: datetime = MONDAY, **changes: Any) -> Filed:
    """A case of the test service, published if need be."""
    publish(definition=definition(), by=None, at=at)
    arguments: dict[str, Any] = {
        "service": "surat_uji",
        "data": {"keperluan": "Beasiswa"},
        "applicant": Applicant("Siti Aminah", nik="3325014107800001"),
        "village": village(),
        "unit": unit(),
        "by": None,
        "at": at,
    }
    return file_case(**{**arguments, **changes})


def reload(case: Case) -> Case:
    return Case.objects.select_related("version", "service").get(pk=case.pk)


def many(count: int, **changes: Any) -> None:
    """Copies of one case, made in the database: half of them late."""
    case = filed(**changes).case
    columns = [field.column for field in Case._meta.local_concrete_fields if field.column not in {"id", "nik_hash"}]
    own = {
        "number": "'X-' || lpad(n::text, 6, '0')",
        "token": "gen_random_uuid()",
        "due_at": "due_at + (mod(n, 200) - 100) * interval '1 hour'",
        "applicant_name": "applicant_name || ' ' || n",
    }
    chosen = ", ".join(own.get(column, column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO services_case ({', '.join(columns)}) SELECT {chosen} FROM services_case,"
            " generate_series(1, %s) n WHERE services_case.id = %s",
            [count, case.pk],
        )
        cursor.execute("ANALYZE services_case")
