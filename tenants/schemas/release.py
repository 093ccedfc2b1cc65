"""The template schema and the script read from it: what a regency of this release is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django_tenants.utils import app_labels, get_tenant_base_migrate_command_class

from tenants.models import Regency, TemplateScript
from tenants.schemas.context import in_public, in_schema
from tenants.schemas.description import compare
from tenants.schemas.locks import TEMPLATE, advisory_lock
from tenants.schemas.names import TEMPLATE_SCHEMA, new_standby_name, quoted
from tenants.schemas.replay import replay
from tenants.schemas.script import SchemaScript
from tenants.schemas.template import read_template

_remembered: dict[str, SchemaScript] = {}
"""The script of the last release seen by this process; scripts never change, so threads may share it."""


class TemplateBehind(Exception):
    """The template lacks migrations that this code has: run `migrate_template` before making regencies."""

    def __init__(self, missing: list[tuple[str, str]]) -> None:
        names = ", ".join(f"{app}.{name}" for app, name in missing[:5])
        super().__init__(f"the template schema lacks {names}" if missing else "there is no template yet")
        self.missing = missing


class TemplateNotReproduced(Exception):
    """The script would make something else than the template; `differences` says what."""

    def __init__(self, differences: list[str]) -> None:
        super().__init__("; ".join(differences[:10]))
        self.differences = differences


def migrate_template(seed: Callable[[], None] | None = None, *, verbosity: int = 0) -> str:
    """Bring the template schema up to this code's migrations, then publish its script. Returns the release.

    Creates the schema if it is missing. `seed` runs inside the template after the migrations and writes the rows
    that every regency starts with; it must be safe to repeat. One process at a time; safe to repeat.
    """
    with advisory_lock(TEMPLATE, wait=True):
        _migrate(seed, verbosity)
        return publish()


def migrate_alone() -> None:
    """Only the migrations of the template: they need nothing of public, so a first start does them beside it."""
    with advisory_lock(TEMPLATE, wait=True):
        _migrate(None, 0)


def _migrate(seed: Callable[[], None] | None, verbosity: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(TEMPLATE_SCHEMA)}")
    with in_schema(TEMPLATE_SCHEMA):
        command = get_tenant_base_migrate_command_class()()
        call_command(command, interactive=False, verbosity=verbosity, skip_checks=True)
        if seed is not None:
            seed()


def publish() -> str:
    """Read the template and make it the current release, whose name is returned.

    The release is the fingerprint of the script: the same template gives the same release, any change another one.
    A new script is tried first. Raises SchemaNotReplayable and TemplateNotReproduced; the release then stays.
    """
    with connection.cursor() as cursor:
        script = read_template(cursor, TEMPLATE_SCHEMA)
    with in_schema(TEMPLATE_SCHEMA):
        applied = sorted(MigrationRecorder(connection).applied_migrations())
    release = script.fingerprint
    with in_public(), transaction.atomic():
        if not TemplateScript.objects.filter(release=release).exists():
            _try_out(script)
        TemplateScript.objects.exclude(release=release).delete()
        TemplateScript.objects.update_or_create(
            release=release,
            defaults={"script": script.dump(), "migrations": applied},
            create_defaults={"script": script.dump(), "migrations": applied, "created_at": timezone.now()},
        )
    return release


def _try_out(script: SchemaScript) -> None:
    """Replay `script`, compare the result with the template, and undo it."""
    trial = new_standby_name()
    with transaction.atomic(), connection.cursor() as cursor:
        replay(cursor, script, trial)
        found = compare(cursor, TEMPLATE_SCHEMA, trial, data=True)
        transaction.set_rollback(True)
    if found:
        raise TemplateNotReproduced(found)


def current_release() -> str:
    """The release that a new regency gets. Raises TemplateBehind when this code is newer than the template."""
    with in_public():
        row = TemplateScript.objects.values_list("release", "migrations").first()
    if row is None:
        raise TemplateBehind([])
    release, applied = row
    missing = sorted(_migrations_of_regencies() - {(app, name) for app, name in applied})
    if missing:
        raise TemplateBehind(missing)
    return release


def current_script() -> SchemaScript:
    """The script of the current release; read from the database once per process and release."""
    release = current_release()
    if release not in _remembered:
        with in_public():
            stored = TemplateScript.objects.get(release=release).script
        script = SchemaScript.load(bytes(stored))
        _remembered.clear()
        _remembered[release] = script
    return _remembered[release]


@cache
def _migrations_of_regencies() -> frozenset[tuple[str, str]]:
    """Migrations on disk of the apps whose tables every regency has."""
    labels = set(app_labels(settings.TENANT_APPS))
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(key for key in loader.disk_migrations if key[0] in labels)


def known_migrations() -> frozenset[tuple[str, str]]:
    """App and name of every migration that this code has for regencies."""
    return _migrations_of_regencies()


def behind() -> list[str]:
    """Schemas of regencies that lack a migration of this code; those that are up to date cost one query each."""
    wanted = _migrations_of_regencies()
    with in_public():
        built = Regency.objects.exclude(state__in=[Regency.State.DRAFT, Regency.State.PROVISIONING])
        schemas = list(built.order_by("pk").values_list("schema_name", flat=True))
    return [schema for schema in schemas if wanted - _applied(schema)]


def lacks_migrations(schema: str) -> bool:
    """Whether a schema is behind this code."""
    return bool(_migrations_of_regencies() - _applied(schema))


def _applied(schema: str) -> set[tuple[str, str]]:
    with in_schema(schema):
        return set(MigrationRecorder(connection).applied_migrations())


def head() -> str:
    """Fingerprint of the migrations that a regency of this code has: what `head_here` of a current one equals."""
    return _fingerprint(_migrations_of_regencies())


def head_here() -> str:
    """Fingerprint of what the current schema has of them. One query."""
    return _fingerprint(_migrations_of_regencies() & set(MigrationRecorder(connection).applied_migrations()))


def _fingerprint(migrations: Iterable[tuple[str, str]]) -> str:
    return sha256("\n".join(f"{app}.{name}" for app, name in sorted(migrations)).encode()).hexdigest()
