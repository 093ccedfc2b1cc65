"""Every task runs in the regency that its message names, whatever is current when it starts, and sees that alone."""

import inspect

import pytest
from celery import Task
from django.db import connection

from config.celery import app
from tenants.accounts.models import User
from tenants.models import Regency
from tests.examples import TASKS

app.loader.import_default_modules()
OURS = sorted(name for name in app.tasks if not name.startswith("celery."))
FLEET = sorted(name for name in OURS if name.startswith(("onboarding.", "fleet.", "billing.")))
"""They make, change or end regencies, so they begin in public; everything else belongs to one regency."""
OF_A_REGENCY = sorted(set(OURS) - set(FLEET))


def _watch(task: Task, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Where the task's own code ran: schema, and whether public was in reach."""
    seen: list[tuple[str, bool]] = []
    original = task.run

    def run(*args: object, **kwargs: object) -> object:
        seen.append((connection.schema_name, connection.include_public_schema))
        return original(*args, **kwargs)

    monkeypatch.setattr(task, "run", run)
    return seen


@pytest.mark.parametrize("name", OF_A_REGENCY)
def test_carries_its_regency(batang: Regency, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enqueued for Batang, started by a worker that last worked for nobody."""
    task = app.tasks[name]
    user = User.objects.create_user("petugas@contoh.test", "Petugas")
    takes = list(inspect.signature(task.run).parameters)
    kwargs = TASKS[name](user) if takes else {}
    seen = _watch(task, monkeypatch)
    connection.set_schema_to_public()
    task.apply(kwargs=kwargs, headers={"_schema_name": "batang"}, throw=True)
    assert seen == [("batang", False)]
    assert connection.schema_name == "public"


@pytest.mark.parametrize("name", OURS)
def test_survives_a_killed_worker(name: str) -> None:
    """The message is acknowledged when the work is done, and given back when the worker dies."""
    task = app.tasks[name]
    assert task.acks_late
    assert task.reject_on_worker_lost


def test_there_are_tasks_to_walk() -> None:
    assert len(OF_A_REGENCY) >= 4
    assert FLEET
