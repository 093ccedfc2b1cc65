"""Advisory locks of the database: agreements between processes, released when the process or its connection ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

TEMPLATE = "rujukan template schema"
POOL = "rujukan standby pool"


@contextmanager
def advisory_lock(name: str, *, wait: bool) -> Iterator[bool]:
    """Hold the lock `name`; yields whether it is held (always, if `wait`).

    Inside a transaction it is kept until the transaction ends.
    """
    of_transaction = connection.in_atomic_block
    with connection.cursor() as cursor:
        function = f"pg_{'' if wait else 'try_'}advisory_{'xact_' if of_transaction else ''}lock"
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [name])
        held = wait or cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held and not of_transaction:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
