"""Real objects for the parameters of addresses and tasks, made in the current schema.

`tests/architecture` walks every URL and every task; what takes a parameter finds its example here, by the
module and the name of the parameter. A parameter without an example fails the walk.
"""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from modules.library.models import Release
from modules.packages import digest
from tenants.accounts import actions as accounts
from tenants.accounts.models import Role, User
from tenants.models import Regency
from tenants.organisation.models import Assignment, LocalHoliday, Position, Unit
from tenants.schemas.context import in_public

Example = Callable[[User], Any]
PARAMETERS: dict[tuple[str, str], Example] = {}
SHARED: set[tuple[str, str]] = set()
"""Parameters that name configuration which other regencies have too: a module, a service."""
TASKS: dict[str, Callable[[User], dict[str, Any]]] = {}


def parameter(module: str, name: str, *, shared: bool = False) -> Callable[[Example], Example]:
    """The decorated function makes an object that the given user may see and returns the URL's value.

    Its number must be one that no other regency has by chance: give it a high one.
    """

    def register(make: Example) -> Example:
        PARAMETERS[module, name] = make
        if shared:
            SHARED.add((module, name))
        return make

    return register


def task(name: str) -> Callable[[Callable[[User], dict[str, Any]]], Callable[[User], dict[str, Any]]]:
    """The decorated function makes what the task works on and returns the task's keyword arguments."""

    def register(make: Callable[[User], dict[str, Any]]) -> Callable[[User], dict[str, Any]]:
        TASKS[name] = make
        return make

    return register


# Organisation. The keys are set: a drawn one could be 1, which the walk takes for nobody's.


@parameter("organisation", "unit")
def _unit(user: User) -> int:
    return Unit.objects.get_or_create(pk=4711, defaults={"code": "X", "name": "Dinas Contoh", "kind": "dinas"})[0].pk


@parameter("organisation", "position")
def _position(user: User) -> int:
    return Position.objects.get_or_create(pk=4711, defaults={"unit_id": _unit(user), "name": "Pelaksana"})[0].pk


@parameter("organisation", "assignment")
def _assignment(user: User) -> int:
    return Assignment.objects.create(pk=4711, user=user, position_id=_position(user), starts_on=timezone.localdate()).pk


@parameter("organisation", "holiday")
def _holiday(user: User) -> int:
    return LocalHoliday.objects.create(pk=4711, date=timezone.localdate(), name="Hari Jadi").pk


# Accounts.


@parameter("staff", "pk")
def _colleague(user: User) -> int:
    return User.objects.get_or_create(pk=4711, defaults={"email": "rekan@walk.test", "name": "Rekan"})[0].pk


@parameter("accounts", "token")
def _token(user: User) -> str:
    if user.email == "siapa@walk.test" and not User.objects.filter(email="baru@walk.test").exists():
        return accounts.invite(email="baru@walk.test", name="Baru", roles=[], by=None, at=timezone.now())[1]
    return "unknown"


@task("tenants.accounts.tasks.send_invitation")
def _invitation(user: User) -> dict[str, Any]:
    return {"user_id": user.pk, "token": _token(user)}


@task("tenants.accounts.tasks.send_notice")
def _notice(user: User) -> dict[str, Any]:
    return {"user_id": user.pk, "kind": "second_factor_reset"}


# Settings and packages.


@parameter("settings", "role")
def _role(user: User) -> str:
    return Role.objects.get_or_create(key="contoh", defaults={"name": "Contoh"})[0].key


@parameter("library", "pk", shared=True)
def _release(user: User) -> int:
    with in_public():
        publisher = Regency.objects.exclude(schema_name="batang").order_by("pk")[0]
        content: dict[str, Any] = {"objects": []}
        made = {"content": content, "sha256": digest(content), "published_at": timezone.now()}
        key = {"publisher": publisher, "module_key": "services", "version": "0.0.1"}
        return Release.objects.get_or_create(pk=4711, defaults={**key, **made})[0].pk


@parameter("library", "module", shared=True)
@parameter("settings", "key", shared=True)
def _publication(user: User) -> str:
    return "services"
