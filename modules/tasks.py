from celery import shared_task

from modules.registry import discover
from modules.switches import open_cases
from tenants import tally
from tenants.schemas.context import connection


@shared_task
def count_open_cases() -> None:
    """In each regency: how much work is open in each module, for the operators' figures."""
    for module in discover():
        tally.put("open_cases", connection.schema_name, module.key, value=open_cases(module.key))
