"""What goes on paper (SM-13): composed here as plain text, drawn by Typst in the background."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from modules.santunan_kematian.models import (
    Claim,
    Decision,
    Decree,
    DecreeRevocation,
    Handover,
    Payment,
    PaymentList,
    Programme,
)
from modules.santunan_kematian.queries import office
from modules.santunan_kematian.queries.days import day_of
from tenants.current import current_regency
from tenants.letters.actions import Signer, request_letter
from tenants.letters.models import Letter
from tenants.letters.pdf import picture_svg
from tenants.people.formats import rupiah, rupiah_cell, tanggal, tanggal_terbilang, terbilang, terbilang_rupiah
from tenants.people.masking import mask_nik, mask_tail


def decree(*, decree: Decree, decisions: Sequence[Decision], by: Any, at: datetime) -> Letter:
    """The SK with its annex: one line per recipient, NIK masked, total at the foot."""
    programme, total = decree.programme, sum(decision.amount for decision in decisions)
    unit = office.office(by, on=decree.date)
    head = office.head_of(
        unit, on=decree.date, otherwise=office.hand_of(by, on=decree.date, otherwise=_("Kepala Dinas Sosial"))
    )
    place = current_regency().title
    people = len(decisions)
    rows = [
        [
            str(number),
            d.claim.number,
            d.claim.name,
            mask_nik(d.claim.nik) if d.claim.nik else "bayi, tanpa NIK",
            tanggal(d.claim.death_date),
            d.claim.heir_name,
            f"{d.claim.village.title}, {d.claim.village.district.name}",
            rupiah_cell(d.amount, short=True),
        ]
        for number, d in enumerate(decisions, start=1)
    ]
    data = {
        "office": f"{head.position} {place}" if place not in head.position else head.position,
        "about": "Penerima santunan kematian",
        "considering": [
            f"bahwa telah diajukan {people} permohonan santunan kematian yang telah diverifikasi"
            " dan dinyatakan lengkap;",
            "bahwa berdasarkan pertimbangan tersebut perlu menetapkan penerima santunan kematian.",
        ],
        "recalling": _law(programme),
        "clauses": [
            f"Menetapkan {people} ({terbilang(people)}) penerima santunan kematian sebagaimana tercantum dalam"
            " Lampiran yang merupakan bagian tidak terpisahkan dari Keputusan ini.",
            f"Jumlah santunan seluruhnya {rupiah(total)} ({terbilang_rupiah(total)}), masing-masing"
            f" {rupiah(programme.amount)}.",
            f"Biaya dibebankan pada {programme.get_funding_display()}, kode rekening {programme.account_code},"
            f" tahun anggaran {decree.date.year}.",
            "Keputusan ini mulai berlaku pada tanggal ditetapkan.",
        ],
        "annex": {
            "title": "Daftar penerima santunan kematian",
            "header": ["No.", "Pengajuan", "Almarhum", "NIK", "Meninggal", "Ahli waris", "Desa/kelurahan", "Rupiah"],
            "rows": rows,
            "widths": ["auto", "auto", 3, "auto", 2, 3, 3, "auto"],
            "aligns": ["r", "l", "l", "l", "l", "l", "l", "r"],
            "total": ["", "", "Jumlah", "", "", "", "", rupiah_cell(total, short=True)],
        },
    }
    return _letter("letters/decree", "Keputusan penerima santunan kematian", decree.number, data, head, decree,
                   programme, unit=unit, by=by, at=at, day=decree.date)  # fmt: skip


def decree_revocation(*, revocation: DecreeRevocation, decisions: Sequence[Decision], by: Any, at: datetime) -> Letter:
    """The SK pencabutan: which SK it takes back, why, and what becomes of its recipients."""
    decree, people = revocation.decree, len(decisions)
    programme, place = decree.programme, current_regency().title
    unit = office.office(by, on=revocation.date)
    head = office.head_of(
        unit, on=revocation.date, otherwise=office.hand_of(by, on=revocation.date, otherwise=_("Kepala Dinas Sosial"))
    )
    refused = revocation.outcome == DecreeRevocation.Outcome.REFUSED
    then = (
        "ditolak, dan dana yang disisihkan baginya dibebaskan kembali"
        if refused
        else "tetap disetujui dan ditetapkan kembali dengan keputusan tersendiri"
    )
    data = {
        "office": f"{head.position} {place}" if place not in head.position else head.position,
        "about": f"Pencabutan Keputusan Nomor {decree.number} tentang penerima santunan kematian",
        "considering": [
            f"bahwa Keputusan Nomor {decree.number} tanggal {tanggal(decree.date)} perlu dicabut karena"
            f" {revocation.reason.rstrip('.')};",
            "bahwa belum ada santunan yang dibayarkan berdasarkan Keputusan tersebut.",
        ],
        "recalling": _law(programme),
        "clauses": [
            f"Mencabut Keputusan Nomor {decree.number} tanggal {tanggal(decree.date)} dan menyatakannya tidak berlaku.",
            f"Permohonan {people} ({terbilang(people)}) penerima yang tercantum di dalamnya {then}.",
            "Keputusan ini mulai berlaku pada tanggal ditetapkan.",
        ],
    }
    return _letter("letters/decree", "Pencabutan keputusan santunan kematian", revocation.number, data, head,
                   revocation, programme, unit=unit, by=by, at=at, day=revocation.date)  # fmt: skip


def family_receipt(*, claim: Claim, by: Any, at: datetime) -> Letter:
    """The tanda terima that the family takes home: number, secret, and what happens next."""
    on = day_of(at)
    programme = claim.programme
    hand = office.hand_of(by, on=on, otherwise=_("Operator desa"))
    regency = current_regency()
    data = {
        "facts": [
            ["Nomor pengajuan", claim.number],
            ["Kode rahasia", str(claim.tracking_secret or "")],
            ["Almarhum", claim.name],
            ["Meninggal", tanggal(claim.death_date)],
            ["Ahli waris", f"{claim.heir_name} ({str(claim.get_heir_relation_display()).lower()})"],
            ["Diajukan", tanggal(claim.filed_date) if claim.filed_date else "belum (draf)"],
            ["Desa/kelurahan", f"{claim.village.title}, Kecamatan {claim.village.district.name}"],
            ["Santunan bila disetujui", f"{rupiah(claim.amount)} ({terbilang_rupiah(claim.amount)})"],
        ],
        "next": [
            "Simpan lembar ini. Jangan berikan kode rahasia kepada orang lain.",
            f"Lihat perkembangan pengajuan pada laman layanan {regency.title} dengan nomor dan kode di atas.",
            "Pengajuan ini gratis. Laporkan bila ada yang meminta imbalan.",
        ],
    }
    return _letter("santunan_kematian/receipt", "Tanda terima pengajuan santunan kematian", "", data, hand, claim,
                   programme, unit=_village_unit(claim), by=by, at=at)  # fmt: skip


def payment_list(*, payment_list: PaymentList, payments: Sequence[Payment], by: Any, at: datetime) -> Letter:
    """The daftar bayar as paid, with SP2D."""
    on = day_of(at)
    unit = office.office(payment_list.listed_by, on=on)
    hand = office.hand_of(payment_list.listed_by, on=on, otherwise=_("Bendahara"))
    total = sum(payment.amount for payment in payments)
    data = {
        "about": f"SP2D {payment_list.sp2d_number}",
        "notes": [
            ["Program", payment_list.programme.name],
            ["Kode rekening", payment_list.programme.account_code],
            ["SP2D", f"{payment_list.sp2d_number}, {tanggal(payment_list.sp2d_date or on)}"],
            ["Jumlah", f"{rupiah(total)} ({terbilang_rupiah(total)})"],
        ],
        "header": [
            "No.",
            "Kuitansi",
            "Almarhum",
            "Ahli waris",
            "NIK ahli waris",
            "Desa",
            "Cara",
            "Rekening",
            "Rupiah",
            "Tanda tangan",
        ],
        "rows": [
            [
                str(number),
                p.receipt_number,
                p.claim.name,
                p.claim.heir_name,
                mask_nik(p.claim.heir_nik),
                p.claim.village.title,
                str(p.get_method_display()),
                f"{p.claim.heir_bank} {mask_tail(p.claim.heir_account)}".strip(),
                rupiah_cell(p.amount, short=True),
                f"{number}. …………",
            ]
            for number, p in enumerate(payments, start=1)
        ],
        "widths": ["auto", "auto", 3, 3, "auto", 3, "auto", 2, "auto", 2],
        "aligns": ["r", "l", "l", "l", "l", "l", "l", "l", "r", "l"],
        "total": ["", "", "Jumlah", "", "", "", "", "", rupiah_cell(total, short=True), ""],
    }
    return _letter("letters/list", "Daftar bayar santunan kematian", payment_list.number, data, hand, payment_list,
                   payment_list.programme, unit=unit, by=by, at=at)  # fmt: skip


def receipt_of_money(*, payment: Payment, claim: Claim, by: Any, at: datetime) -> Letter:
    """The kuitansi: the amount in figures and in words."""
    on = day_of(at)
    unit = office.office(by, on=on)
    hand = office.hand_of(by, on=on, otherwise=_("Bendahara"))
    head = office.head_of(unit, on=on, otherwise=office.Hand("", _("Kepala Dinas Sosial")))
    data = {
        "received_from": f"Bendahara {unit.name if unit else 'Dinas Sosial'} {current_regency().title}",
        "amount": rupiah(payment.amount),
        "amount_in_words": _words(payment.amount),
        "purpose": f"Santunan kematian atas nama almarhum {claim.name}, meninggal {tanggal(claim.death_date)},"
        f" pengajuan {claim.number}",
        "account": claim.programme.account_code,
        "receiver": {"name": payment.handover.receiver_name},
        "payer": {"position": hand.position, "name": hand.name, "nip": hand.nip},
        "approver": {"position": head.position, "name": head.name, "nip": head.nip} if head.name else None,
    }
    return _letter("letters/kuitansi", "Kuitansi santunan kematian", payment.receipt_number, data, hand, payment,
                   claim.programme, unit=unit, by=by, at=at, day=payment.handover.date)  # fmt: skip


def minutes(*, handover: Handover, payment: Payment, claim: Claim, by: Any, at: datetime) -> Letter:
    """The berita acara serah terima, with both parties and the witness."""
    unit = office.office(by, on=handover.date)
    hand = office.hand_of(by, on=handover.date, otherwise=_("Bendahara"))
    data = {
        "opening": f"Pada hari ini, {tanggal_terbilang(handover.date)} ({handover.date:%d-%m-%Y}), bertempat di"
        f" {handover.place}, kami yang bertanda tangan di bawah ini:",
        "first": {
            "facts": [["Nama", hand.name], ["Jabatan", hand.position]],
            "signer": {"position": hand.position, "name": hand.name, "nip": hand.nip},
            "called": "PIHAK PERTAMA",
        },
        "second": {
            "facts": [
                ["Nama", handover.receiver_name],
                ["Hubungan", f"{str(claim.get_heir_relation_display()).lower()} almarhum {claim.name}"],
                ["Alamat", f"{claim.address}, {claim.village.title}"],
            ],
            "signer": {"position": "Ahli waris", "name": handover.receiver_name},
            "called": "PIHAK KEDUA",
        },
        "statements": [
            f"PIHAK PERTAMA menyerahkan kepada PIHAK KEDUA santunan kematian sebesar {rupiah(payment.amount)}"
            f" ({terbilang_rupiah(payment.amount)}) secara {str(payment.get_method_display()).lower()}, dan PIHAK"
            " KEDUA menyatakan telah menerimanya dengan utuh tanpa potongan.",
            f"Penyerahan ini berdasarkan SP2D {payment.payment_list.sp2d_number}, kuitansi {payment.receipt_number}.",
            *([f"Catatan: {handover.note}"] if handover.note else []),
        ],
        "witnesses": [{"position": "Saksi", "name": handover.witness_name}],
        "photo": _photo(handover),
    }
    return _letter("letters/minutes", "Berita acara serah terima santunan kematian", handover.number, data, hand,
                   handover, claim.programme, unit=unit, by=by, at=at, day=handover.date)  # fmt: skip


def death_list(
    *, claims: Sequence[Any], first: date, last: date, programme: Programme, by: Any, at: datetime
) -> Letter:
    """The list of deaths for Disdukcapil. Full NIK: this is what the registry acts on."""
    on = day_of(at)
    unit = office.office(by, on=on)
    hand = office.hand_of(by, on=on, otherwise=_("Dinas Sosial"))
    data = {
        "about": f"{tanggal(first)} sampai {tanggal(last)}",
        "header": [
            "No.",
            "NIK",
            "Nomor KK",
            "Nama",
            "L/P",
            "Lahir",
            "Meninggal",
            "Tempat",
            "Desa/kelurahan",
            "Pelapor",
        ],
        "rows": [
            [
                str(number),
                str(c.nik or "tanpa NIK"),
                str(c.kk),
                c.name,
                c.sex,
                tanggal(c.birth_date),
                tanggal(c.death_date),
                c.death_place,
                c.village.title,
                c.heir_name,
            ]
            for number, c in enumerate(claims, start=1)
        ],
        "widths": ["auto", "auto", "auto", 3, "auto", 2, 2, 2, 2, 2],
        "aligns": ["r", "l", "l", "l", "c", "l", "l", "l", "l", "l"],
    }
    return _letter("letters/list", "Daftar kematian untuk Disdukcapil", "", data, hand, programme, programme,
                   unit=unit, by=by, at=at)  # fmt: skip


def _letter(template: str, title: str, number: str, data: Any, hand: office.Hand, subject: Any, programme: Programme, *,
            unit: Any, by: Any, at: datetime, day: date | None = None) -> Letter:  # fmt: skip
    regency = current_regency()
    return request_letter(
        regency=regency,
        unit=unit,
        template=template,
        title=title,
        number=number,
        data=data,
        signer=Signer(name=hand.name, position=hand.position, nip=hand.nip),
        place=programme.place or regency.name,
        subject=subject,
        by=by,
        at=at,
        letter_date=day,
    )


def _photo(handover: Handover) -> dict[str, str] | None:
    """The picture of the handover, small enough to travel with the letter."""
    if handover.photo is None:
        return None
    made = io.BytesIO()
    with handover.photo.file.open("rb") as file, Image.open(file) as picture:
        picture.thumbnail((640, 480))
        picture.convert("RGB").quantize(128).save(made, "PNG", optimize=True)
        drawing = picture_svg(made.getvalue(), picture.width, picture.height)
    return {"drawing": drawing, "caption": f"Penyerahan kepada {handover.receiver_name}, {tanggal(handover.date)}"}


def _law(programme: Programme) -> list[str]:
    found = [
        "Undang-Undang Nomor 13 Tahun 2011 tentang Penanganan Fakir Miskin;",
        "Peraturan Pemerintah Nomor 12 Tahun 2019 tentang Pengelolaan Keuangan Daerah;",
        "Peraturan Menteri Dalam Negeri Nomor 77 Tahun 2020 tentang Pedoman Teknis Pengelolaan Keuangan Daerah;",
    ]
    return [*found, f"{programme.regulation}."] if programme.regulation else found


def _words(amount: Any) -> str:
    text = terbilang_rupiah(amount)
    return text[:1].upper() + text[1:]


def _village_unit(claim: Claim) -> Any:
    return claim.village.units.filter(closed_at=None).first()
