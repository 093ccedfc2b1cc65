"""How often a site answered with a fault of its own, counted by day: a number for the console, not a log."""

from datetime import date, timedelta

from django.core.cache import caches
from redis.exceptions import RedisError

DAYS = 7


def count(schema: str, day: date) -> None:
    """One more answer 500 of the site of `schema`. Never raises: it is called while something else is broken."""
    key = _key(schema, day)
    try:
        caches["fleet"].add(key, 0, timeout=(DAYS + 1) * 86_400)
        caches["fleet"].incr(key)
    except (RedisError, ValueError):
        return


def of_week(schema: str, today: date) -> int:
    """How many there were in the last seven days, today included."""
    keys = [_key(schema, today - timedelta(days=ago)) for ago in range(DAYS)]
    return sum(int(value) for value in caches["fleet"].get_many(keys).values())


def _key(schema: str, day: date) -> str:
    return f"faults:{schema}:{day:%Y%m%d}"
