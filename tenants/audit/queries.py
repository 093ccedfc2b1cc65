from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Break:
    """A row of the chain that is not what it was when it was written."""

    entry_id: int
    reason: str


def breaks() -> list[Break]:
    """Rows of the current schema that were altered, or whose predecessor was removed.

    The hash is computed again in the database by the function that the trigger uses.
    """
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT id,
                   hash <> audit_hash(e) AS altered,
                   previous <> coalesce(lag(hash) OVER (ORDER BY id), '') AS orphaned
            FROM audit_auditentry e ORDER BY id
        """)
        return [
            Break(entry_id, "isi berubah" if altered else "baris sebelumnya hilang atau berubah")
            for entry_id, altered, orphaned in cursor
            if altered or orphaned
        ]


HEAD = (
    "SELECT count(*), coalesce((SELECT hash FROM audit_auditentry ORDER BY id DESC LIMIT 1), '') FROM audit_auditentry"
)


def head() -> tuple[int, str]:
    """Number of rows and hash of the newest: what is printed or published to seal a day."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD)
        count, newest = cursor.fetchone()
        return count, newest
