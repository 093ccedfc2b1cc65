from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from onboarding import tasks as provisioning
from onboarding.applications import tasks
from tenants.accounts.models import User
from tenants.permissions import ConsolePermission
from tests.tenants.test_console import operator

Mails = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def _files_lie_apart(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, str]]]:
    """What would be mailed: application and kind. Nothing goes to a broker."""
    found: list[tuple[int, str]] = []
    monkeypatch.setattr(tasks.send_mail, "delay", lambda application_id, kind: found.append((application_id, kind)))
    monkeypatch.setattr(
        tasks.send_agreement_mail, "delay", lambda agreement_id, kind: found.append((agreement_id, kind))
    )
    monkeypatch.setattr(provisioning.provision, "delay", lambda run_id: None)
    yield found


@pytest.fixture
def ayu(public: None) -> User:
    return operator(*ConsolePermission)


@pytest.fixture
def visitor(public: None, queued: list[tuple[int, str]]) -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def console(ayu: User, queued: list[tuple[int, str]]) -> Client:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(ayu)
    return browser
