"""Which modules exist: every folder of `modules/` that has a `module.py`."""

from functools import cache
from importlib import import_module
from pathlib import Path

from modules.contract import Module

_FOLDER = Path(__file__).resolve().parent


@cache
def discover() -> tuple[Module, ...]:
    """All declarations, sorted by key. Runs before the apps load: a `module.py` imports no models."""
    keys = sorted(path.parent.name for path in _FOLDER.glob("*/module.py"))
    return tuple(import_module(f"modules.{key}.module").MODULE for key in keys)


def find(key: str) -> Module | None:
    """The module of that key, if there is one."""
    return next((module for module in discover() if module.key == key), None)
