"""The database setting, from a URL."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# Seconds that a request waits for a connection, and that the pool keeps trying with growing pauses before the next
# request may ask anew: after a long absence of PostgreSQL nobody waits longer than after a short one.
_PATIENCE = {"timeout": 5, "reconnect_timeout": 3}


def database(url: str, *, pool: bool) -> dict[str, Any]:
    """Django's DATABASES entry for `postgresql://user:password@host:port/name?host=/socket/folder&sslmode=…`.

    With `pool`, connections come from a psycopg pool. Their life is bounded: a PostgreSQL backend keeps the
    catalogue of every schema that it has visited (420 MB after 510 schemas, measured), so it must end some day.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme or 'nothing'}://")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 8, "max_lifetime": 900, **_PATIENCE}
    return {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": unquote(parts.path.lstrip("/")) or "rujukan",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
