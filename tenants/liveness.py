"""Signs of life of worker and scheduler: each writes when it last did something, readiness reads it."""

import contextlib
import time

from django.core.cache import caches
from redis.exceptions import RedisError

PARTS = ("worker", "scheduler")


def beat(part: str) -> None:
    """`part` is alive. Says nothing while Redis is away."""
    with contextlib.suppress(RedisError):
        caches["fleet"].set(f"beat:{part}", time.time(), timeout=None)


def silence(part: str) -> float | None:
    """Seconds since its last sign of life; None if there never was one. Raises redis.RedisError."""
    at = caches["fleet"].get(f"beat:{part}")
    return None if at is None else max(0.0, time.time() - at)
