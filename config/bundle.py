"""One stylesheet and one script from the small files of `static/`: a slow link asks twice, an editor finds each."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

CSS, JS = "css/rujukan.css", "js/rujukan.js"
# In the order of their names; what wins is decided by layers, not by order.
_PARTS = {CSS: ("css/*.css", "css/components/*.css"), JS: ("js/*.js",)}


def parts(name: str) -> list[Path]:
    """The files that a bundle is made of."""
    folder = settings.BASE_DIR / "static"
    return [path for pattern in _PARTS[name] for path in sorted(folder.glob(pattern))]


def bundle(name: str) -> bytes:
    """The whole stylesheet or script."""
    return b"\n".join(path.read_bytes() for path in parts(name))


class _Made(Storage):
    """Makes the bundles when asked; where a path is wanted (development), in a file of the data folder."""

    prefix = ""

    def path(self, name: str) -> str:
        made, target = bundle(name), settings.DATA_DIR / "bundle" / name
        if not target.exists() or target.read_bytes() != made:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(made)
        return str(target)

    def open(self, name: str, mode: str = "rb") -> ContentFile:
        return ContentFile(bundle(name), name)

    def exists(self, name: str) -> bool:
        return name in _PARTS

    def get_modified_time(self, name: str) -> datetime:
        return datetime.fromtimestamp(max(path.stat().st_mtime for path in parts(name)), tz=UTC)


class BundleFinder(BaseFinder):
    """Offers the bundles to collectstatic and to the development server."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in _PARTS:
            return []
        found = _Made().path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in _PARTS:
            yield name, _Made()
