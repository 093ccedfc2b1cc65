"""Check the audit chain of every regency, or of one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_tenants.utils import get_public_schema_name, schema_context

from tenants.audit import queries
from tenants.models import Regency


class Command(BaseCommand):
    help = "Check that no audit row was altered or removed. Exit code 1 when one was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--schema", help="one schema only")

    def handle(self, *args: Any, **options: Any) -> None:
        schemas = [options["schema"]] if options["schema"] else self._schemas()
        damaged = 0
        for schema in schemas:
            with schema_context(schema):
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
        with schema_context(get_public_schema_name()):
            built = Regency.objects.exclude(state__in=["draft", "provisioning"])
            return [get_public_schema_name(), *built.values_list("schema_name", flat=True)]
