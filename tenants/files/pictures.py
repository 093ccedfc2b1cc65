"""Pictures are decoded and written anew: what is kept are the pixels, upright, and nothing else."""

from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from PIL import Image, ImageOps

MAX_PIXELS = 60_000_000
_PNG_PIXELS = 25_000_000  # decoded whole; a JPEG is scaled down while it is decoded
_EDGE = 4000
_GPS, _EXIF, _TAKEN = 0x8825, 0x8769, 0x9003
_PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA"}


class Damaged(Exception):
    """It says that it is a picture, but cannot be decoded."""


class TooManyPixels(Exception):
    """Opened it would take more memory than an upload may."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where (degrees, WGS 84) and on which day a picture says it was taken: anyone can alter both."""

    latitude: float
    longitude: float
    taken_date: date | None


def rewrite(source: IO[bytes], target: IO[bytes], form: str) -> None:
    """Decode `source`, which must be a `form` ("JPEG", "PNG"), and write it to `target` as the same.

    Turned upright by its EXIF, at most 4000 pixels a side, without EXIF, place, comments, colour profile or
    anything behind its end. Raises Damaged or TooManyPixels.
    """
    try:
        with Image.open(source, formats=[form]) as picture:
            _refuse_bomb(picture, form)
            _write(_upright(picture, form), target, form)
    except TooManyPixels:
        raise
    except Image.DecompressionBombError:
        raise TooManyPixels from None
    except Exception as problem:  # whatever a decoder raises at hostile bytes means the same
        raise Damaged(type(problem).__name__) from None
    finally:
        source.seek(0)


def place_of(source: IO[bytes]) -> Place | None:
    """Where the camera says it stood; ask before `rewrite` forgets it. None when it does not say."""
    try:
        source.seek(0)
        with Image.open(source, formats=["JPEG", "PNG"]) as picture:
            exif = picture.getexif()
            gps, taken = exif.get_ifd(_GPS), exif.get_ifd(_EXIF).get(_TAKEN)
        return Place(_degrees(gps[2], gps[1], "S", 90), _degrees(gps[4], gps[3], "W", 180), _day(taken))
    except Exception:  # EXIF is written by anyone
        return None
    finally:
        source.seek(0)


def _refuse_bomb(picture: Image.Image, form: str) -> None:
    if picture.width * picture.height > (MAX_PIXELS if form == "JPEG" else _PNG_PIXELS):
        raise TooManyPixels


def _upright(picture: Image.Image, form: str) -> Image.Image:
    if form == "JPEG":
        picture.draft("RGB", (_EDGE, _EDGE))
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((_EDGE, _EDGE))
    return upright


def _write(picture: Image.Image, target: IO[bytes], form: str) -> None:
    if form == "JPEG" and picture.mode not in ("L", "RGB"):
        picture = picture.convert("RGB")
    if form == "PNG" and picture.mode not in _PNG_MODES:
        picture = picture.convert("RGB")
    transparency = picture.info.get("transparency")
    picture.info = {} if transparency is None else {"transparency": transparency}
    options: dict[str, Any] = {"quality": 85, "optimize": True} if form == "JPEG" else {}
    picture.save(target, form, **options)


def _degrees(parts: Any, side: str, negative: str, limit: int) -> float:
    whole, minutes, seconds = (float(part) for part in parts)
    value = round(whole + minutes / 60 + seconds / 3600, 6)
    if not 0 <= value <= limit:
        raise ValueError("outside the globe")
    return -value if side == negative else value


def _day(taken: Any) -> date | None:
    try:
        return date.fromisoformat(str(taken)[:10].replace(":", "-"))
    except ValueError:
        return None
