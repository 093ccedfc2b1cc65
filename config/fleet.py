"""Figures of the whole fleet, each from a few rows or one answer of Redis: nothing here opens a regency's schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from celery import current_app
from django.conf import settings
from django.db.models import Count, Max, Sum
from django.utils import timezone
from redis import Redis

from modules.fleet.models import RegencyFacts
from onboarding.models import ProvisioningRun, ProvisioningStep
from tenants import tally
from tenants.backups.models import Backup, RestoreDrill
from tenants.models import Regency, StandbySchema

Rows = Mapping[tuple[str, ...], float]
Figure = tuple[str, str, tuple[str, ...], Rows]
COUNTERS = {"tasks", "task_seconds", "webhooks", "provisioning_seconds"}


def figures() -> Iterator[Figure]:
    """Name, what it says, labels, values by labels."""
    for (name, text, labels), read in _FIGURES.items():
        yield name, text, labels, read()


def queue_lengths() -> dict[tuple[str, ...], float]:
    """Waiting tasks by queue. Raises redis.RedisError."""
    broker = Redis.from_url(settings.REDIS_URL)
    try:
        return {(queue.name,): broker.llen(queue.name) for queue in current_app.conf.task_queues}  # type: ignore[misc]
    finally:
        broker.close()


def _tallied(name: str) -> Callable[[], Rows]:
    return lambda: tally.read(name)


def _regencies() -> Rows:
    return {(state,): n for state, n in Regency.objects.values_list("state").annotate(Count("pk"))}


def _open_cases() -> Rows:
    return {(schema,): n for schema, n in RegencyFacts.objects.values_list("regency__schema_name", "cases_open")}


def _standby() -> Rows:
    return {(): StandbySchema.objects.count()}


def _provisioning_runs() -> Rows:
    return {(state,): n for state, n in ProvisioningRun.objects.values_list("state").annotate(Count("pk"))}


def _provisioning_seconds() -> Rows:
    spent = ProvisioningStep.objects.filter(state="done").values_list("key").annotate(Sum("seconds"))
    return {(step,): seconds or 0 for step, seconds in spent}


def _backup_age() -> Rows:
    now = timezone.now()
    newest = Backup.objects.complete().values_list("schema_name").annotate(Max("taken_at"))
    return {(schema,): (now - at).total_seconds() for schema, at in newest}


def _drill_age() -> Rows:
    now = timezone.now()
    newest = RestoreDrill.objects.filter(passed=True).values_list("schema_name").annotate(Max("finished_at"))
    return {(schema,): (now - at).total_seconds() for schema, at in newest}


_FIGURES: dict[tuple[str, str, tuple[str, ...]], Callable[[], Rows]] = {
    ("tasks", "Finished tasks.", ("regency", "module", "outcome")): _tallied("tasks"),
    ("task_seconds", "Time spent on tasks.", ("regency", "module")): _tallied("task_seconds"),
    ("webhooks", "Webhooks received.", ("provider", "outcome")): _tallied("webhooks"),
    ("open_cases", "Open cases, as the regency counted them within the hour.", ("regency",)): _open_cases,
    ("queue_length", "Waiting tasks.", ("queue",)): queue_lengths,
    ("regencies", "Regencies by state.", ("state",)): _regencies,
    ("standby_schemas", "Ready schemas that wait for a regency.", ()): _standby,
    ("provisioning_runs", "Provisioning runs by state.", ("state",)): _provisioning_runs,
    ("provisioning_seconds", "Time spent on each step of provisioning.", ("step",)): _provisioning_seconds,
    ("backup_age_seconds", "Age of a regency's newest backup.", ("regency",)): _backup_age,
    ("drill_age_seconds", "Time since a backup of a regency was last restored as a drill.", ("regency",)): _drill_age,
}
