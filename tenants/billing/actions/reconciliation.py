"""The provider's books beside ours, every day: what only one has, and where they do not agree."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.billing import tasks
from tenants.billing.actions.refusals import NotInThisState
from tenants.billing.models import Difference, Invoice, ReconciliationRun
from tenants.billing.providers import Provider, ProviderRefused, ProviderUnreachable, Remote, provider
from tenants.people.formats import rupiah
from tenants.schemas.context import in_public
from tenants.schemas.locks import advisory_lock

Kind = Difference.Kind
_LOCK = "rujukan billing reconciliation"
_AGREES = {
    Invoice.State.ISSUED: {"open"},
    Invoice.State.PAID: {"paid"},
    Invoice.State.CREDITED: {"paid", "void"},
    Invoice.State.VOID: {"void"},
}
"""Our states, and those of the provider that mean the same."""


@transaction.atomic
def ask_reconciliation(*, by: Any, at: datetime) -> ReconciliationRun:
    """Have a worker compare the books now; one that runs already is the answer. Raises NotInThisState."""
    through = provider()
    if not through.is_remote:
        raise NotInThisState(_("Tanpa kunci Stripe tidak ada catatan lain untuk dibandingkan."))
    run = _running() or _begin(through, by, at)
    # A broker that does not answer loses nothing: the comparison of the night takes the run up.
    transaction.on_commit(tasks.reconcile.delay, robust=True)
    return run


def reconcile(*, by: Any, at: datetime) -> int:
    """Compare all invoices there with all of ours that went there. Returns how many differences were found.

    Takes up the run that was asked for, or whose worker died. Nothing is corrected by itself; without a provider, or
    while another worker is at it, there is nothing to do.
    """
    with in_public(), advisory_lock(_LOCK, wait=False) as held:
        through = provider()
        if not held or not through.is_remote:
            return 0
        run = _running() or _begin(through, by, at)
        try:
            return _compare(run, through)
        except (ProviderUnreachable, ProviderRefused) as problem:
            _fail(run, str(problem))
            return 0
        except Exception as problem:
            _fail(run, type(problem).__name__)
            raise


def _running() -> ReconciliationRun | None:
    return ReconciliationRun.objects.filter(state=ReconciliationRun.State.RUNNING).first()


@transaction.atomic
def _begin(through: Provider, by: Any, at: datetime) -> ReconciliationRun:
    run = ReconciliationRun.objects.create(provider=through.name, started_at=at)
    record("billing.reconciliation_started", subject=run, by=by, at=at)
    return run


def _compare(run: ReconciliationRun, through: Provider) -> int:
    ours = {
        invoice.number: invoice
        for invoice in Invoice.objects.issued().filter(provider=through.name).select_related("regency")
    }
    found: list[Difference] = []
    seen: set[str] = set()
    there = 0
    for remote in through.invoices():
        there += 1
        invoice = ours.get(remote.number)
        if invoice is None:
            found.append(_only_there(run, remote))
            continue
        seen.add(invoice.number)
        found += _disagreements(run, invoice, remote)
    found += [_only_here(run, invoice) for number, invoice in ours.items() if number not in seen]
    with transaction.atomic():
        Difference.objects.bulk_create(found)
        run.state, run.ours, run.theirs = ReconciliationRun.State.DONE, len(ours), there
        run.finished_at = timezone.now()
        run.save()
    return len(found)


def _fail(run: ReconciliationRun, why: str) -> None:
    run.state, run.error, run.finished_at = ReconciliationRun.State.FAILED, why[:300], timezone.now()
    run.save()


def _only_there(run: ReconciliationRun, remote: Remote) -> Difference:
    return Difference(run=run, kind=Kind.MISSING_HERE, provider_id=remote.id, theirs=_words(remote.total, remote.state))


def _only_here(run: ReconciliationRun, invoice: Invoice) -> Difference:
    return Difference(
        run=run,
        kind=Kind.MISSING_THERE,
        invoice=invoice,
        provider_id=invoice.provider_id,
        ours=_words(invoice.total, invoice.get_state_display()),
    )


def _disagreements(run: ReconciliationRun, invoice: Invoice, remote: Remote) -> list[Difference]:
    found = []
    if remote.total != invoice.total:
        found.append((Kind.AMOUNT, rupiah(invoice.total), rupiah(remote.total)))
    if remote.state not in _AGREES[Invoice.State(invoice.state)]:
        found.append((Kind.STATE, invoice.get_state_display(), remote.state))
    return [
        Difference(run=run, kind=kind, invoice=invoice, provider_id=remote.id, ours=here, theirs=there)
        for kind, here, there in found
    ]


def _words(amount: Decimal, state: str) -> str:
    return f"{rupiah(amount)}, {state}"
