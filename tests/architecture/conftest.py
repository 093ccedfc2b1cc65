"""Every `examples.py` under `tests/` is known to the walks, whichever tests are asked for."""

from importlib import import_module
from pathlib import Path

import pytest
from pytest_django import Settings

_TESTS = Path(__file__).resolve().parents[1]

for _path in sorted(_TESTS.rglob("*/examples.py")):
    import_module(".".join(("tests", *_path.relative_to(_TESTS).with_suffix("").parts)))


@pytest.fixture(autouse=True)
def _files_lie_apart(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "backups"
