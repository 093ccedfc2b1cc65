"""What provisioning and going live tell the application: its next state, as a row with who and when."""

from datetime import datetime
from typing import Any

from onboarding.applications.models import Application, ApplicationEvent
from onboarding.models import ProvisioningRun
from tenants.audit.actions import record
from tenants.models import Regency

State = Application.State


def move(application: Application, state: str, *, by: Any, at: datetime, reason: str = "") -> None:
    """Bring an application to a state and write down who did it. The caller holds its row and the transaction."""
    application.state, application.reason = state, reason
    application.save(update_fields=["state", "reason"])
    ApplicationEvent.objects.create(
        application=application,
        at=at,
        by_id=getattr(by, "pk", None),
        by_name=getattr(by, "name", ""),
        state=state,
        reason=reason,
    )
    record(PAST[state], subject=application, by=by, at=at, data={"state": state})


PAST: dict[str, str] = {
    State.DRAFT: "applications.draft_begun",
    State.WAITING: "applications.claim_met",
    State.EMAIL_VERIFIED: "applications.code_held",
    State.CONTESTED: "applications.claim_contested",
    State.SUBMITTED: "applications.application_submitted",
    State.RETURNED: "applications.application_returned",
    State.APPROVED: "applications.application_approved",
    State.PROVISIONING: "applications.provisioning_begun",
    State.TRIAL: "applications.trial_begun",
    State.LIVE: "applications.gone_live",
    State.REFUSED: "applications.application_refused",
    State.JOINED: "applications.colleague_joined",
    State.WITHDRAWN: "applications.application_withdrawn",
    State.EXPIRED: "applications.application_expired",
}


def opened(*, run: ProvisioningRun, at: datetime) -> None:
    """The regency of a run answers now: its application is in trial."""
    for application in Application.objects.select_for_update().filter(run=run, state=State.PROVISIONING):
        move(application, State.TRIAL, by=None, at=at)


def abandoned(*, run: ProvisioningRun, by: Any, at: datetime) -> None:
    """A run was undone: its application waits for a decision again."""
    for application in Application.objects.select_for_update().filter(run=run, state=State.PROVISIONING):
        move(application, State.SUBMITTED, by=by, at=at)


def went_live(*, regency: Regency, by: Any, at: datetime) -> None:
    """The regency has gone live, and so has its application."""
    for application in Application.objects.select_for_update().filter(code=regency.code, state=State.TRIAL):
        move(application, State.LIVE, by=by, at=at)
