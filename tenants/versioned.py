"""Facts that are read on every request and change once a month, kept in the process."""

import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from django.core.cache import caches
from django.db import transaction

Value = TypeVar("Value")


class _Change:
    """A change that waits for its transaction to commit, and what was read after it: seen by this transaction alone."""

    def __init__(self, cache: "VersionedCache[Any]") -> None:
        self.cache = cache
        self.values: dict[Hashable, Any] = {}

    def __call__(self) -> None:
        self.cache.bump()


class VersionedCache(Generic[Value]):
    """Values loaded once per process, dropped in every process within `check_seconds` of a change anywhere.

    A version number stands in Redis; each process compares it at most once in `check_seconds`, so that a warm
    look-up costs a dictionary access and no SQL. Values are shared by threads: treat them as read-only.
    """

    def __init__(self, name: str, load: Callable[[Hashable], Value], check_seconds: float = 1.0) -> None:
        self._name = f"version:{name}"
        self._load = load
        self._check_seconds = check_seconds
        self._values: dict[Hashable, Value] = {}
        self._version: object = None
        self._checked = float("-inf")

    def get(self, key: Hashable) -> Value:
        """The value of `key`, loaded when this process does not have it."""
        if time.monotonic() - self._checked > self._check_seconds:
            self._compare()
        change = self._change()
        values = self._values if change is None else change.values
        if key in values:
            return values[key]
        value = self._load(key)
        values[key] = value
        return value

    def changed(self) -> None:
        """Call in the action that changed what `load` reads: takes effect for others when its transaction commits.

        Until then this transaction reads anew for itself, so that nothing is remembered of one that is rolled back.
        """
        transaction.on_commit(_Change(self))

    def forget(self) -> None:
        """Drop what this process holds."""
        self._values = {}
        if change := self._change():
            change.values = {}

    def bump(self) -> None:
        """Tell every process to read anew."""
        self.forget()
        caches["fleet"].set(self._name, time.time_ns(), timeout=None)

    def _change(self) -> _Change | None:
        """The latest change of this transaction; Django drops it when it rolls back."""
        for _savepoints, hook, *_robust in reversed(transaction.get_connection().run_on_commit):
            if isinstance(hook, _Change) and hook.cache is self:
                return hook
        return None

    def _compare(self) -> None:
        self._checked = time.monotonic()
        version = caches["fleet"].get(self._name)
        if version != self._version:
            self._version = version
            self.forget()
