"""The Celery application: every task runs in the regency that enqueued it, and sees that schema alone."""

import os
from typing import Any

from celery.signals import task_prerun
from kombu import Queue
from tenant_schemas_celery.app import CeleryApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = CeleryApp("rujukan")
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
