"""Bills as paper: quotation, invoice, credit note, and the papers that the treasurer's LS file asks for.

Made anew each time from what was frozen when the document was issued: the same document is the same bytes.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tenants.billing.models import CreditNote, Invoice, Quotation, Scan
from tenants.billing.rules import central_day
from tenants.letters import pdf
from tenants.people.formats import rupiah, rupiah_cell, tanggal, tanggal_terbilang, terbilang_rupiah

_BLANK = "................................"


def bank_details(issuer: Mapping[str, str]) -> str:
    """Where the money goes, in one sentence for the foot of a bill."""
    return (
        f"Pembayaran melalui transfer SP2D ke {issuer['bank']}, rekening {issuer['account']}"
        f" atas nama {issuer['account_name']}. NPWP {issuer['npwp'] or '-'}."
    )


def quotation_pdf(quotation: Quotation) -> bytes:
    """The offer, with its prices and until when it stands."""
    issuer = quotation.issuer or {}
    data = {
        **_common(issuer, _("Penawaran Harga"), quotation.number, _day_of(quotation)),
        "recipient": f"Pemerintah {quotation.regency.title}",
        "facts": [
            ["Tahun anggaran", str(quotation.plan.budget_year.year)],
            ["Masa layanan", _period(quotation.starts_on, quotation.ends_on)],
            ["Dihitung", f"{quotation.months} bulan"],
            ["Kelas penduduk", quotation.population_class.name],
            ["Berlaku sampai", tanggal(quotation.valid_until)],
        ],
        "rows": [
            [str(line.position), line.text, rupiah_cell(line.yearly), rupiah_cell(line.amount)]
            for line in quotation.lines.all()
        ],
        **_sums(quotation),
        "bank": bank_details(issuer) if issuer else "",
    }
    return _rendered("billing/quotation", data)


def invoice_pdf(invoice: Invoice) -> bytes:
    """The bill: bank account, NPWP of both sides, contract, treasurer, amount in words."""
    told = invoice.snapshot
    part = f"{invoice.part} dari {told['parts']}" if told["parts"] > 1 else ""
    data = {
        **_common(told["issuer"], _("Tagihan"), invoice.number, invoice.issued_on),
        "recipient": f"Bendahara {told['institution']}\n{told['regency']}",
        "facts": _filled(
            ["Nomor kontrak/SPK", f"{told['contract_number']}, {_iso(told['contract_date'])}"],
            ["Adendum", told["addendum"]],
            ["BAST", f"{told['bast_number']}, {_iso(told['bast_date'])}" if told["bast_number"] else ""],
            ["Masa layanan", _period(invoice.period_start, invoice.period_end)],
            ["Tagihan ke", part],
            ["Kode rekening", told["account_code"]],
            ["Nama bendahara", told["treasurer_name"]],
            ["NPWP bendahara", told["treasurer_npwp"]],
            ["Jatuh tempo", tanggal(invoice.due_on)] if invoice.due_on else ["", ""],
        ),
        "rows": [[str(line.position), line.text, rupiah_cell(line.amount)] for line in invoice.lines.all()],
        **_sums(invoice),
        "bank": [
            ["Bank", told["issuer"]["bank"]],
            ["Nomor rekening", told["issuer"]["account"]],
            ["Atas nama", told["issuer"]["account_name"]],
            ["NPWP", told["issuer"]["npwp"]],
        ],
        "note": _(
            "Pajak yang dipungut bendahara (PPN, PPh 23) mengurangi jumlah yang ditransfer, tidak mengurangi tagihan."
            " Mohon bukti setornya dikirim bersama nomor SP2D."
        ),
    }
    return _rendered("billing/invoice", data)


def credit_note_pdf(note: CreditNote) -> bytes:
    """What is taken back of a bill."""
    told = note.invoice.snapshot
    data = {
        **_common(told["issuer"], _("Nota Kredit"), note.number, note.issued_on),
        "blocks": [
            {
                "kind": "facts",
                "rows": [
                    ["Kepada", f"{told['institution']}, {told['regency']}"],
                    ["Mengurangi tagihan", f"{note.invoice.number}, {_day(note.invoice.issued_on)}"],
                    ["Harga", rupiah(note.net)],
                    ["PPN", rupiah(note.ppn)],
                    ["Jumlah dikreditkan", rupiah(note.total)],
                    ["Terbilang", terbilang_rupiah(note.total)],
                    ["Alasan", note.reason],
                ],
            }
        ],
    }
    return _rendered("letters/letter", data)


def receipt_pdf(invoice: Invoice) -> bytes:
    """The kuitansi of the LS file: the gross, because the treasurer keeps the taxes out of it."""
    told = invoice.snapshot
    data = {
        **_common(told["issuer"], "Kuitansi", invoice.number, invoice.issued_on),
        "received_from": f"Bendahara {told['institution']} {told['regency']}",
        "amount": rupiah(invoice.total),
        "amount_in_words": terbilang_rupiah(invoice.total),
        "purpose": f"Layanan Rujukan {_period(invoice.period_start, invoice.period_end)} sesuai kontrak/SPK"
        f" nomor {told['contract_number']} tanggal {_iso(told['contract_date'])}",
        "account": told["account_code"],
        "receiver": {"name": told["issuer"]["signer"] or told["issuer"]["name"]},
        "payer": {"position": "Bendahara Pengeluaran", "name": told["treasurer_name"]},
        "approver": {"position": "Pengguna Anggaran/Kuasa Pengguna Anggaran", "name": _BLANK},
    }
    return _rendered("letters/kuitansi", data)


def completion_pdf(invoice: Invoice) -> bytes:
    """Berita acara penyelesaian pekerjaan, for both sides to sign."""
    return _minutes(
        invoice,
        "Berita Acara Penyelesaian Pekerjaan",
        [
            f"Pekerjaan menurut kontrak/SPK nomor {invoice.snapshot['contract_number']} untuk masa layanan"
            f" {_period(invoice.period_start, invoice.period_end)} telah diselesaikan PIHAK KEDUA seluruhnya.",
            "PIHAK PERTAMA telah memeriksa hasil pekerjaan itu dan menyatakannya sesuai dengan kontrak.",
        ],
    )


def handover_pdf(invoice: Invoice) -> bytes:
    """Berita acara serah terima (BAST), for both sides to sign."""
    return _minutes(
        invoice,
        "Berita Acara Serah Terima",
        [
            f"PIHAK KEDUA menyerahkan dan PIHAK PERTAMA menerima layanan menurut kontrak/SPK nomor"
            f" {invoice.snapshot['contract_number']}, sebagaimana dirinci di bawah ini, dalam keadaan baik.",
        ],
        number=invoice.snapshot["bast_number"],
    )


def payment_minutes_pdf(invoice: Invoice) -> bytes:
    """Berita acara pembayaran (BAP), for both sides to sign."""
    return _minutes(
        invoice,
        "Berita Acara Pembayaran",
        [
            f"Berdasarkan kontrak/SPK nomor {invoice.snapshot['contract_number']} dan BAST nomor"
            f" {invoice.snapshot['bast_number'] or _BLANK}, PIHAK KEDUA berhak menerima pembayaran sebesar"
            f" {rupiah(invoice.total)} ({terbilang_rupiah(invoice.total)}), termasuk PPN.",
            f"Pembayaran dilakukan melalui SP2D ke {invoice.snapshot['issuer']['bank']}, rekening"
            f" {invoice.snapshot['issuer']['account']} atas nama {invoice.snapshot['issuer']['account_name']}.",
        ],
    )


PAPERS: dict[str, tuple[str, Callable[[Invoice], bytes]]] = {
    "invoice": ("Tagihan", invoice_pdf),
    "receipt": ("Kuitansi", receipt_pdf),
    "completion": ("Berita acara penyelesaian pekerjaan", completion_pdf),
    "handover": ("Berita acara serah terima (BAST)", handover_pdf),
    "payment-minutes": ("Berita acara pembayaran", payment_minutes_pdf),
}
"""The papers that are made here, by the name that their address has."""


_LS = ("contract", "addendum", "bank", "completion", "handover", "payment-minutes", "receipt", "tax-invoice")
"""The order of the LS file (domain chapter 6.2), the bill itself before it."""


def ls_file(
    bill: Invoice, scans: Mapping[str, Scan], paper_url: Callable[[str], str], scan_url: Callable[[Scan], str]
) -> list[dict[str, str]]:
    """What the treasurer puts together: papers made here to print and sign, signed ones, and what is still to come."""
    rows = [{"name": PAPERS["invoice"][0], "url": paper_url("invoice"), "note": "PDF"}]
    for kind in _LS:
        label, scan = str(Scan.Kind(kind).label), scans.get(kind)
        if kind == Scan.Kind.ADDENDUM and not bill.addendum:
            continue
        if kind in PAPERS:
            rows.append({"name": label, "url": paper_url(kind), "note": _("PDF untuk ditandatangani")})
        if scan:
            rows.append(
                {"name": label, "url": scan_url(scan), "note": scan.note, "status": _("Bertanda tangan"), "tone": "ok"}
            )
        elif kind not in PAPERS:
            rows.append({"name": label, "note": _awaited(bill, kind)})
    return rows


def _awaited(bill: Invoice, kind: str) -> str:
    told = bill.snapshot
    return {
        "contract": _("%s, belum diunggah") % told["contract_number"],
        "addendum": _("%s, belum diunggah") % told["addendum"],
        "tax-invoice": bill.tax_invoice or _("Menyusul dari penyelenggara setelah tagihan terbit."),
        "bank": _("Surat keterangan rekening dari bank penyelenggara, belum diunggah."),
    }[kind]


def _minutes(invoice: Invoice, title: str, statements: list[str], number: str = "") -> bytes:
    told = invoice.snapshot
    day = invoice.issued_on or invoice.period_end
    vendor = told["issuer"]
    data = {
        **_common(vendor, title, number or _BLANK, day),
        "opening": f"Pada {tanggal_terbilang(day)}, yang bertanda tangan di bawah ini:",
        "first": {
            "called": "PIHAK PERTAMA",
            "facts": [
                ["Nama", _BLANK],
                ["Jabatan", "Pejabat Pembuat Komitmen"],
                ["Instansi", f"{told['institution']} {told['regency']}"],
            ],
            "signer": {"position": "Pejabat Pembuat Komitmen", "name": _BLANK, "nip": _BLANK},
        },
        "second": {
            "called": "PIHAK KEDUA",
            "facts": [
                ["Nama", vendor["signer"] or _BLANK],
                ["Jabatan", vendor["signer_title"]],
                ["Perusahaan", vendor["name"]],
            ],
            "signer": {"position": vendor["signer_title"], "name": vendor["signer"] or _BLANK},
        },
        "statements": statements,
        "table": {
            "header": ["No.", "Uraian", "Jumlah (Rp)"],
            "widths": ["auto", 4, 2],
            "aligns": ["c", "l", "r"],
            "rows": [
                *([str(line.position), line.text, rupiah_cell(line.amount)] for line in invoice.lines.all()),
                ["", "PPN", rupiah_cell(invoice.ppn)],
            ],
            "total": ["", "Jumlah termasuk PPN", rupiah_cell(invoice.total)],
        },
    }
    return _rendered("letters/minutes", data)


def _common(issuer: Mapping[str, str], title: str, number: str, day: date | None) -> dict[str, Any]:
    reach = ", ".join(part for part in (issuer.get("address", ""), issuer.get("email", "")) if part)
    return {
        "letter": {
            "title": title,
            "number": number or "-",
            "date": tanggal(day) if day else "",
            "place": issuer.get("city", ""),
            "issuer": issuer.get("name", ""),
            "paper": "a4",
            "watermark": "" if number else _("DRAF"),
            "code": "",
            "url": "",
            "url_shown": "",
            "fingerprint": "",
        },
        "letterhead": {
            "kind": "unit",
            "above": [],
            "name": issuer.get("name") or "Rujukan",
            "address": [reach] if reach else [],
            "crest": "",
        },
        "signer": {
            "position": issuer.get("signer_title", ""),
            "name": issuer.get("signer") or issuer.get("name", ""),
            "on_behalf": "",
            "rank": "",
            "nip": "",
            "note": "",
        },
    }


def _sums(document: Invoice | Quotation) -> dict[str, Any]:
    return {
        "sums": [
            ["Harga", rupiah_cell(document.net)],
            ["Dasar pengenaan pajak (nilai lain)", rupiah_cell(document.dpp)],
            ["PPN", rupiah_cell(document.ppn)],
        ],
        "total": rupiah_cell(document.total),
        "total_in_words": terbilang_rupiah(document.total),
    }


def _rendered(template: str, data: dict[str, Any]) -> bytes:
    try:
        return pdf.render(template, data)
    except pdf.NotArchivable:  # a letter in a name that no font has: a box in its place
        return pdf.render(template, data, archivable=False)


def _filled(*rows: list[str]) -> list[list[str]]:
    return [row for row in rows if row[1]]


def _period(start: date, end: date) -> str:
    return f"{tanggal(start)} sampai {tanggal(end)}"


def _iso(day: str) -> str:
    return tanggal(date.fromisoformat(day)) if day else ""


def _day(day: date | None) -> str:
    return tanggal(day) if day else ""


def _day_of(quotation: Quotation) -> date:
    return central_day(quotation.issued_at or quotation.created_at)
