"""Rehearse a restore."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants.backups import actions
from tenants.backups.actions.drill import random_regencies
from tenants.models import Regency


class Command(BaseCommand):
    help = "Restore the newest backup beside, compare it with its manifest, drop it. Exit code 1 when one does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--regency", metavar="SCHEMA", help="this one")
        which.add_argument("--random", metavar="N", type=int, default=1, help="so many, by chance (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["regency"]:
            chosen = list(Regency.objects.filter(schema_name=options["regency"]))
        else:
            chosen = random_regencies(options["random"])
        if not chosen:
            raise CommandError("there is no such regency, or none has a backup")
        failed = 0
        for regency in chosen:
            held = actions.drill(regency=regency, by=None, at=timezone.now())
            verdict = "passed" if held.passed else "FAILED"
            self.stdout.write(
                f"{held.schema_name}: {verdict}, {held.rows} rows, {held.parts} parts, {held.seconds:.1f} s"
            )
            for finding in held.findings:
                self.stdout.write(f"  {finding}")
            failed += not held.passed
        if failed:
            raise CommandError(f"{failed} drills failed")
