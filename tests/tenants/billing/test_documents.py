"""The papers say what a treasurer needs, and are the same bytes every time."""

import shutil
from pathlib import Path

import pytest

from tenants.billing import actions, documents
from tenants.models import Regency
from tests.tenants.billing import office
from tests.tenants.billing.office import AT
from tests.tenants.letters.test_pdf import text_of

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) reads the PDFs")


@needs_poppler
def test_the_bill_carries_what_chapter_6_asks_for(here: Regency, tmp_path: Path) -> None:
    text = " ".join(text_of(documents.invoice_pdf(office.bill(here)), tmp_path).split())
    for words in (
        "INV/2026/00001", "027/SPK/1", "BAST/027/SPK/1", "Bendahara Contoh", "0009876543210987", "5.1.02.02.01.0067",
        "000 000 0000", "93.240.000,00", "77.000.000,00", "9.240.000,00", "21 Mei 2026",
        "sembilan puluh tiga juta dua ratus empat puluh ribu rupiah",
    ):  # fmt: skip
        assert words in text, words


@needs_poppler
def test_the_other_papers_of_the_file(here: Regency, tmp_path: Path) -> None:
    invoice = office.bill(here)
    note = actions.credit(invoice=invoice, net=invoice.net, ppn=invoice.ppn, reason="Keliru", by=None, at=AT)
    expected = {
        documents.receipt_pdf: "KUITANSI",
        documents.completion_pdf: "BERITA ACARA PENYELESAIAN PEKERJAAN",
        documents.handover_pdf: "BERITA ACARA SERAH TERIMA",
        documents.payment_minutes_pdf: "BERITA ACARA PEMBAYARAN",
    }
    for made, words in expected.items():
        assert words in text_of(made(invoice), tmp_path)
    assert "NK/2026/0001" in text_of(documents.credit_note_pdf(note), tmp_path)
    offer = text_of(documents.quotation_pdf(invoice.contract.quotation), tmp_path)
    assert "PH/2026/0001" in offer
    assert "Dasar" in offer


def test_made_again_it_is_the_same(here: Regency) -> None:
    invoice = office.bill(here)
    for _label, made in documents.PAPERS.values():
        assert made(invoice) == made(type(invoice).objects.get(pk=invoice.pk))


def test_what_was_issued_stays_as_it_was_when_the_issuer_moves(here: Regency, settings) -> None:  # type: ignore[no-untyped-def]
    invoice = office.bill(here)
    before = documents.invoice_pdf(invoice)
    settings.BILLING_ISSUER = {**settings.BILLING_ISSUER, "account": "999 999", "name": "Lain"}
    assert documents.invoice_pdf(invoice) == before


def test_without_an_account_nothing_is_issued(here: Regency, settings) -> None:  # type: ignore[no-untyped-def]
    settings.BILLING_ISSUER = {**settings.BILLING_ISSUER, "account": ""}
    with pytest.raises(actions.IssuerIncomplete, match="BILLING_ACCOUNT"):
        office.bill(here)
