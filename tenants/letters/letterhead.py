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
    return {"kind": "unit", "above": above, "name": unit.name, "address": _address(unit), "crest": _crest(regency)}


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


def _address(unit: Any) -> list[str]:
    place = " ".join(part for part in (unit.address, unit.postal_code) if part)
    ways = [("Telepon", unit.phone), ("Pos-el", unit.email), ("Laman", unit.website)]
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
