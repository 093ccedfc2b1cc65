"""Take in a regency that comes with an exit package."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants.exports.reading import PackageRefused, import_package


class Command(BaseCommand):
    help = "Make a regency from an exit package of another deployment (docs/exit-package.md). All or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--subdomain", required=True)
        parser.add_argument("--fingerprint", default="", help="as the old deployment noted it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            regency = import_package(
                path=options["file"],
                subdomain=options["subdomain"],
                by="manage.py",
                at=timezone.now(),
                fingerprint=options["fingerprint"],
            )
        except PackageRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{regency.title} is here as {regency.schema_name}, at {regency.host}.")
        self.stdout.write("Nobody has a password yet: staff set one by “Lupa kata sandi”.")
