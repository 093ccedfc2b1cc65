"""What a regency starts with that clones from nobody: the workflow, and a programme with the usual rules."""

from datetime import datetime
from typing import Any

from modules.santunan_kematian.actions.programme import Settings, create_programme
from modules.santunan_kematian.models import Programme
from modules.santunan_kematian.workflow import publish_workflow
from tenants.organisation.calendar import current_calendar


def load(*, by: Any, at: datetime) -> None:
    """Publish the workflow and create the programme, unless they are there; money and regulation are local."""
    publish_workflow(by=by, at=at)
    if not Programme.objects.exists():
        settings = Settings(name="Santunan kematian", valid_from=current_calendar().day_of(at).replace(month=1, day=1))
        create_programme(code="santunan", settings=settings, by=by, at=at)
