"""Events that were not followed, calls that the provider refused, differences that nobody has looked at."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from tenants.billing.models import Difference, ProviderCall, ReconciliationRun, WebhookEvent
from tenants.problems import Problem


def problems(at: datetime) -> Iterator[Problem]:
    """One line for each kind of trouble, with how many there are."""
    kind = _("Penagihan")
    if failed := WebhookEvent.objects.filter(state=WebhookEvent.State.FAILED).count():
        yield Problem(kind, _("%s kabar dari Stripe gagal diproses.") % failed, "/console/billing/events/", "bad")
    if refused := ProviderCall.objects.filter(state=ProviderCall.State.FAILED).count():
        yield Problem(kind, _("%s pemberitahuan kepada Stripe ditolak.") % refused, "/console/billing/events/", "bad")
    last = ReconciliationRun.objects.order_by("-pk").first()
    if last is None:
        return
    found = Difference.objects.filter(run=last).aggregate(n=Count("pk"))["n"]
    if found:
        text = _("%s selisih antara Stripe dan pembukuan kita.") % found
        yield Problem(kind, text, "/console/billing/reconciliation/")
