"""Throw the demo away and make it anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from onboarding import demo
from onboarding.staging import StagingFailed


class Command(BaseCommand):
    help = "Drop the demo's regencies and make them anew. Refuses unless DEMO is on."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo.clear(self._say)
            demo.build(timezone.now(), self._say)
        except (demo.NotADemo, StagingFailed) as refused:
            raise CommandError(str(refused)) from None

    def _say(self, line: str) -> None:
        self.stdout.write(line)
