"""An access that was consented to, its one-time link, and one that waits."""

from typing import Any

from django.utils import timezone

from tenants.accounts.models import User
from tenants.models import Regency
from tenants.schemas.context import connection, in_public, in_regency
from tenants.support.actions import consent, issue_link
from tenants.support.models import Access
from tests.examples import parameter, task

PK = 987_654_321


def waiting(operator_id: int) -> Access:
    made = {"operator_name": "Ayu", "reason": "Surat tidak terbit", "hours": 4, "asked_at": timezone.now()}
    return Access.objects.get_or_create(pk=PK, defaults={"operator_id": operator_id, **made})[0]


@parameter("support", "access")
def access(user: User) -> int:
    return waiting(7).pk


@parameter("support", "token")
def token(user: User) -> str:
    here = connection.tenant
    found = consent(access=waiting(user.pk), by=user, at=timezone.now())
    with in_public():
        return issue_link(regency=here, access=found, by=user, at=timezone.now())


@parameter("console:support_entry", "access")
def consented(user: User) -> int:
    with in_regency(Regency.objects.get(code="33.25")):
        found = waiting(user.pk)
        if not found.consented:
            consent(access=found, by=User.objects.create_user("admin@walk.test", "Admin"), at=timezone.now())
        return found.pk


@task("tenants.support.tasks.send_request")
def send_request(user: User) -> dict[str, Any]:
    return {"access_id": waiting(7).pk}
