"""Letters with people who do not exist."""

import io
from typing import Any

from PIL import Image, ImageDraw

from tenants.letters.pdf import picture_svg, qr_svg

SIGNER = {
    "on_behalf": "",
    "position": "Kepala Dinas Sosial\nKabupaten Batang",
    "name": "Dra. WULANDARI SETYANINGSIH, M.Si.",
    "rank": "Pembina Utama Muda",
    "nip": "19700101 199503 2 999",
}


def crest() -> str:
    picture = Image.new("RGBA", (240, 300), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(10, 10), (230, 10), (230, 180), (120, 290), (10, 180)], fill="#0f766e", outline="#134e4a", width=8)
    draw.ellipse([70, 60, 170, 160], fill="#facc15")
    target = io.BytesIO()
    picture.save(target, "PNG")
    return picture_svg(target.getvalue(), 240, 300)


def letterhead(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "unit",
        "above": ["Pemerintah Kabupaten Batang"],
        "name": "Dinas Sosial",
        "address": [
            "Jalan Pemuda Nomor 99, Batang, Jawa Tengah 51211",
            "Telepon (0285) 000000, Pos-el dinsos@batang.test, Laman dinsos.batang.test",
        ],
        "crest": crest(),
        **changes,
    }


def letter(**changes: Any) -> dict[str, Any]:
    return {
        "number": "400.9/123/DINSOS/2026",
        "title": "Surat Keterangan",
        "date": "12 Oktober 2026",
        "place": "Batang",
        "issuer": "Dinas Sosial Kabupaten Batang",
        "code": "K7Q4-M2XP-9TRD",
        "url": "https://batang.rujukan.test/letters/verify/K7Q4M2XP9TRD/",
        "url_shown": "batang.rujukan.test/letters/verify/",
        "fingerprint": "7c1e 09ab 44f2 d0c3",
        "watermark": "",
        "paper": "f4",
        **changes,
    }


def data(content: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    head = letter(**changes)
    return {
        "letter": head,
        "letterhead": letterhead(),
        "signer": SIGNER,
        "qr": qr_svg(str(head["url"])),
        **(content or {}),
    }


LETTER = {
    "blocks": [
        {
            "kind": "text",
            "texts": ["Yang bertanda tangan di bawah ini, Kepala Dinas Sosial Kabupaten Batang, menerangkan bahwa:"],
        },
        {
            "kind": "facts",
            "rows": [
                ["Nama", "SUTRISNO BIN KASMIN"],
                ["NIK", "3325010107509901"],
                ["Tempat, tanggal lahir", "Batang, 1 Juli 1950"],
                ["Alamat", "RT 002 RW 001 Desa Silurah, Kecamatan Wonotunggal"],
            ],
        },
        {
            "kind": "text",
            "indent": False,
            "texts": [
                "terdaftar dalam Data Tunggal Sosial dan Ekonomi Nasional pada desil 2 dan memenuhi syarat sebagai"
                " penerima santunan kematian sesuai dengan Peraturan Bupati Batang Nomor 65 Tahun 2017.",
                "Demikian surat keterangan ini dibuat untuk dipergunakan sebagaimana mestinya. #panic() *bukan tebal*"
                " $x$ @label <b>&amp;</b> \\ `kode`",
            ],
        },
    ]
}
LETTER_TO = {
    "recipient": "Kepala Dinas Kependudukan dan Pencatatan Sipil\nKabupaten Batang\ndi Batang",
    "attachments": "1 (satu) berkas",
    "copies": ["Bupati Batang (sebagai laporan)", "Camat Wonotunggal"],
    "blocks": [
        {
            "kind": "text",
            "texts": [
                "Bersama ini kami sampaikan daftar penduduk yang meninggal dan telah menerima santunan kematian pada"
                " bulan September 2026, untuk dicatat pada register akta kematian.",
            ],
        },
        {
            "kind": "table",
            "header": ["No.", "Nama", "Desa", "Tanggal meninggal", "Santunan (Rp)"],
            "widths": ["auto", 3, 2, 2, 2],
            "aligns": ["c", "l", "l", "l", "r"],
            "rows": [[str(n), f"Almarhum Contoh {n}", "Silurah", "3 September 2026", "1.000.000"] for n in range(1, 6)],
            "total": ["", "Jumlah", "", "", "5.000.000"],
        },
        {"kind": "text", "texts": ["Atas perhatian dan kerja sama Saudara, kami ucapkan terima kasih."]},
    ],
}
DECREE = {
    "office": "Kepala Dinas Sosial Kabupaten Batang",
    "about": "Penetapan Penerima Santunan Kematian Tahap X Tahun Anggaran 2026",
    "considering": [
        "bahwa untuk meringankan beban keluarga miskin yang berduka, Pemerintah Kabupaten Batang memberikan santunan"
        " kematian;",
        "bahwa berdasarkan pertimbangan sebagaimana dimaksud dalam huruf a, perlu menetapkan Keputusan Kepala Dinas"
        " Sosial tentang Penetapan Penerima Santunan Kematian;",
    ],
    "recalling": [
        "Undang-Undang Nomor 13 Tahun 2011 tentang Penanganan Fakir Miskin;",
        "Peraturan Bupati Batang Nomor 65 Tahun 2017 tentang Santunan Kematian bagi Penduduk Miskin;",
    ],
    "clauses": [
        "Menetapkan penerima santunan kematian sebagaimana tercantum dalam Lampiran Keputusan ini.",
        "Besaran santunan sebagaimana dimaksud dalam Diktum KESATU sebesar Rp 1.000.000,00 (satu juta rupiah) untuk"
        " setiap penduduk yang meninggal.",
        "Keputusan ini mulai berlaku pada tanggal ditetapkan.",
    ],
    "annex": {
        "title": "Daftar Penerima Santunan Kematian",
        "header": ["No.", "Almarhum", "Ahli waris", "Desa/Kecamatan", "Jumlah (Rp)"],
        "widths": ["auto", 3, 3, 3, 2],
        "aligns": ["c", "l", "l", "l", "r"],
        "rows": [
            [str(n), f"Almarhum Contoh {n}", f"Ahli Waris Contoh {n}", "Silurah/Wonotunggal", "1.000.000,00"]
            for n in range(1, 61)
        ],
        "total": ["", "Jumlah", "", "", "60.000.000,00"],
    },
}
KUITANSI = {
    "received_from": "Bendahara Pengeluaran Badan Pengelola Keuangan Daerah Kabupaten Batang",
    "amount": "Rp 1.000.000,00",
    "amount_in_words": "satu juta rupiah",
    "purpose": "Santunan kematian bagi ahli waris almarhum Sutrisno bin Kasmin, Desa Silurah, Kecamatan Wonotunggal.",
    "account": "5.3.01.01.01.0001 Belanja Tidak Terduga",
    "payer": {"position": "Bendahara Pengeluaran", "name": "ENDAH PALUPI, S.E.", "nip": "19850203 201001 2 999"},
    "receiver": {"name": "SITI AMINAH"},
    "approver": {**SIGNER, "position": "Kuasa Pengguna Anggaran"},
}
MINUTES = {
    "opening": "Pada hari ini, Senin tanggal dua belas bulan Oktober tahun dua ribu dua puluh enam, bertempat di Balai"
    " Desa Silurah, yang bertanda tangan di bawah ini:",
    "first": {
        "called": "PIHAK PERTAMA",
        "facts": [["Nama", "Endah Palupi, S.E."], ["Jabatan", "Bendahara Pengeluaran"]],
        "signer": KUITANSI["payer"],
    },
    "second": {
        "called": "PIHAK KEDUA",
        "facts": [["Nama", "Siti Aminah"], ["Hubungan", "Istri almarhum Sutrisno bin Kasmin"]],
        "signer": {"position": "Ahli waris", "name": "SITI AMINAH"},
    },
    "statements": [
        "PIHAK PERTAMA menyerahkan kepada PIHAK KEDUA uang santunan kematian sebesar Rp 1.000.000,00 (satu juta"
        " rupiah), dan PIHAK KEDUA menerimanya dalam jumlah yang cukup.",
        "Demikian berita acara ini dibuat dalam rangkap dua untuk dipergunakan sebagaimana mestinya.",
    ],
    "witnesses": [
        {"position": "Kepala Desa Silurah", "name": "SURATMAN"},
        {"position": "TKSK Wonotunggal", "name": "DIAN PERMATA"},
    ],
}
LIST = {
    "about": "Bulan September 2026",
    "notes": [["Program", "Santunan kematian"], ["Sumber dana", "Belanja Tidak Terduga"]],
    "header": ["No.", "NIK", "Nama", "Tanggal meninggal", "Desa", "Kecamatan", "Jumlah (Rp)"],
    "widths": ["auto", 3, 4, 3, 3, 3, 2],
    "aligns": ["c", "l", "l", "l", "l", "l", "r"],
    "rows": [
        [str(n), "3325010107509901", f"Almarhum Contoh {n}", "3 September 2026", "Silurah", "Wonotunggal", "1.000.000"]
        for n in range(1, 46)
    ],
    "total": ["", "", "Jumlah", "", "", "", "45.000.000"],
}
EVERY = {
    "letters/letter": LETTER,
    "letters/decree": DECREE,
    "letters/kuitansi": KUITANSI,
    "letters/minutes": MINUTES,
    "letters/list": LIST,
}
