"""The steps of a claim, as data that the engine runs and a regency may change."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from modules.services import public as services

_FILE = Path(__file__).resolve().parent / "definition.json"


def publish_workflow(*, by: Any, at: datetime) -> services.DefinitionVersion:
    """Publish the shipped definition where there is none yet; a regency's own version stays."""
    return services.current("santunan_kematian") or services.publish(
        definition=json.loads(_FILE.read_text(encoding="utf-8")), by=by, at=at
    )
