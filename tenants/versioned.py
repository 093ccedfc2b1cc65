"""Facts that are read on every request and change once a month, kept in the process."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from django.core.cache import caches
from django.db import transaction

Value = TypeVar("Value")


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
        values = self._values
        if key in values:
            return values[key]
        value = self._load(key)
        values[key] = value
        return value

    def changed(self) -> None:
        """Call in the action that changed what `load` reads: takes effect when its transaction commits."""
        self.forget()
        transaction.on_commit(self._bump)

    def forget(self) -> None:
        """Drop what this process holds."""
        self._values = {}

    def _bump(self) -> None:
        self.forget()
        caches["fleet"].set(self._name, time.time_ns(), timeout=None)

    def _compare(self) -> None:
        self._checked = time.monotonic()
        version = caches["fleet"].get(self._name)
        if version != self._version:
            self._version = version
            self.forget()
