"""A request to destroy a regency, and an entry of the register."""

from typing import Any

from django.utils import timezone

from tenants.accounts.models import User
from tenants.deletion.models import DeletionRequest, Destruction
from tenants.models import Regency
from tests.examples import parameter, task

PK = 987_654_321


@parameter("console", "deletion")
def deletion(user: User) -> int:
    made = {"reason": "Surat bupati", "asked_at": timezone.now(), "asked_by": "Ayu", "asked_by_id": 7}
    regency = Regency.objects.get(code="33.25")
    return DeletionRequest.objects.get_or_create(pk=PK, defaults={"regency": regency, **made})[0].pk


@parameter("console", "destruction")
def destruction(user: User) -> int:
    at = timezone.now()
    made: dict[str, Any] = {
        "request_id": PK, "code": "99.99", "title": "Kabupaten Contoh", "schema_name": "contoh", "reason": "Surat",
        "asked_by": "Ayu", "confirmed_by": "Dimas", "asked_at": at, "confirmed_at": at, "exit_package": "contoh.zip",
        "tables": {"services_case": 3}, "rows": 3, "files": 1, "file_bytes": 10, "hosts": ["contoh.localhost"],
        "audit_head": "0" * 64, "begun_at": at,
    }  # fmt: skip
    return Destruction.objects.get_or_create(pk=PK, defaults=made)[0].pk


@task("fleet.tell_deletion")
def tell(user: User) -> dict[str, Any]:
    return {"request_id": deletion(user)}
