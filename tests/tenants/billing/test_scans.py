"""Signed papers of a bill: checked, kept, and downloaded by both sides, and by nobody else."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tenants.accounts.permissions import StaffPermission
from tenants.audit.models import AuditEntry
from tenants.billing import tasks
from tenants.billing.models import Invoice, Scan
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_schema
from tests.tenants.billing import office
from tests.tenants.billing.test_pages import ALL, LOOK, console, staff
from tests.tenants.files.samples import picture, upload


@pytest.fixture(autouse=True)
def _files_lie_apart(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def bill(here: Regency) -> Invoice:
    return office.bill(here, at=timezone.now())


def paper(name: str = "bast.jpg") -> object:
    return upload(picture(), name, "image/jpeg")


def send(browser: Client, address: str, kind: str, file: object = None) -> int:
    return browser.post(address, {"kind": kind, "upload": file or paper()}).status_code


def test_both_sides_upload_and_download_the_same_papers(bill: Invoice) -> None:
    officer = console(*ALL)
    contract = f"/console/billing/contracts/{bill.contract_id}/"
    assert send(officer, f"{contract}scans/", "contract", paper("kontrak.jpg")) == 302
    assert send(officer, f"/console/billing/invoices/{bill.pk}/scans/", "tax-invoice") == 302
    regency = staff("manggarai", StaffPermission.VIEW_BILLING, StaffPermission.FILE_BILLING)
    page = f"/work/settings/billing/{bill.public_id}/"
    assert send(regency, f"{page}scans/", "handover") == 302
    for kind in ("contract", "tax-invoice", "handover"):
        scan = Scan.objects.get(kind=kind)
        assert f"{page}scans/{scan.public_id}/" in regency.get(page).content.decode()
        theirs = regency.get(f"{page}scans/{scan.public_id}/")
        ours = officer.get(f"/console/billing/scans/{scan.public_id}/")
        assert b"".join(theirs) == b"".join(ours) == Path(scan.file.path).read_bytes()
        assert scan.from_regency == (kind == "handover")
    assert "dari kabupaten" in officer.get(contract).content.decode()
    assert AuditEntry.objects.filter(action="billing.scan_stored").count() == 3
    with in_schema("manggarai"):
        assert AuditEntry.objects.get(action="billing.scan_stored").actor_name == "Pegawai"


def test_a_later_paper_counts_instead(bill: Invoice) -> None:
    officer = console(*ALL)
    address = f"/console/billing/contracts/{bill.contract_id}/scans/"
    for name in ("lama.jpg", "baru.jpg"):
        send(officer, address, "contract", paper(name))
    old, new = Scan.objects.order_by("pk")
    browser = staff("manggarai", StaffPermission.VIEW_BILLING)
    page = f"/work/settings/billing/{bill.public_id}/"
    assert str(new.public_id) in browser.get(page).content.decode()
    assert browser.get(f"{page}scans/{old.public_id}/").status_code == 404


def test_what_is_no_paper_is_refused_with_a_sentence(bill: Invoice) -> None:
    officer, address = console(*ALL), f"/console/billing/invoices/{bill.pk}/scans/"
    refused = officer.post(address, {"kind": "receipt", "upload": upload(b"<html>", "kuitansi.pdf", "application/pdf")})
    assert refused.status_code == 400
    assert "Simpan ulang" in refused.content.decode()
    assert send(officer, address, "contract") == 400, "a contract is not a paper of one bill"
    assert send(officer, f"/console/billing/contracts/{bill.contract_id}/scans/", "receipt") == 422
    assert not Scan.objects.exists()


def test_nobody_else_gets_at_them(bill: Invoice, batang: Regency) -> None:
    connection.set_schema_to_public()
    send(console(*ALL), f"/console/billing/contracts/{bill.contract_id}/scans/", "contract")
    scan, page = Scan.objects.get(), f"/work/settings/billing/{bill.public_id}/"
    neighbour = staff("batang", StaffPermission.VIEW_BILLING, StaffPermission.FILE_BILLING)
    assert neighbour.get(f"{page}scans/{scan.public_id}/").status_code == 404
    assert send(neighbour, f"{page}scans/", "handover") == 404
    reader = staff("manggarai", StaffPermission.VIEW_BILLING)
    assert b"".join(reader.get(f"{page}scans/{scan.public_id}/"))
    assert send(reader, f"{page}scans/", "handover") == 404
    looker = console(*LOOK, email="mata@rujukan.test")
    assert b"".join(looker.get(f"/console/billing/scans/{scan.public_id}/"))
    assert send(looker, f"/console/billing/contracts/{bill.contract_id}/scans/", "contract") == 404
    other = console(ConsolePermission.VIEW, email="lain@rujukan.test")
    assert other.get(f"/console/billing/scans/{scan.public_id}/").status_code == 404
    assert Scan.objects.count() == 1


def test_files_of_uploads_that_failed_are_swept(bill: Invoice) -> None:
    import os

    send(console(*ALL), f"/console/billing/contracts/{bill.contract_id}/scans/", "contract")
    kept = str(Scan.objects.get().file.name)
    lost = default_storage.save("billing/2026/01/lost.jpg", paper())
    for name in (kept, lost):
        os.utime(default_storage.path(name), (1, 1))
    assert tasks.sweep_scans.apply(throw=True).get() == 1
    assert default_storage.exists(kept)
    assert not default_storage.exists(lost)
