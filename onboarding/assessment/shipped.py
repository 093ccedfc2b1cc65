"""The editions that come with the product: loaded once, published at once, never touched again."""

import json
from datetime import datetime

from onboarding.assessment.actions import instruments
from onboarding.assessment.catalogue import DATA
from onboarding.assessment.models import Instrument
from tenants.schemas.context import in_public

FILES = ("readiness.json", "pemdi.json", "spbe.json")


def load(*, at: datetime) -> int:
    """Publish the shipped editions that are not here yet; safe to repeat. Returns how many were new."""
    with in_public():
        there = set(Instrument.objects.values_list("code", "edition"))
        contents = [json.loads((DATA / name).read_text(encoding="utf-8")) for name in FILES]
        new = [content for content in contents if (content["code"], content["edition"]) not in there]
        for content in new:
            row = instruments.upload(content=content, by=None, at=at)
            instruments.publish(instrument=row, by=None, at=at)
    return len(new)
