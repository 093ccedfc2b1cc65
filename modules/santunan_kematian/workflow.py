"""The steps of a claim, as data that the engine runs; a regency words and times them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from modules.services import public as services

_FILE = Path(__file__).resolve().parent / "definition.json"


def publish_workflow(*, by: Any, at: datetime) -> services.DefinitionVersion:
    """Publish the shipped workflow, with the words and time limits that the regency gave an earlier one."""
    current = services.current("santunan_kematian")
    frame = json.loads(_FILE.read_text(encoding="utf-8"))
    return services.publish(definition=services.renewed(frame, current.definition if current else None), by=by, at=at)
