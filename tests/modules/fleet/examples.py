"""Objects of the console: a regency, its module, a bulk action, a run, a host, an operator."""

from typing import Any

from django.utils import timezone

from modules.fleet.models import BulkAction, BulkItem, Subscription
from modules.library.models import Release
from modules.packages import digest
from onboarding.models import ProvisioningRun
from tenants.accounts.models import User
from tenants.models import Domain, Regency
from tests.examples import parameter, task

PK = 987_654_321
CODE = "33.25"


@parameter("console", "code", shared=True)
def code(user: User) -> str:
    return CODE


@parameter("console", "key", shared=True)
def module_key(user: User) -> str:
    return "services"


@parameter("console", "bulk")
def bulk(user: User) -> int:
    action, _created = BulkAction.objects.get_or_create(
        pk=PK,
        defaults={
            "kind": "switch",
            "module_key": "santunan_kematian",
            "target": "on",
            "state": "ready",
            "requested_by": user.name,
            "requested_by_id": user.pk,
            "requested_at": timezone.now(),
        },
    )
    BulkItem.objects.get_or_create(action=action, regency=Regency.objects.get(code=CODE), state="foreseen")
    return action.pk


@parameter("console", "release")
def release(user: User) -> int:
    made = {
        "publisher": Regency.objects.get(code=CODE), "module_key": "services", "version": "0.0.1",
        "content": {"objects": []}, "sha256": digest({"objects": []}), "published_at": timezone.now(),
    }  # fmt: skip
    return Release.objects.get_or_create(pk=PK, defaults=made)[0].pk


@parameter("console:domain", "pk")
def domain(user: User) -> int:
    return Domain.objects.get(tenant__code=CODE, is_primary=True).pk


@parameter("console:operator", "pk")
def operator(user: User) -> int:
    return User.objects.get_or_create(pk=PK, defaults={"email": "dimas@pusat.test", "name": "Dimas"})[0].pk


def run(user: User) -> int:
    made = {"code": "33.24", "name": "Kabupaten Kendal", "subdomain": "kendal", "modules": [], "state": "failed"}
    return ProvisioningRun.objects.get_or_create(pk=PK, defaults={**made, "created_at": timezone.now()})[0].pk


for name in ("console:run", "console:retry", "console:abandon", "console-api:run", "console-api:run_change"):
    parameter(name, "pk")(run)


@parameter("console-api:run_change", "change", shared=True)
def change(user: User) -> str:
    return "retry"


@task("fleet.bulk")
def bulk_task(user: User) -> dict[str, Any]:
    return {"action_id": bulk(user)}


@task("fleet.send_digest")
def send_digest(user: User) -> dict[str, Any]:
    return {"subscription_id": Subscription.objects.create(user=user, since=timezone.now()).pk}
