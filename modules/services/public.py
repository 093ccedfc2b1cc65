"""What other modules may use of the engine."""

from modules.services.actions import (
    Applicant,
    CaseRefused,
    Filed,
    ManagedElsewhere,
    NotYourTurn,
    ReasonMissing,
    ServiceUnknown,
    StateChanged,
    act,
    add_document,
    file_case,
    publish,
)
from modules.services.definition import Definition, DefinitionInvalid, Transition
from modules.services.models import Case, CaseDocument, CaseEvent, DefinitionVersion, Service
from modules.services.queries import (
    Reach,
    cases_for,
    find_tracked,
    lateness,
    may_act,
    open_cases,
    reach,
    steps_of,
    timeline,
    turn_of,
)

__all__ = [
    "Applicant",
    "Case",
    "CaseDocument",
    "CaseEvent",
    "CaseRefused",
    "Definition",
    "DefinitionInvalid",
    "DefinitionVersion",
    "Filed",
    "ManagedElsewhere",
    "NotYourTurn",
    "Reach",
    "ReasonMissing",
    "Service",
    "ServiceUnknown",
    "StateChanged",
    "Transition",
    "act",
    "add_document",
    "cases_for",
    "current",
    "file_case",
    "find_tracked",
    "lateness",
    "may_act",
    "open_cases",
    "publish",
    "reach",
    "steps_of",
    "timeline",
    "turn_of",
]


def current(key: str) -> DefinitionVersion | None:
    """The current definition of a service, if it has been published here."""
    service = Service.objects.select_related("current").filter(key=key).first()
    return service.current if service else None
