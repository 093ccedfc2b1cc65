"""The head of a letter (kop surat): crest, government, office, address."""

import io
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage
from PIL import Image

from tenants.letters.pdf import picture_svg
from tenants.schemas.context import in_public

_CREST_PIXELS = 300
# Parts of an office write under its head; these write under their own, with the office above it.
_WITHOUT_HEAD = {"sekretariat", "bidang", "subbagian"}
_UNDER_OFFICE = {"uptd", "puskesmas", "rsud", "sekolah"}
_UNDER_DISTRICT = {"desa", "kelurahan"}
# Without an address of their own they sit with the government.
_AT_THE_SEAT = {"setda", "setwan", "inspektorat", "dinas", "badan", "satuan"}


def letterhead(regency: Any, unit: Any = None) -> dict[str, Any]:
    """What `base.typ` needs to draw the head: of an organisation Unit, or without one of the regent's own letters.

    JSON-safe and complete: a letter looks as the regency and the office looked when it was asked for.
    """
    if unit is None:
        return {"kind": "head", "above": [], "name": f"{_leader(regency)} {regency.name}", "address": [], "crest": ""}
    while unit.kind in _WITHOUT_HEAD and unit.parent:
        unit = unit.parent
    above = [f"Pemerintah {regency.title}"]
    if unit.kind in _UNDER_OFFICE and unit.parent:
        above.append(unit.parent.name)
    village = getattr(unit, "village", None)
    district = unit.district or (village.district if village else None)
    if unit.kind in _UNDER_DISTRICT and district:
        above.append(f"Kecamatan {district.name}")
    return {
        "kind": "unit",
        "above": above,
        "name": unit.name,
        "address": _address_of(unit, regency),
        "crest": _crest(regency),
    }


def issuer(regency: Any, unit: Any = None) -> str:
    """Who issues it, in words: `Dinas Sosial Kabupaten Batang`, `Bupati Batang`."""
    return f"{unit.name} {regency.title}" if unit is not None else f"{_leader(regency)} {regency.name}"


def site(regency: Any) -> str:
    """The address of the regency's portal: `https://batang.rujukan.test`."""
    with in_public():
        host = regency.host
    if settings.HTTPS:
        return f"https://{host}"
    return f"http://{host}:{settings.PORT}"


def _leader(regency: Any) -> str:
    return "Bupati" if regency.kind == "kabupaten" else "Wali Kota"


def _address_of(unit: Any, regency: Any) -> list[str]:
    own = contact_lines(unit)
    return contact_lines(regency) if not own and unit.kind in _AT_THE_SEAT else own


def contact_lines(place_of: Any) -> list[str]:
    """Where a unit or a regency is and how it is reached, as the lines under a letterhead; none that are empty."""
    place = " ".join(part for part in (place_of.address, place_of.postal_code) if part)
    ways = [("Telepon", place_of.phone), ("Pos-el", place_of.email), ("Laman", place_of.website)]
    reach = ", ".join(f"{label} {value}" for label, value in ways if value)
    return [line for line in (place, reach) if line]


def _crest(regency: Any) -> str:
    if not regency.crest:
        return ""
    # The crest belongs to the row of the regency, and that to the public schema.
    with in_public():
        try:
            return _drawn(regency.crest.storage, regency.crest.name)
        except (OSError, SyntaxError, ValueError):
            return ""  # a letter without crest is better than none


@lru_cache(maxsize=64)
def _drawn(storage: Storage, name: str) -> str:
    """The crest as a drawing, small enough to travel with each letter."""
    with storage.open(name) as file, Image.open(file) as picture:
        picture.thumbnail((_CREST_PIXELS, _CREST_PIXELS))
        target = io.BytesIO()
        picture.convert("RGBA").save(target, "PNG", optimize=True)
        return picture_svg(target.getvalue(), picture.width, picture.height)
