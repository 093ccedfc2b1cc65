"""Events that were not followed, calls that the provider refused or does not answer, books that do not agree."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from tenants.billing.models import Difference, ProviderCall, ReconciliationRun, WebhookEvent
from tenants.problems import Problem

_PATIENCE = timedelta(days=1)


def problems(at: datetime) -> Iterator[Problem]:
    """One line for each kind of trouble, with how many there are."""
    kind = _("Penagihan")
    if failed := WebhookEvent.objects.filter(state=WebhookEvent.State.FAILED).count():
        yield Problem(kind, _("%s kabar dari Stripe gagal diproses.") % failed, "/console/billing/events/", "bad")
    if refused := ProviderCall.objects.filter(state=ProviderCall.State.FAILED).count():
        yield Problem(kind, _("%s pemberitahuan kepada Stripe ditolak.") % refused, "/console/billing/events/", "bad")
    silent = ProviderCall.objects.filter(state=ProviderCall.State.WAITING, created_at__lt=at - _PATIENCE)
    if waiting := silent.count():
        yield Problem(kind, _("%s pemberitahuan belum dijawab Stripe.") % waiting, "/console/billing/events/", "bad")
    last = ReconciliationRun.objects.exclude(state=ReconciliationRun.State.RUNNING).order_by("-pk").first()
    if last is None:
        return
    if last.state == ReconciliationRun.State.FAILED:
        yield Problem(kind, _("Perbandingan dengan Stripe gagal."), "/console/billing/reconciliation/", "bad")
    found = Difference.objects.filter(run=last).aggregate(n=Count("pk"))["n"]
    if found:
        text = _("%s selisih antara Stripe dan pembukuan kita.") % found
        yield Problem(kind, text, "/console/billing/reconciliation/")
