"""The Celery application: every task runs in the regency that enqueued it, and sees that schema alone.

A task for a regency that was suspended, archived or removed meanwhile is dropped, and that is recorded. One that
comes out on another schema than it went in is an error. What a task logs carries the request that asked for it.
"""

import logging
import logging.config
import os
import time
from typing import Any

from celery.signals import beat_init, before_task_publish, setup_logging, task_postrun, task_prerun
from kombu import Queue
from tenant_schemas_celery.app import CeleryApp, get_schema_name_from_task
from tenant_schemas_celery.task import TenantTask

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class RegencyTask(TenantTask):
    """A task that runs only while its regency works."""

    abstract = True
    even_closed = False
    """Whether it runs for a suspended or archived regency too: its exit package, for one."""

    @classmethod
    def get_tenant_for_schema(cls, schema_name: str) -> Any:
        """The regency; for one that is gone a stand-in, so that `__call__` can say so."""
        from django_tenants.postgresql_backend.base import FakeTenant

        from tenants.models import Regency

        return Regency.objects.filter(schema_name=schema_name).first() or FakeTenant(schema_name=schema_name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from tenants.actions import refuse_task
        from tenants.schemas.context import assert_schema, connection

        schema = get_schema_name_from_task(self, kwargs)
        if schema and refuse_task(task=str(self.name), schema_name=schema, even_closed=self.even_closed):
            return None
        begun = schema or connection.schema_name  # called in place, it works for whom its caller works
        assert_schema(begun)
        result = self.run(*args, **kwargs)
        assert_schema(begun)
        return result

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Given up, after all retries: on record in the regency, where the console counts it."""
        from tenants.actions import record_failed_task

        schema = get_schema_name_from_task(self, kwargs)
        queue = (self.request.delivery_info or {}).get("routing_key", "")
        if schema and schema != "public":
            record_failed_task(task=str(self.name), queue=queue, error=type(exc).__name__, schema_name=schema)


app = CeleryApp("rujukan", task_cls=RegencyTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
# A slow mail server must not hold up a letter, nor a hundred letters a click.
app.conf.task_queues = [Queue(name) for name in ("interactive", "documents", "mail", "fleet")]
app.autodiscover_tasks()


@setup_logging.connect(weak=False)
def log_as_everybody(loglevel: int, **_: Any) -> None:
    """Worker and scheduler write the same lines as the web; `--loglevel` may make them fewer."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    root = logging.getLogger()
    root.setLevel(max(root.level, int(loglevel)))


@before_task_publish.connect(weak=False)
def hand_on_the_request(headers: dict[str, Any], **_: Any) -> None:
    """The worker's lines and events name the request that asked for the task."""
    from tenants.context import request_id

    headers.setdefault("request_id", request_id.get())


@task_prerun.connect(weak=False)
def begin_observing(task_id: str, task: Any, **_: Any) -> None:
    """Mark what is logged and sent from here on."""
    from config import sentry
    from tenants import context

    given = task.request
    asked_by = (given.headers or {}).get("request_id") or given.get("request_id") or "-"
    module = module_of(str(task.name))
    task._observed = (
        time.perf_counter(),
        context.request_id.set(asked_by),
        context.module_key.set(module),
        context.task_id.set(task_id),
    )
    schema = get_schema_name_from_task(task, {}) or "public"
    sentry.tag(regency=schema, module=module, request_id=asked_by, task=str(task.name))


@task_postrun.connect(weak=False)
def end_observing(task: Any, state: str | None = None, **_: Any) -> None:
    """Count the task, write its line, and forget whose it was."""
    from config import metrics
    from tenants import context, liveness

    begun, *tokens = task.__dict__.pop("_observed", (time.perf_counter(),))
    seconds = time.perf_counter() - begun
    schema, module, outcome = get_schema_name_from_task(task, {}) or "public", module_of(str(task.name)), str(state)
    metrics.count_task(schema, module, outcome, seconds)
    liveness.beat("worker")
    facts = {"duration_ms": round(seconds * 1000, 1), "status": outcome, "regency": schema, "task": str(task.name)}
    logging.getLogger("rujukan.task").info("%s %s %s ms", task.name, outcome, facts["duration_ms"], extra=facts)
    for variable, token in zip((context.request_id, context.module_key, context.task_id), tokens, strict=False):
        variable.reset(token)


def module_of(task: str) -> str:
    """`services` of `modules.services.tasks.x`, `files` of `tenants.files.tasks.x`, `onboarding` of `onboarding.x`."""
    first, *rest = task.split(".")
    return rest[0] if first in ("modules", "tenants") and rest[1:] and rest[0] != "tasks" else first


@beat_init.connect(weak=False)
def show_life(**_: Any) -> None:
    """The scheduler sends something every twenty seconds; that it does is its sign of life."""
    from tenants import liveness

    before_task_publish.connect(lambda **_: liveness.beat("scheduler"), weak=False)


@task_prerun.connect(weak=False)
def look_away_from_public(**_: Any) -> None:
    """The library leaves public readable behind the regency's schema; a task sees its regency alone."""
    from tenants.schemas.context import connection

    if connection.schema_name != "public" and connection.include_public_schema:
        connection.set_tenant(connection.tenant, include_public=False)
