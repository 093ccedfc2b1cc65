"""The services that ship with this release: every file of `catalogue/`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from modules.services.definition import Definition

CATALOGUE = Path(__file__).parent / "catalogue"


@cache
def shipped_contents() -> Mapping[str, dict[str, Any]]:
    """What the files say, by key. Read once per process: treat it as read-only."""
    found = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(CATALOGUE.glob("*.json")))
    return {content["key"]: content for content in found}


@cache
def shipped() -> Mapping[str, Definition]:
    """The same as definitions."""
    return {key: Definition.model_validate(content) for key, content in shipped_contents().items()}
