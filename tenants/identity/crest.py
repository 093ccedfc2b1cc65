"""The crest of a regency as files: one picture made from what was uploaded, shown in two sizes."""

import hashlib
from functools import lru_cache
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.utils.translation import gettext as _
from PIL import Image

from tenants.schemas.context import in_public

SIZES = {"small": 96, "large": 512}
"""Pixels of the longer side: beside the name on a screen, and on paper."""
SMALLEST, SLIMMEST = 128, 3
MAX_BYTES = 2_000_000


class CrestRefused(Exception):
    """A picture that would not be recognised; the text says what to send instead."""


def keep(upload: IO[bytes], code: str) -> str:
    """Store a checked picture (`files.uploads.prepare`) as the crest of the regency `code`; its name in the storage.

    The name is made of the content, so the same picture is kept once and another one has another address.
    Raises CrestRefused.
    """
    upload.seek(0)
    with Image.open(upload, formats=["PNG", "JPEG"]) as picture:
        if min(picture.size) < SMALLEST:
            raise CrestRefused(
                _("Gambar ini terlalu kecil. Kirim yang panjang dan lebarnya paling sedikit %d piksel.") % SMALLEST
            )
        if max(picture.size) > SLIMMEST * min(picture.size):
            raise CrestRefused(_("Gambar ini terlalu panjang. Potong di sekeliling lambang, lalu unggah lagi."))
        content = _scaled(picture, SIZES["large"])
    name = f"crest/{code}/{hashlib.sha256(content).hexdigest()[:16]}.png"
    with in_public():
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(content))
    return name


def discard(name: str) -> None:
    """Remove a crest that no regency shows any more."""
    with in_public():
        default_storage.delete(name)


def picture(name: str, size: str) -> bytes:
    """The PNG of a crest in one of SIZES. Raises OSError when the file is not there."""
    with in_public():
        return _read(default_storage, default_storage.path(name), name, SIZES[size])


@lru_cache(maxsize=256)
def _read(storage: Storage, path: str, name: str, pixels: int) -> bytes:
    with storage.open(name) as file, Image.open(file) as kept:
        return _scaled(kept, pixels)


def _scaled(picture: Image.Image, pixels: int) -> bytes:
    target = BytesIO()
    drawn = picture.convert("RGBA")
    drawn.thumbnail((pixels, pixels), Image.Resampling.LANCZOS)
    drawn.save(target, "PNG", optimize=True)
    return target.getvalue()
