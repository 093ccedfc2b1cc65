import logging
from datetime import timedelta

from celery import current_app, shared_task
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from onboarding.models import ProvisioningRun
from tenants.backups.actions.drill import drill, random_regencies
from tenants.models import Regency
from tenants.schemas.context import in_public, in_schema
from tenants.schemas.standby import fill_pool, prune_pool

logger = logging.getLogger(__name__)
PATIENCE = timedelta(minutes=2)
"""How long a queued run may wait before it is handed out again."""


@shared_task(name="onboarding.provision")
def provision(run_id: int) -> None:
    """Make a regency, or go on where a killed worker stopped. A second delivery finds nothing to do."""
    from onboarding import actions  # actions enqueue this task

    try:
        actions.provision(run_id)
    except (actions.AlreadyProvisioning, ProvisioningRun.DoesNotExist):
        return


@shared_task(name="onboarding.resume_stale")
def resume_stale() -> int:
    """Hand out again the runs whose worker disappeared or whose message was lost. Returns how many."""
    from onboarding import actions

    with in_public():
        stale = ProvisioningRun.objects.filter(
            Q(state=ProvisioningRun.State.QUEUED, created_at__lt=timezone.now() - PATIENCE)
            | Q(state=ProvisioningRun.State.RUNNING)
        )
        found = [run for run in stale if not actions.is_worked_on(run)]
    for run in found:
        provision.delay(run.pk)
    return len(found)


@shared_task(name="onboarding.in_every_regency")
def in_every_regency(task: str, even_closed: bool = False) -> int:
    """Enqueue a task once for each regency that is open to read, or `even_closed` for each that has a schema.

    Spread over a minute. Returns for how many.
    """
    states = [Regency.State.ACTIVE, Regency.State.READ_ONLY]
    if even_closed:
        states += [Regency.State.SUSPENDED, Regency.State.ARCHIVED]
    with in_public():
        chosen = Regency.objects.filter(state__in=states)
        schemas = list(chosen.order_by("pk").values_list("schema_name", flat=True))
    for place, schema in enumerate(schemas):
        with in_schema(schema):
            current_app.tasks[task].apply_async(countdown=place % 60)
    return len(schemas)


@shared_task(name="onboarding.refill_pool")
def refill_pool() -> int:
    """Make ready the schemas for the next regencies. Returns how many."""
    prune_pool()
    return fill_pool()


@shared_task(name="onboarding.reset_sandbox")
def reset_sandbox() -> bool:
    """Make Kabupaten Contoh anew, in place of the one that is there, where visitors may try it. Returns whether."""
    from onboarding import sandbox

    return settings.SANDBOX and sandbox.reset(logger.info)


@shared_task(name="onboarding.restore_drill")
def restore_drill() -> int:
    """Rehearse the restore of one regency, by chance. Returns how many failed; a failure is an error in the log."""
    failed = 0
    for regency in random_regencies(1):
        failed += not drill(regency=regency, by=None, at=timezone.now()).passed
    if failed:
        logger.error("a restore drill failed")
    return failed
