"""Asking for a regency, making it, trying again, giving it up."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from modules.library.actions import ReleaseTampered
from modules.packages import BrokenReference, ContentRefused
from modules.switches import SwitchRefused
from onboarding import tasks
from onboarding.applications import progress
from onboarding.models import ProvisioningRun, ProvisioningStep
from onboarding.plan import AlreadyProvisioning, ProvisioningRefused, already, plan
from onboarding.steps import STEPS, Step
from tenants.accounts.actions import AccountRefused
from tenants.audit.actions import record
from tenants.models import Regency
from tenants.routing import hosts
from tenants.schemas.context import in_public
from tenants.schemas.locks import advisory_lock
from tenants.schemas.release import TemplateBehind
from tenants.schemas.replay import SchemaTaken
from tenants.schemas.standby import drop_schema

logger = logging.getLogger(__name__)
State, StepState = ProvisioningRun.State, ProvisioningStep.State
Watcher = Callable[[ProvisioningStep], None]
SPOKEN = (
    ProvisioningRefused, BrokenReference, ContentRefused, ReleaseTampered, SwitchRefused, AccountRefused,
)  # fmt: skip
"""Failures whose text is already a sentence for the person who asked."""


@transaction.atomic
def request_run(
    *,
    code: str,
    subdomain: str = "",
    source: str = "",
    modules: Iterable[str] = (),
    admin_email: str = "",
    admin_name: str = "",
    sources: Mapping[str, str] | None = None,
    administrators: Sequence[Mapping[str, str]] = (),
    by: Any,
    at: datetime,
    in_background: bool = True,
) -> ProvisioningRun:
    """Reserve a code and a subdomain for a run and hand it to a worker. Raises ProvisioningRefused.

    `sources` names another publisher (schema name) for some of the modules; `administrators` are invited besides
    the first one.
    """
    planned = plan(
        code=code, subdomain=subdomain, source=source, modules=modules, admin_email=admin_email, sources=sources or {}
    )
    with in_public():
        try:
            with transaction.atomic():
                run = ProvisioningRun.objects.create(
                    code=planned.info.code,
                    name=planned.info.title,
                    subdomain=planned.subdomain,
                    source=source,
                    sources=dict(sources or {}),
                    administrators=[dict(person) for person in administrators],
                    modules=list(planned.modules),
                    admin_email=admin_email.strip().lower(),
                    admin_name=admin_name.strip(),
                    requested_by=getattr(by, "name", ""),
                    created_at=at,
                )
        except IntegrityError:  # the other one was a moment earlier
            raise AlreadyProvisioning(already(None, planned.info.title)) from None
        ProvisioningStep.objects.bulk_create(
            ProvisioningStep(run=run, key=step.key, position=position, label=str(step.label))
            for position, step in enumerate(STEPS, 1)
        )
        record("onboarding.provisioning_requested", subject=run, by=by, data={"modules": run.modules}, at=at)
    if in_background:
        _enqueue(run.pk)
    return run


def provision(run_id: int, *, watch: Watcher = lambda step: None) -> ProvisioningRun:
    """Do the steps that are not done yet, each in a transaction of its own.

    May be called again after anything: a killed worker, a failure, a second delivery. Raises AlreadyProvisioning
    while another process is at it. A failed step is stored as a sentence on the run, not raised.
    """
    with in_public():
        run = ProvisioningRun.objects.get(pk=run_id)
        with advisory_lock(_lock(run.code), wait=False) as held:
            if not held:
                raise AlreadyProvisioning(already(run, run.name))
            run.refresh_from_db()
            if not run.is_open:
                return run
            _begin(run)
            for row in run.steps.exclude(state=StepState.DONE):
                if not _perform(run, row, watch):
                    return run
            _finish(run)
            return run


def _begin(run: ProvisioningRun) -> None:
    run.state, run.error = State.RUNNING, ""
    run.started_at = run.started_at or timezone.now()
    run.save(update_fields=["state", "error", "started_at"])


def _perform(run: ProvisioningRun, row: ProvisioningStep, watch: Watcher) -> bool:
    """One step; True when it is done."""
    step = next(step for step in STEPS if step.key == row.key)
    row.state, row.error, row.started_at = StepState.RUNNING, "", timezone.now()
    row.save(update_fields=["state", "error", "started_at"])
    watch(row)
    begun = time.perf_counter()
    try:
        with transaction.atomic():
            row.detail = str(step.work(run, timezone.now()))[:300]
            _close(row, StepState.DONE, begun)
    except Exception as error:
        # The connection itself may be what failed: then this raises too, and the run is taken up again later.
        row.error = _sentence(step, error)
        _fail(run, row, begun)
        watch(row)
        return False
    watch(row)
    return True


def _close(row: ProvisioningStep, state: str, begun: float) -> None:
    row.state, row.finished_at, row.seconds = state, timezone.now(), round(time.perf_counter() - begun, 3)
    row.save(update_fields=["state", "finished_at", "seconds", "detail", "error"])


def _sentence(step: Step, error: Exception) -> str:
    if isinstance(error, SPOKEN):
        return str(error)
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, TemplateBehind):
        return _("Skema contoh belum mengikuti rilis ini. Jalankan “manage.py prepare”, lalu ulangi.")
    if isinstance(error, SchemaTaken):
        return _("Ruang data dengan nama ini sudah ada dan bukan milik penyiapan ini. Hubungi tim pusat.")
    logger.exception("provisioning step %s failed", step.key)
    return _(
        "Langkah ini gagal karena kesalahan yang tidak terduga (%s). Ulangi; bila tetap gagal, hubungi tim pusat."
    ) % (type(error).__name__)


@transaction.atomic
def _fail(run: ProvisioningRun, row: ProvisioningStep, begun: float) -> None:
    _close(row, StepState.FAILED, begun)
    run.state, run.error, run.finished_at = State.FAILED, row.error, timezone.now()
    run.save(update_fields=["state", "error", "finished_at"])
    record("onboarding.provisioning_failed", subject=run, by=None, data={"step": row.key}, at=run.finished_at)


@transaction.atomic
def _finish(run: ProvisioningRun) -> None:
    run.state, run.finished_at = State.DONE, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    record("onboarding.provisioned", subject=run, by=None, at=run.finished_at)
    transaction.on_commit(tasks.refill_pool.delay, robust=True)


@transaction.atomic
def retry(*, run: ProvisioningRun, by: Any, at: datetime) -> ProvisioningRun:
    """Hand a failed run to a worker again; it goes on at the step that failed. Raises ProvisioningRefused."""
    run = ProvisioningRun.objects.select_for_update().get(pk=run.pk)
    if run.state != State.FAILED:
        raise ProvisioningRefused(_("Hanya penyiapan yang gagal yang dapat diulangi."))
    run.state, run.error, run.finished_at = State.QUEUED, "", None
    run.save(update_fields=["state", "error", "finished_at"])
    record("onboarding.provisioning_retried", subject=run, by=by, at=at)
    _enqueue(run.pk)
    return run


def abandon(*, run: ProvisioningRun, by: Any, at: datetime) -> ProvisioningRun:
    """Undo what a run has made, so that code and subdomain are free again. Raises ProvisioningRefused.

    Killed in between, it can be repeated: the run stays failed until all is gone.
    """
    with in_public(), advisory_lock(_lock(run.code), wait=False) as held:
        if not held:
            raise AlreadyProvisioning(already(run, run.name))
        run.refresh_from_db()
        if not run.is_open:
            raise ProvisioningRefused(_("Penyiapan ini sudah berakhir."))
        regency = Regency.objects.filter(code=run.code).first()
        if regency and regency.state != Regency.State.PROVISIONING:
            raise ProvisioningRefused(_("%s sudah dibuka; tidak dapat dibatalkan.") % regency.title)
        with transaction.atomic():
            run.steps.exclude(key="schema").update(state=StepState.PENDING)
            ProvisioningRun.objects.filter(pk=run.pk).update(state=State.FAILED)
        # Only what this run has made: a schema that stood in its way belongs to somebody else.
        if regency and run.steps.filter(key="schema", state=StepState.DONE).exists():
            drop_schema(regency.schema_name)
        return _forget(run, regency, by, at)


@transaction.atomic
def _forget(run: ProvisioningRun, regency: Regency | None, by: Any, at: datetime) -> ProvisioningRun:
    run.steps.update(state=StepState.PENDING)
    if regency:
        regency.delete()
        hosts.changed()
    run.state, run.finished_at = State.ABANDONED, at
    run.save(update_fields=["state", "finished_at"])
    record("onboarding.provisioning_abandoned", subject=run, by=by, at=at)
    progress.abandoned(run=run, by=by, at=at)
    return run


def is_worked_on(run: ProvisioningRun) -> bool:
    """Whether a process is at it right now."""
    with in_public(), advisory_lock(_lock(run.code), wait=False) as held:
        return not held


def _lock(code: str) -> str:
    return f"rujukan provisioning {code}"


def _enqueue(run_id: int) -> None:
    # A broker that does not answer loses nothing: the sweeper finds the run.
    transaction.on_commit(lambda: tasks.provision.delay(run_id), robust=True)
