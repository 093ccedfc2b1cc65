"""A browser without scripts, in front of Batang."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tenants.accounts.models import User
from tenants.models import Regency
from tests.conftest import forget_cached


class Visitor:
    """Asks pages of a regency; afterwards the regency's schema is current again, as the tests expect."""

    def __init__(self, regency: Regency, user: User | None = None) -> None:
        self.regency = regency
        self.client = Client(headers={"host": f"{regency.schema_name}.localhost"})
        if user:
            self.client.force_login(user)

    def get(self, path: str, **data: Any) -> Any:
        return self._ask("get", path, data)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        return self._ask("post", path, data or {}, **options)

    def _ask(self, method: str, path: str, data: Any, **options: Any) -> Any:
        try:
            return getattr(self.client, method)(path, data, **options)
        finally:
            connection.set_tenant(self.regency, include_public=False)


@pytest.fixture
def visitor(batang: Regency) -> Iterator[Visitor]:
    forget_cached()  # attempts are counted there
    yield Visitor(batang)
    connection.set_tenant(batang, include_public=False)
    forget_cached()


@pytest.fixture(autouse=True)
def _files_lie_apart(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
