"""Moving stored values to the first key after a rotation of `PERSONAL_DATA_KEYS`."""

from django.db import connection, models, transaction

from tenants.people import keys
from tenants.people.fields import _HASH_BYTES, EncryptedField

_BATCH = 500


def encrypted_fields(model: type[models.Model]) -> list[EncryptedField]:
    """The fields of `model` that rotation concerns."""
    return [field for field in model._meta.local_fields if isinstance(field, EncryptedField)]


def reencrypt(model: type[models.Model]) -> int:
    """Seal every value of `model` in the current schema with the first key; the number of values written.

    Repeats without harm and resumes where it stopped: rows that the first key sealed are left alone. Rows are
    locked batch by batch, and other columns are not written.
    """
    return sum(_reencrypt_field(model, field) for field in encrypted_fields(model))


def _reencrypt_field(model: type[models.Model], field: EncryptedField) -> int:
    quote = connection.ops.quote_name
    table, column, key = (
        quote(model._meta.db_table),
        quote(str(field.column)),
        quote(str(model._meta.pk.column)),
    )
    select = f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL AND {key} > %s"
    first = f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL"
    tail = f" ORDER BY {key} LIMIT {_BATCH} FOR UPDATE"
    prefix = _HASH_BYTES if field.kind else 0
    written, last = 0, None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute((first if last is None else select) + tail, [] if last is None else [last])
            rows = [(pk, bytes(value)) for pk, value in cursor.fetchall()]
            stale = [(pk, value) for pk, value in rows if not keys.is_current(value[prefix:])]
            for pk, value in stale:
                sealed = value[:prefix] + keys.encrypt(keys.decrypt(value[prefix:]))
                cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [sealed, pk])
        written += len(stale)
        if len(rows) < _BATCH:
            return written
        last = rows[-1][0]
