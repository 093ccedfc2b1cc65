"""What other modules may use of the engine."""

from modules.services.actions import (
    Applicant,
    CaseRefused,
    Filed,
    LetterRefused,
    ManagedElsewhere,
    NotYourTurn,
    ReasonMissing,
    ServiceUnknown,
    StateChanged,
    act,
    add_document,
    answer_case,
    assign_office,
    file_case,
    publish,
    reveal,
)
from modules.services.definition import Definition, DefinitionInvalid, Transition
from modules.services.managed import renewed
from modules.services.models import Case, CaseDocument, CaseEvent, DefinitionVersion, Service
from modules.services.queries import (
    Reach,
    applicant_steps,
    cases_for,
    document_names,
    find_tracked,
    lateness,
    letters_of,
    may_act,
    offered,
    open_by_service,
    open_cases,
    reach,
    steps_of,
    timeline,
    turn_of,
    without_closed_doors,
)
from modules.services.shipped import shipped

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
    "LetterRefused",
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
    "answer_case",
    "applicant_steps",
    "assign_office",
    "cases_for",
    "current",
    "document_names",
    "file_case",
    "find_tracked",
    "lateness",
    "letters_of",
    "may_act",
    "offered",
    "open_by_service",
    "open_cases",
    "publish",
    "reach",
    "renewed",
    "reveal",
    "shipped",
    "steps_of",
    "timeline",
    "turn_of",
    "without_closed_doors",
]


def current(key: str) -> DefinitionVersion | None:
    """The current definition of a service, if it has been published here."""
    service = Service.objects.select_related("current").filter(key=key).first()
    return service.current if service else None
