"""Bring the database up to this release: the public schema, the template, every regency, the pool."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from tenants.schemas.release import behind, migrate_template
from tenants.schemas.standby import fill_pool, prune_pool


class Command(BaseCommand):
    help = "Migrate the public schema and every regency's. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=options["verbosity"])
        migrate_template(verbosity=options["verbosity"])
        for schema in behind():
            call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=options["verbosity"])
            self.stdout.write(f"{schema}: migrated")
        self._load_shipped()
        prune_pool()
        fill_pool()

    def _load_shipped(self) -> None:
        """What apps of the public schema ship as data: each says it in its own `shipped.py`."""
        for app in settings.SHARED_APPS:
            if find_spec(f"{app}.shipped"):
                import_module(f"{app}.shipped").load(at=timezone.now())
