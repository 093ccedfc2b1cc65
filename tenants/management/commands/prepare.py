"""Bring the database up to this release: the public schema, the template, every regency, the pool."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

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
        prune_pool()
        fill_pool()
