"""Give a regency its place here, in the foreground."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from onboarding import actions
from onboarding.models import ProvisioningRun, ProvisioningStep
from tenants.accounts.tasks import invitation_url
from tenants.schemas.context import in_public, in_schema


class Command(BaseCommand):
    help = "Provision a regency by its Kemendagri code; prints each step and its seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="Kemendagri code, such as 53.10")
        parser.add_argument("--subdomain", default="", help="default: from the name")
        parser.add_argument(
            "--from", dest="source", default="", help="schema of the regency to clone; default: baseline"
        )
        parser.add_argument("--modules", default="", help="keys, comma-separated; default: those of the source, or all")
        parser.add_argument("--admin", default="", help="e-mail of the first administrator")
        parser.add_argument("--admin-name", default="")
        parser.add_argument("--resume", action="store_true", help="go on with the run that holds this code")
        parser.add_argument("--abandon", action="store_true", help="undo the run that holds this code")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["abandon"]:
                actions.abandon(run=self._held(options["code"]), by=None, at=timezone.now())
                self.stdout.write(f"{options['code']}: abandoned, the code is free")
                return
            run = self._held(options["code"]) if options["resume"] else self._requested(options)
            run = actions.provision(run.pk, watch=self._say)
        except actions.ProvisioningRefused as refused:
            raise CommandError(str(refused)) from None
        if run.state != ProvisioningRun.State.DONE:
            raise CommandError(run.error)
        if token := getattr(run, "token", ""):
            with in_schema(run.schema_name):
                self.stdout.write(f"Invitation for {run.admin_email}: {invitation_url(token)}")

    @staticmethod
    def _requested(options: dict[str, Any]) -> ProvisioningRun:
        return actions.request_run(
            code=options["code"],
            subdomain=options["subdomain"],
            source=options["source"],
            modules=options["modules"].split(","),
            admin_email=options["admin"],
            admin_name=options["admin_name"],
            by=None,
            at=timezone.now(),
            in_background=False,
        )

    @staticmethod
    def _held(code: str) -> ProvisioningRun:
        with in_public():
            run = ProvisioningRun.objects.filter(code=code, state__in=ProvisioningRun.OPEN).first()
        if run is None:
            raise CommandError(f"no open run for {code}")
        return run

    def _say(self, step: ProvisioningStep) -> None:
        if step.state == ProvisioningStep.State.DONE:
            self.stdout.write(f"{step.seconds:7.3f} s  {step.label}: {step.detail}")
        elif step.state == ProvisioningStep.State.FAILED:
            self.stdout.write(f"{'failed':>9}  {step.label}")
