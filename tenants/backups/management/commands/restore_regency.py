"""Lay a backup out beside, or let it take the place of what is live."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants.backups import actions
from tenants.backups.models import Backup
from tenants.models import Regency


class Command(BaseCommand):
    help = "Restore a regency's backup beside the live schema; with --replace also in its place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("regency", metavar="SCHEMA")
        parser.add_argument("--backup", metavar="NAME", help="as the console lists it; the newest without this")
        parser.add_argument("--replace", action="store_true", help="what is live then stands beside")
        parser.add_argument("--reason", default="", help="needed with --replace; stands in the regency's audit")

    def handle(self, *args: Any, **options: Any) -> None:
        schema, at = options["regency"], timezone.now()
        found = Backup.objects.complete().filter(schema_name=schema)
        backup = found.filter(name=options["backup"]).first() if options["backup"] else Backup.objects.newest(schema)
        if backup is None:
            raise CommandError(f"{schema} has no such backup")
        if options["replace"] and not options["reason"].strip():
            raise CommandError("--replace needs a --reason")
        try:
            restored = actions.restore_beside(backup=backup, by=None, at=at)
            self.stdout.write(f"{backup.name} stands beside as {restored.schema_name}")
            if options["replace"]:
                regency = Regency.objects.get(schema_name=schema)
                aside = actions.put_in_place(
                    restored=restored, regency=regency, reason=options["reason"], by=None, at=timezone.now()
                )
                self.stdout.write(f"{schema} is now that backup; what was live stands beside as {aside.schema_name}")
        except actions.BackupRefused as refused:
            raise CommandError(str(refused)) from refused
