"""All or nothing, for psycopg's cursors and Django's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def atomic(cursor: Any) -> Iterator[None]:
    """A savepoint inside the caller's transaction, or a transaction of its own where there is none.

    Without autocommit psycopg opens the caller's transaction with its first statement. Before that statement
    `connection.transaction()` would take the work for a transaction of its own and commit it at the end, although
    the caller (Django's `atomic`, for one) can still roll back. So there is a first statement.
    """
    connection = cursor.connection
    if not connection.autocommit:
        cursor.execute("SELECT 1")
    with connection.transaction():
        yield
