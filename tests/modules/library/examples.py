"""A release to look at; releases and modules are shared by all regencies."""

from typing import Any

from django.utils import timezone

from modules.library.models import Release
from modules.packages import digest
from tenants.accounts.models import User
from tenants.models import Regency
from tenants.schemas.context import in_public
from tests.examples import parameter


@parameter("library", "pk", shared=True)
def release(user: User) -> int:
    with in_public():
        publisher = Regency.objects.exclude(schema_name="batang").order_by("pk")[0]
        content: dict[str, Any] = {"objects": []}
        made = {"content": content, "sha256": digest(content), "published_at": timezone.now()}
        key = {"publisher": publisher, "module_key": "services", "version": "0.0.1"}
        return Release.objects.get_or_create(**key, defaults=made)[0].pk


@parameter("library", "module", shared=True)
def module(user: User) -> str:
    return "services"
