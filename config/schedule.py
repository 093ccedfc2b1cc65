"""Background work: in which queue each task waits, and what starts by the clock (Asia/Jakarta)."""

from typing import Any

from celery.schedules import crontab

ROUTES = {
    **{f"tenants.{app}.tasks.*": {"queue": "documents"} for app in ("files", "letters", "organisation")},
    **{f"modules.{app}.tasks.*": {"queue": "documents"} for app in ("santunan_kematian", "services")},
    **{f"tenants.{app}.tasks.*": {"queue": "mail"} for app in ("accounts", "support")},
    **{f"tenants.{app}.tasks.*": {"queue": "fleet"} for app in ("backups", "exports")},
    "onboarding.applications.send*": {"queue": "mail"},
    "onboarding.assessment.send_link": {"queue": "mail"},
    "onboarding.*": {"queue": "fleet"},
    "fleet.*": {"queue": "fleet"},
    "billing.remind": {"queue": "mail"},
    "billing.*": {"queue": "fleet"},
}

# What runs once for the whole fleet.
_ONCE: dict[str, Any] = {
    "onboarding.resume_stale": 20,  # provisioning runs whose worker disappeared are taken up again
    "onboarding.applications.expire_overdue": 3600,
    "onboarding.applications.anonymise": crontab(hour=2, minute=10),
    "onboarding.applications.remind": crontab(hour=7, minute=30),
    "onboarding.assessment.anonymise": crontab(hour=2, minute=5),
    "fleet.resume_bulk": 60,
    "fleet.check_hosts": crontab(hour=5, minute=30),
    "fleet.digest": crontab(hour=6, minute=30),
    "fleet.delete_due": crontab(hour=3, minute=30),
    "billing.resume": 60,  # calls that the provider did not answer, mails whose task was lost
    "billing.follow_events": 60,  # and whenever one has come
    "billing.reconcile": crontab(hour=2, minute=30),
    "billing.sweep_scans": crontab(hour=1, minute=25),
}
# What runs in every regency that is open.
_EVERYWHERE: dict[str, Any] = {
    "tenants.letters.tasks.resume_letters": 600,
    "tenants.organisation.tasks.resume_units": 600,
    "modules.santunan_kematian.tasks.resume_registers": 600,
    "modules.services.tasks.resume_moves": 600,
    "modules.fleet.tasks.measure": crontab(minute=20),
    "tenants.support.tasks.end_overdue": crontab(minute=5),
    "tenants.files.tasks.sweep_files": crontab(hour=1, minute=15),
    "modules.fleet.tasks.check_audit": crontab(hour=2, minute=40),
}
# What runs in every regency that has data here, whatever its state.
_EVEN_CLOSED: dict[str, Any] = {
    "tenants.exports.tasks.expire": crontab(minute=40),
    "tenants.backups.tasks.back_up": crontab(hour=2, minute=0),
}
DRILLS: dict[str, Any] = {
    "weekly": crontab(hour=4, minute=0, day_of_week="sunday"),
    "quarterly": crontab(hour=4, minute=0, day_of_month="5", month_of_year="1,4,7,10"),
    "never": None,
}


def schedule(*, sandbox: bool, drill: str) -> dict[str, dict[str, Any]]:
    """What the scheduler starts, and when: a number of seconds or a crontab."""
    once = dict(_ONCE)
    if sandbox:
        once["onboarding.reset_sandbox"] = crontab(hour=2, minute=45)
    if DRILLS[drill]:
        once["onboarding.restore_drill"] = DRILLS[drill]
    every = {
        task: {"task": "onboarding.in_every_regency", "schedule": when, "args": (task, even_closed)}
        for even_closed, tasks in ((False, _EVERYWHERE), (True, _EVEN_CLOSED))
        for task, when in tasks.items()
    }
    return {task: {"task": task, "schedule": when} for task, when in once.items()} | every
