"""Put the demo in: Batang, Manggarai and their invented people."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from onboarding import demo
from onboarding.staging import StagingFailed


class Command(BaseCommand):
    help = "Make what is missing of the demo. Refuses unless DEMO is on."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo.build(timezone.now(), self._say)
        except (demo.NotADemo, StagingFailed) as refused:
            raise CommandError(str(refused)) from None

    def _say(self, line: str) -> None:
        self.stdout.write(line)
