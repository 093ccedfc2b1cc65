"""What the list of the fleet says about how regencies were made."""

from collections.abc import Collection

from django.urls import reverse

from modules.fleet.notes import Note
from onboarding.models import ProvisioningRun
from onboarding.queries import TONES


def _provisioning(codes: Collection[str]) -> dict[str, Note]:
    newest = ProvisioningRun.objects.filter(code__in=codes).order_by("code", "-pk").distinct("code")
    return {
        run.code: Note(run.get_state_display(), TONES[run.state], reverse("console:run", args=[run.pk]))
        for run in newest.only("pk", "code", "state")
    }


NOTES = {"provisioning": _provisioning}
