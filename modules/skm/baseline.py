"""What a regency starts with: the questionnaire of the regulation."""

from datetime import datetime
from typing import Any

from modules.skm.actions import ship_questionnaire


def load(*, by: Any, at: datetime) -> None:
    ship_questionnaire(by=by, at=at)
