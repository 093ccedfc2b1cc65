"""The Celery application: every task runs in the regency that enqueued it, and sees that schema alone.

A task for a regency that was suspended, archived or removed meanwhile is dropped, and that is recorded.
"""

import os
from typing import Any

from celery.signals import task_prerun
from kombu import Queue
from tenant_schemas_celery.app import CeleryApp, get_schema_name_from_task
from tenant_schemas_celery.task import TenantTask

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class RegencyTask(TenantTask):
    """A task that runs only while its regency works."""

    abstract = True

    @classmethod
    def get_tenant_for_schema(cls, schema_name: str) -> Any:
        """The regency; for one that is gone a stand-in, so that `__call__` can say so."""
        from django_tenants.postgresql_backend.base import FakeTenant

        from tenants.models import Regency

        return Regency.objects.filter(schema_name=schema_name).first() or FakeTenant(schema_name=schema_name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from tenants.actions import refuse_task

        schema = get_schema_name_from_task(self, kwargs)
        if schema and refuse_task(task=str(self.name), schema_name=schema):
            return None
        return self.run(*args, **kwargs)

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


@task_prerun.connect(weak=False)
def look_away_from_public(**_: Any) -> None:
    """The library leaves public readable behind the regency's schema; a task sees its regency alone."""
    from tenants.schemas.context import connection

    if connection.schema_name != "public" and connection.include_public_schema:
        connection.set_tenant(connection.tenant, include_public=False)
