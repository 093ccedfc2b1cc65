"""Applications and requests that wait for the central team, and agreements that end."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from onboarding.applications.models import Agreement, Application, GoLiveRequest
from tenants.people.formats import tanggal
from tenants.problems import Problem

WAITING, ENDING = timedelta(days=2), timedelta(days=60)


def problems(at: datetime) -> Iterator[Problem]:
    """What has waited for more than two days, and agreements in force that end within sixty."""
    waiting = Application.objects.filter(
        state__in=[Application.State.SUBMITTED, Application.State.CONTESTED], submitted_at__lt=at - WAITING
    )
    for application in waiting.order_by("pk"):
        yield Problem(_("Pengajuan menunggu"), application.name, f"/console/applications/{application.pk}/")
    asked = GoLiveRequest.objects.filter(decision="", asked_at__lt=at - WAITING).select_related("regency")
    for request in asked.order_by("pk"):
        yield Problem(_("Permintaan mulai berlaku menunggu"), request.regency.title, f"/console/go-live/{request.pk}/")
    ending = Agreement.objects.filter(state=Agreement.State.VERIFIED, ends_on__lte=(at + ENDING).date())
    for agreement in ending.order_by("ends_on"):
        what = f"{agreement.get_kind_display()} {agreement.number}"
        text = _("%(what)s berakhir %(day)s.") % {"what": what, "day": tanggal(agreement.ends_on)}
        yield Problem(_("Naskah kerja sama"), text, f"/console/regencies/{agreement.code}/agreements/")
