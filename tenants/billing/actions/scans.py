"""Signed papers as scans: from the finance office or from the regency itself, for both to download."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tenants.audit.actions import record
from tenants.billing.models import Contract, Invoice, Scan
from tenants.files import actions as files
from tenants.files.uploads import prepare
from tenants.models import Regency
from tenants.schemas.context import in_public

FOLDER = "billing"


@transaction.atomic
def keep_scan(
    *, contract: Contract, invoice: Invoice | None = None, kind: str, upload: Any, by: Any, at: datetime
) -> Scan:
    """Keep a signed paper; a later one of its kind counts instead. Raises a `tenants.files` FileRefused."""
    scan = _keep(contract, invoice, kind, upload, by, at)
    record("billing.scan_stored", subject=scan.invoice or contract, by=by, at=at, data={"kind": kind})
    return scan


@transaction.atomic
def keep_scan_from_regency(
    *, regency: Regency, invoice: Invoice, kind: str, upload: Any, by: Any, at: datetime
) -> Scan:
    """The same from the regency's own workspace; who sent it stands in its own audit."""
    with in_public():
        scan = _keep(invoice.contract, invoice, kind, upload, None, at)
        record("billing.scan_stored", subject=scan.invoice or invoice.contract, by=None, at=at, data={"kind": kind})
    record("billing.scan_stored", subject=invoice, by=by, at=at, data={"kind": kind})
    return scan


def _keep(contract: Contract, invoice: Invoice | None, kind: str, upload: Any, by: Any, at: datetime) -> Scan:
    of = None if kind in Scan.OF_CONTRACT else invoice
    scan = Scan(contract=contract, invoice=of, kind=kind, from_regency=by is None)
    return files.keep(scan, prepare(upload), folder=FOLDER, by=by, at=at)


def sweep_scans(*, before: datetime) -> int:
    """Remove files that no row names, left by transactions that failed; how many there were."""
    known = set(Scan.objects.values_list("file", flat=True))
    return files.sweep_folder(FOLDER, known=known, before=before - timedelta(hours=1))
