"""Where one is, and where that is remembered."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import transaction
from django.utils import timezone

from tenants.accounts import actions, tasks
from tenants.models import Regency
from tenants.schemas.context import after_commit, connection, in_public, in_schema

Capture = Callable[..., AbstractContextManager[list[object]]]


def test_what_follows_a_commit_happens_in_the_schema_of_who_asked(
    batang: Regency, django_capture_on_commit_callbacks: Capture
) -> None:
    seen: list[str] = []
    with in_public():
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic(), in_schema("batang"):
            after_commit(lambda: seen.append(connection.schema_name))
        assert seen == ["batang"]
        assert connection.schema_name == "public"


def test_the_first_administrator_is_invited_by_the_new_regency(
    batang: Regency, django_capture_on_commit_callbacks: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Provisioning works from the public schema; sent there, the mail would find no invitation."""
    sent: list[str] = []
    monkeypatch.setattr(tasks.send_invitation, "delay", lambda *args: sent.append(connection.schema_name))
    with in_public(), django_capture_on_commit_callbacks(execute=True), transaction.atomic(), in_schema("batang"):
        actions.invite(email="siti@batang.test", name="Siti", roles=[], by=None, at=timezone.now())
    assert sent == ["batang"]
