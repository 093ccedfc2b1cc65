"""Check the audit chain of every regency, or of one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.audit import queries
from tenants.models import Regency
from tenants.schemas.context import in_public, in_schema


class Command(BaseCommand):
    help = "Check that no audit row was altered or removed. Exit code 1 when one was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--schema", help="one schema only")

    def handle(self, *args: Any, **options: Any) -> None:
        schemas = [options["schema"]] if options["schema"] else self._schemas()
        damaged = 0
        for schema in schemas:
            with in_schema(schema):
                found = queries.breaks()
                count, head = queries.head()
            self.stdout.write(f"{schema}: {count} rows, head {head[:16] or '-'}, {len(found)} breaks")
            for item in found:
                self.stdout.write(f"  row {item.entry_id}: {item.reason}")
            damaged += bool(found)
        if damaged:
            raise CommandError(f"{damaged} audit chains are damaged")

    @staticmethod
    def _schemas() -> list[str]:
        with in_public():
            built = Regency.objects.exclude(state__in=["draft", "provisioning"])
            return ["public", *built.values_list("schema_name", flat=True)]
