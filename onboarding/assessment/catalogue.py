"""The 145 modules that regencies run, as `data/catalogue.json` says: what each is for, needs, and runs beside."""

import json
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from onboarding.assessment.schema import Need, Part

DATA = Path(__file__).parent / "data"
VILLAGE = "village"


class CatalogueModule(Part):
    code: str
    name: str
    sector: str
    owner: str
    """The office that runs it."""
    type: Literal["case", "relational"]
    public: bool
    """Whether citizens use it; else it serves the administration."""
    wave: Literal[1, 2, 3]
    purpose: str
    law: tuple[str, ...]
    evidence: Literal["batang", "manggarai", "daerah-lain", "pengetahuan-umum"]
    """Where its existence was found; the other columns are design."""
    village: bool = False
    """Whether village offices work in it."""
    national: str = ""
    replaced: bool = False
    """Whether the national application does all of it, so that a regency must not run its own."""
    people: tuple[Need, ...] = ()
    data: tuple[str, ...] = ()


@cache
def modules() -> dict[str, CatalogueModule]:
    """Every module by code, by wave and in the order of the file."""
    text = json.loads((DATA / "catalogue.json").read_text(encoding="utf-8"))
    found = TypeAdapter(list[CatalogueModule]).validate_python(text["modules"])
    return {module.code: module for module in sorted(found, key=lambda module: module.wave)}
