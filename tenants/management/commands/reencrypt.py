"""After a new first key in PERSONAL_DATA_KEYS: seal what older keys sealed with the new one."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser

from tenants.models import Regency
from tenants.people.rotation import encrypted_fields, reencrypt
from tenants.schemas.context import in_public, in_schema


class Command(BaseCommand):
    help = "Seal the personal data of every regency, or of one, with the first key. Can be stopped and repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--schema", help="one schema only")

    def handle(self, *args: Any, **options: Any) -> None:
        models = [model for model in apps.get_models() if encrypted_fields(model)]
        for schema in [options["schema"]] if options["schema"] else self._schemas():
            with in_schema(schema):
                count = sum(reencrypt(model) for model in models)
            self.stdout.write(f"{schema}: {count} values sealed with the first key")

    @staticmethod
    def _schemas() -> list[str]:
        with in_public():
            built = Regency.objects.exclude(state__in=["draft", "provisioning"])
            return list(built.values_list("schema_name", flat=True))
