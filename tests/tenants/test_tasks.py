"""Background work belongs to the schema in which it was asked for, and to a regency that works."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from config.celery import app
from tenants.accounts.actions import invite
from tenants.accounts.models import User
from tenants.accounts.tasks import send_invitation
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.schemas.context import in_public, in_regency

app.loader.import_default_modules()


def test_a_task_is_enqueued_for_the_schema_that_asked(
    batang: Regency, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    """A step of provisioning commits in public, after it has left the regency."""
    enqueued: list[str] = []
    monkeypatch.setattr(send_invitation, "delay", lambda *args: enqueued.append(connection.schema_name))
    connection.set_schema_to_public()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic(), in_regency(batang):
        invite(email="admin@batang.test", name="Siti", roles=[], by=None, at=timezone.now())
    assert enqueued == ["batang"]
    assert connection.schema_name == "public"


@pytest.mark.parametrize("state", ["suspended", "archived"])
def test_a_task_of_a_closed_regency_is_dropped_on_record(
    batang: Regency, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_public():
        Regency.objects.filter(pk=batang.pk).update(state=state)
    ran: list[int] = []
    task = app.tasks["tenants.accounts.tasks.send_notice"]
    monkeypatch.setattr(task, "run", lambda user_id, kind: ran.append(user_id))
    connection.set_schema_to_public()
    task.apply(kwargs={"user_id": 1, "kind": "x"}, headers={"_schema_name": "batang"}, throw=True)
    assert not ran
    entry = AuditEntry.objects.latest("pk")
    assert entry.action == "tenants.task_dropped"
    assert entry.data == {"task": task.name, "state": state}


def test_a_task_of_a_regency_that_is_gone_does_not_run_in_public(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    task = app.tasks["tenants.accounts.tasks.send_notice"]
    monkeypatch.setattr(task, "run", lambda user_id, kind: ran.append(connection.schema_name))
    task.apply(kwargs={"user_id": 1, "kind": "x"}, headers={"_schema_name": "gone"}, throw=True)
    assert ran == []
    assert AuditEntry.objects.latest("pk").data["state"] == "gone"
    assert User.objects.count() == 0  # public is current again
