"""Invented applications for the demo: some new, some late, one returned, one refused, one with its letter."""

import io
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from modules.services.actions import Applicant, act, file_case
from modules.services.models import Case, Service
from modules.services.queries import reach
from tenants.accounts.models import User
from tenants.models import Regency
from tenants.organisation.models import Village

FILE = Path(__file__).with_name("demo.json")


@dataclass(frozen=True)
class Story:
    """One application; `steps` are who took which step, and why."""

    service: str
    name: str
    days_ago: int
    answers: dict[str, Any]
    steps: list[tuple[str, str, str]]


def stories() -> list[Story]:
    return [Story(**row) for row in json.loads(FILE.read_text(encoding="utf-8"))]


def seed(*, regency: Regency, staff: Mapping[str, User], at: datetime) -> None:
    """File the stories and take their steps, in the current schema. Does nothing where there are cases already."""
    told = stories()
    if Case.objects.filter(service__key__in={story.service for story in told}).exists():
        return
    operator = staff.get("operator_desa")
    if operator is None:
        return
    village = Village.objects.filter(pk__in=reach(operator, at.date()).villages).first()
    known = set(Service.objects.exclude(current=None).values_list("key", flat=True))
    for place, story in enumerate(told, start=1):
        if village and story.service in known:
            _tell(story, place, village, staff, at)


def _tell(story: Story, place: int, village: Village, staff: Mapping[str, User], at: datetime) -> None:
    new_year = at.replace(month=1, day=2, hour=2, minute=0)
    then = max(at - timedelta(days=story.days_ago, hours=2), min(new_year, at))
    case = file_case(
        service=story.service,
        data=story.answers,
        applicant=Applicant(story.name, nik=f"{village.code[:8].replace('.', '')}{place:02}0185{9000 + place}"),
        village=village,
        documents={"ktp": _picture(story.name)},
        by=None,
        at=then,
        token=uuid.uuid5(uuid.NAMESPACE_URL, f"{village.code}/{place}"),
    ).case
    for number, (role, transition, reason) in enumerate(story.steps, start=1):
        by, moment = staff[role], then + timedelta(hours=number)
        case = act(case=case, transition=transition, by=by, at=min(moment, at), reason=reason)


def _picture(name: str) -> SimpleUploadedFile:
    """A picture in place of an identity card, which says that it is none."""
    picture = Image.new("RGB", (640, 400), "#e8eef5")
    ImageDraw.Draw(picture).text((40, 40), f"CONTOH KTP - BUKAN DOKUMEN ASLI\n\n{name}", fill="#24406b", font_size=28)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=70)
    return SimpleUploadedFile("contoh-ktp.jpg", target.getvalue(), "image/jpeg")
