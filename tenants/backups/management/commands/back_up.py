"""Back up regencies now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants.backups import actions
from tenants.backups.actions.taking import regencies_to_back_up


class Command(BaseCommand):
    help = "Write backups of every regency, or of one, into the backup storage. Exit code 1 when one fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--regency", metavar="SCHEMA", help="one regency only")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [r for r in regencies_to_back_up() if options["regency"] in (None, r.schema_name)]
        if not chosen:
            raise CommandError("there is no such regency")
        failed = 0
        for regency in chosen:
            try:
                backup = actions.back_up(regency=regency, by=None, at=timezone.now())
            except Exception as error:  # the others still get theirs
                failed += 1
                self.stderr.write(f"{regency.schema_name}: {type(error).__name__}: {error}")
                continue
            self.stdout.write(f"{backup.name}: {backup.rows} rows, {backup.files} files, {backup.size} bytes")
        if failed:
            raise CommandError(f"{failed} backups failed")
