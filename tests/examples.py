"""Real objects for the parameters of addresses and tasks, made in the current schema.

`tests/architecture` walks every URL and every task; what takes a parameter finds its example here, by the
module and the name of the parameter. A parameter without an example fails the walk.
"""

from collections.abc import Callable
from typing import Any

from tenants.accounts.models import User

Example = Callable[[User], Any]
PARAMETERS: dict[tuple[str, str], Example] = {}
SHARED: set[tuple[str, str]] = set()
"""Parameters that name configuration which other regencies have too: a module, a service."""
TASKS: dict[str, Callable[[User], dict[str, Any]]] = {}


def parameter(module: str, name: str, *, shared: bool = False) -> Callable[[Example], Example]:
    """The decorated function makes an object that the given user may see and returns the URL's value.

    Its number must be one that no other regency has by chance: give it a high one.
    """

    def register(make: Example) -> Example:
        PARAMETERS[module, name] = make
        if shared:
            SHARED.add((module, name))
        return make

    return register


def task(name: str) -> Callable[[Callable[[User], dict[str, Any]]], Callable[[User], dict[str, Any]]]:
    """The decorated function makes what the task works on and returns the task's keyword arguments."""

    def register(make: Callable[[User], dict[str, Any]]) -> Callable[[User], dict[str, Any]]:
        TASKS[name] = make
        return make

    return register
