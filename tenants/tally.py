"""Counts that outlive a process and that every process may add to: kept in Redis, read for the operators' figures.

Labels come from closed lists (regency, module, outcome): never a path, an address or a person.
"""

from typing import Any

from django.core.cache import caches

_JOINT = "|"


def add(name: str, *labels: str, amount: float = 1) -> None:
    """Add to a counter; one round trip. Raises redis.RedisError while Redis is away."""
    _redis().hincrbyfloat(_key(name), _JOINT.join(labels), amount)


def read(name: str) -> dict[tuple[str, ...], float]:
    """All values of a name, by their labels."""
    found = _redis().hgetall(_key(name))
    return {tuple(labels.decode().split(_JOINT)): float(value) for labels, value in found.items()}


def _key(name: str) -> str:
    return caches["fleet"].make_key(f"tally:{name}")


def _redis() -> Any:
    cache: Any = caches["fleet"]
    return cache._cache.get_client(None, write=True)
