"""One stylesheet from the files of `static/css/`: a slow link asks once, an editor finds each component alone."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

NAME = "css/rujukan.css"


def parts() -> list[Path]:
    """Tokens, base, then every component, in the order of their names; layers decide what wins."""
    folder = settings.BASE_DIR / "static" / "css"
    return [*sorted(folder.glob("*.css")), *sorted((folder / "components").glob("*.css"))]


def bundle() -> bytes:
    """The whole stylesheet."""
    return b"\n".join(path.read_bytes() for path in parts())


class _Memory(Storage):
    prefix = ""

    def path(self, name: str) -> str:
        """Written beside the collected files, because development servers serve paths."""
        target: Path = settings.DATA_DIR / "bundle" / Path(name).name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != bundle():
            target.write_bytes(bundle())
        return str(target)

    def open(self, name: str, mode: str = "rb") -> ContentFile:
        return ContentFile(bundle(), name)

    def exists(self, name: str) -> bool:
        return name == NAME

    def get_modified_time(self, name: str) -> Any:
        return datetime.fromtimestamp(max(path.stat().st_mtime for path in parts()), tz=UTC)


class BundleFinder(BaseFinder):
    """Offers the bundle to collectstatic and to the development server."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != NAME:
            return []
        found = _Memory().path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        yield NAME, _Memory()
