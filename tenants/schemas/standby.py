"""Schemas: made, taken from the pool that waits ready, dropped."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from tenants.models import StandbySchema
from tenants.schemas.context import in_public
from tenants.schemas.locks import POOL, advisory_lock
from tenants.schemas.names import STANDBY_PREFIX, new_standby_name, quoted, validate_schema_name
from tenants.schemas.release import current_release, current_script
from tenants.schemas.removal import drop_in_parts, empty_trash, to_trash
from tenants.schemas.replay import replay, taken_as_named_error

STILL_THERE = RawSQL(  # type: ignore[no-untyped-call]
    "EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = schema_name)", [], output_field=BooleanField()
)


def make_schema(name: str) -> bool:
    """Make the schema of a regency inside the caller's transaction: from the pool, or else by replaying the script.

    Returns whether it came from the pool. Raises SchemaNameRefused, SchemaTaken and TemplateBehind.
    """
    validate_schema_name(name)
    if claim(name):
        return True
    script = current_script()
    with connection.cursor() as cursor:
        replay(cursor, script, name)
    return False


def claim(name: str) -> bool:
    """Rename a standby schema of the current release to `name`, inside the caller's transaction.

    False when none is free. Two claims never get the same one, and none waits for another. Raises SchemaNameRefused,
    SchemaTaken and TemplateBehind.
    """
    validate_schema_name(name)
    release = current_release()
    with in_public(), transaction.atomic():
        standby = (
            StandbySchema.objects.select_for_update(skip_locked=True)
            .filter(release=release)
            .filter(STILL_THERE)
            .order_by("created_at", "pk")
            .first()
        )
        if standby is None:
            return False
        with connection.cursor() as cursor, taken_as_named_error(name):
            cursor.execute(f"ALTER SCHEMA {quoted(standby.schema_name)} RENAME TO {quoted(name)}")
        standby.delete()
    return True


def fill_pool(target: int | None = None) -> int:
    """Make standby schemas until `target` (settings.STANDBY_POOL) of the current release wait.

    Returns how many it made. Each is a transaction of its own. Does nothing while another process fills or prunes
    the pool. Raises TemplateBehind.
    """
    wanted = settings.STANDBY_POOL if target is None else target
    script = current_script()
    made = 0
    with in_public(), advisory_lock(POOL, wait=False) as held:
        while held and StandbySchema.objects.filter(release=script.fingerprint).count() < wanted:
            name = new_standby_name()
            with transaction.atomic(), connection.cursor() as cursor:
                replay(cursor, script, name)
                StandbySchema.objects.create(schema_name=name, release=script.fingerprint, created_at=timezone.now())
            made += 1
    return made


def prune_pool() -> int:
    """Drop standby schemas of other releases, those without a row, and what a killed process left half dropped.

    Returns how many standby schemas went. Never touches one that is being claimed; does nothing while another process
    fills or prunes the pool. Raises TemplateBehind.
    """
    release = current_release()
    dropped = 0
    with in_public(), advisory_lock(POOL, wait=False) as held:
        if not held:
            return 0
        present = _standby_schemas()
        known = set(StandbySchema.objects.values_list("schema_name", flat=True))
        StandbySchema.objects.filter(schema_name__in=known - present).delete()
        for pk in StandbySchema.objects.exclude(release=release).values_list("pk", flat=True):
            dropped += _retire(pk)
        dropped += sum(to_trash(orphan) is not None for orphan in sorted(present - known))
        empty_trash()
    return dropped


def _standby_schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", [STANDBY_PREFIX])
        return {name for (name,) in cursor.fetchall()}


def _retire(pk: int) -> bool:
    with transaction.atomic():
        standby = StandbySchema.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if standby is None:
            return False
        standby.delete()
        return to_trash(standby.schema_name) is not None


def drop_schema(name: str) -> None:
    """Drop the schema of a regency with everything in it; nothing happens if it is not there.

    Inside a transaction this is one statement, undone with the transaction. Outside one the schema is gone at once
    and its tables are dropped in parts, however many they are. Raises SchemaNameRefused.
    """
    validate_schema_name(name)
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {quoted(name)} CASCADE")
        return
    trash = to_trash(name)
    if trash:
        drop_in_parts(trash)
