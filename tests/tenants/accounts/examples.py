"""A colleague, and an invitation that is still open."""

from typing import Any

from django.utils import timezone

from tenants.accounts.actions import invite
from tenants.accounts.models import User
from tests.examples import parameter, task

PK = 987_654_321


@parameter("staff", "pk")
def colleague(user: User) -> int:
    return User.objects.get_or_create(pk=PK, defaults={"email": "rekan@contoh.test", "name": "Rekan"})[0].pk


@parameter("accounts", "token")
def token(user: User) -> str:
    return invite(email="baru@contoh.test", name="Pegawai Baru", roles=[], by=None, at=timezone.now())[1]


@task("tenants.accounts.tasks.send_invitation")
def invitation(user: User) -> dict[str, Any]:
    return {"user_id": user.pk, "token": token(user)}


@task("tenants.accounts.tasks.send_notice")
def notice(user: User) -> dict[str, Any]:
    return {"user_id": user.pk, "kind": "second_factor_reset"}
