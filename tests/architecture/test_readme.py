"""What README promises is there: its commands, its paths, its settings, its password."""

import re
from pathlib import Path

import pytest

from onboarding.cast import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
PATHS = sorted(
    set(re.findall(r"`((?:config|tenants|modules|onboarding|docs|tests|templates|static)/[\w/.-]*)`", README))
)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"make ([a-z-]+)", README))))
def test_command_exists(command: str) -> None:
    assert re.search(rf"^{command}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("path", PATHS)
def test_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", ["PORT", "DATA_DIR", "DATABASE_URL", "REDIS_URL"])
def test_setting_is_read(name: str) -> None:
    assert f"`{name}`" in README
    assert f'"{name}"' in (ROOT / "config" / "settings.py").read_text()


def test_pictures_are_there() -> None:
    assert all((ROOT / path).exists() for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README))


def test_the_demo_password_is_the_one_that_works() -> None:
    assert f"`{PASSWORD}`" in README
    assert len(PATHS) > 10
