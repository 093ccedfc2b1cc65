"""All components on one page, with invented content; in development only."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict

from modules.services.public import shipped
from tenants.accounts.access import public_page
from tenants.fields import DayField, MoneyField
from tenants.files.forms import UploadField
from tenants.people.forms import NikField

_TONES = [
    ("ok", "Selesai"),
    ("warn", "Menunggu warga"),
    ("bad", "Terlambat 1 hari"),
    ("info", "Verifikasi"),
    ("accent", "Meja Anda"),
    ("", "Jam berhenti"),
]
_MODULES = ["e-Planning", "e-Budgeting", "SIMPELBANG", "e-SAKIP", "e-Dokuper", "e-Slamet", "Hibah Bansos", "Santunan"]
_MARKS = {"o": ("on", "hidup"), "t": ("trial", "uji coba"), "c": ("closing", "menutup"), "-": ("", "mati")}
_REGENCIES = [
    ("Batang", "Jawa Tengah", "ok", "Aktif", "oooooooo"),
    ("Manggarai", "Nusa Tenggara Timur", "ok", "Aktif", "-o-oo--o"),
    ("Kepulauan Siau Tagulandang Biaro", "Sulawesi Utara", "info", "Uji coba", "tt--ttt-"),
    ("Banjarnegara", "Jawa Tengah", "warn", "Baca saja", "oo-ooco-"),
]


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Nama almarhum", help_text="Seperti tertulis pada KTP.", initial="Karto Wijoyo")
    nik = NikField(label="NIK almarhum")
    died_on = DayField(label="Tanggal meninggal")
    amount = MoneyField(label="Besar santunan", initial=1_000_000)
    village = forms.ChoiceField(
        label="Desa", choices=[("", "Pilih desa"), ("1", "Silurah"), ("2", "Sodong")], required=False
    )
    place = forms.ChoiceField(
        label="Tempat meninggal",
        widget=forms.RadioSelect,
        choices=[("home", "Di rumah"), ("hospital", "Di fasilitas kesehatan"), ("other", "Lainnya")],
        initial="home",
    )
    papers = forms.MultipleChoiceField(
        label="Yang dibawa",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=["kk"],
        choices=[
            ("Almarhum", [("kk", "Kartu Keluarga"), ("ktp", "KTP")]),
            ("Ahli waris", [("heir", "KTP ahli waris"), ("power", "Surat kuasa")]),
        ],
    )
    letter = UploadField(label="Surat kematian desa")
    story = forms.CharField(label="Keterangan", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    true = forms.BooleanField(label="Saya menyatakan keterangan ini benar")


class SampleFilter(forms.Form):
    query = forms.CharField(label="Cari nama, nomor, desa", required=False)
    village = forms.ChoiceField(label="Desa", choices=[("", "Semua desa"), ("1", "Silurah")], required=False)
    day = DayField(label="Sejak", required=False)


@public_page
def gallery(request: HttpRequest) -> HttpResponse:
    """`?brand=songke` shows a regency's colour."""
    if not settings.DEBUG:
        raise Http404
    refused = SampleForm(
        {"name": "Karto Wijoyo", "nik": "33251234", "died_on": "", "amount": "sejuta", "place": "home"},
        MultiValueDict({"letter": [SimpleUploadedFile("surat.exe", b"MZ")]}),
    )
    tokens = (settings.BASE_DIR / "static" / "css" / "0-tokens.css").read_text()
    brands = re.findall(r'\[data-brand="(\w+)"\]', tokens)
    context: dict[str, Any] = {
        "brands": brands,
        "chosen": request.GET.get("brand", "teal"),
        "tones": _TONES,
        "form": SampleForm(),
        "refused": refused,
        "filter": SampleFilter(),
        **_cases(),
        **_console(),
        **_charts(),
    }
    return render(request, "gallery.html", context)


def _cases() -> dict[str, Any]:
    """What staff see of a case and of a list of cases."""
    return {
        "crumbs": [("Kotak masuk", "#"), ("Santunan kematian", "#"), ("Pengajuan November 2026", "#")],
        "chips": [
            {"label": "Perlu saya", "url": "#", "current": True, "count": 7},
            {"label": "Semua terbuka", "url": "#", "count": 23},
            {"label": "Terlambat", "url": "#", "count": 1},
            {"label": "Menunggu warga", "url": "#"},
        ],
        "figures": [
            {"label": "Jatuh tempo hari ini", "value": 5, "note": "dari 23 terbuka", "url": "#"},
            {"label": "Terlambat", "value": 1, "note": "di meja keputusan", "tone": "bad"},
            {"label": "Cair bulan ini", "value": "Rp 188.000.000", "note": "188 jiwa"},
            {"label": "Rata-rata selesai", "value": "1,4 hari", "note": "janji: 5 hari kerja", "tone": "ok"},
        ],
        "steps": [
            {"label": "Diajukan desa", "state": "done"},
            {"label": "Disahkan kepala desa", "state": "done"},
            {"label": "Verifikasi Dinsos", "state": "current", "note": "sampai 23 November"},
            {"label": "Keputusan"},
            {"label": "Daftar bayar"},
            {"label": "Diserahkan"},
        ],
        "rows": [
            (
                "SK-2026-004512",
                "Siti Aminah, Desa Silurah",
                "Almarhum: Karto Wijoyo · meninggal 18 November 2026",
                "info",
                "Verifikasi",
                "warn",
                "Hari ini",
            ),
            (
                "SK-2026-004498",
                "Murni Lestari, Kel. Kauman",
                "Bayi, tanpa NIK: KK dan surat lahir lengkap",
                "accent",
                "Keputusan",
                "bad",
                "Terlambat 1 hari",
            ),
            (
                "SK-2026-004487",
                "Slamet Riyadi, Desa Wonotunggal",
                "Dikembalikan: surat kematian desa tidak terbaca",
                "warn",
                "Menunggu warga",
                "",
                "Jam berhenti",
            ),
            (
                "SK-2026-004471",
                "Agus Santosa, Desa Tulis",
                "Diserahkan 22 November 2026, kuitansi dan foto ada",
                "ok",
                "Selesai",
                "ok",
                "Tepat waktu",
            ),
        ],
        "facts": [
            ("NIK almarhum", "3325************"),
            ("Meninggal", "18 November 2026, di rumah, sakit"),
            ("Ahli waris", "Siti Aminah, istri"),
            ("Santunan sebelumnya", ""),
        ],
        "checks": [
            {"label": "Diajukan 2 hari setelah meninggal", "note": "batas 60 hari"},
            {"label": "NIK belum pernah menerima santunan"},
            {"label": "Data sosial hampir habis masa berlakunya", "state": "warn", "note": "31 Desember 2026"},
            {"label": "Surat kematian desa tidak terbaca", "state": "failed"},
            {"label": "Survei rumah", "state": "todo"},
        ],
        "files": [
            {"name": "Surat kematian desa.pdf", "url": "#", "note": "PDF, 240 KB", "status": "Terbaca", "tone": "ok"},
            {
                "name": "Foto kartu keluarga yang namanya panjang sekali 20261120_114002.jpg",
                "url": "#",
                "note": "1,2 MB",
            },
            {"name": "Surat kuasa", "note": "hanya bila diwakilkan", "status": "Belum ada"},
        ],
        "events": [
            {"label": "Menunggu verifikasi Anda", "note": "batas 23 November 2026 pukul 16.00 WIB", "state": "next"},
            {"label": "Dikembalikan", "reason": "Surat kematian belum dicap.", "note": "H. Suwandi", "state": "warn"},
            {"label": "Disahkan kepala desa", "note": "H. Suwandi · 20 November 2026 14.12"},
            {"label": "Diajukan", "note": "Operator Desa Silurah · 20 November 2026 11.40"},
        ],
        "decisions": [
            {"key": "approve", "label": "Setujui dan teruskan", "tone": "primary"},
            {"key": "survey", "label": "Minta survei"},
            {"key": "return", "label": "Kembalikan", "needs_reason": True},
            {"key": "reject", "label": "Tolak", "tone": "danger", "needs_reason": True},
        ],
        "tiles": [
            {
                "title": "Kelahiran",
                "text": "Akta kelahiran, KK, KIA",
                "promise": "4 layanan · 3 hari kerja",
                "url": "#",
            },
            {"title": "Kematian", "text": "Akta, santunan, ahli waris", "promise": "3 layanan", "url": "#"},
            {"title": "Usaha", "text": "Surat usaha, reklame, tera ulang", "url": "#", "icon": "store"},
        ],
    }


def _console() -> dict[str, Any]:
    """What the central team sees."""
    return {
        "modules": _MODULES,
        "regencies": [
            {"name": n, "province": p, "tone": t, "state": s, "cells": [_MARKS[c] for c in cells]}
            for n, p, t, s, cells in _REGENCIES
        ],
        "legend": list(_MARKS.values()),
        "work": [
            {"label": "Ruang data tersendiri dibuat", "note": "0,19 detik", "state": "done"},
            {"label": "12 kecamatan dan 171 desa/kelurahan dimuat", "note": "0,06 detik", "state": "done"},
            {"label": "Templat Batang disalin", "state": "running"},
            {"label": "Akun administrator dan undangan", "state": "waiting"},
        ],
        "definition": (service := shipped()["surat_keterangan_usaha"]),
        "steps_of_service": [state for state in service.states if state.days],
        "pictures": ["inbox", "search", "done", "file", "lock", "clock", "lost", "broken", "people"],
    }


def _charts() -> dict[str, Any]:
    months = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]
    return {
        "bars": [
            {"label": "Wonotunggal", "value": 41, "url": "#"},
            {"label": "Bandar", "value": 33},
            {"label": "Gringsing, termasuk pesisir utara", "value": 12, "tone": "warn"},
            {"label": "Tulis", "value": 0},
        ],
        "parts": [
            {"label": "Disetujui", "value": 154, "tone": "ok"},
            {"label": "Dikembalikan", "value": 25, "tone": "warn"},
            {"label": "Ditolak", "value": 9, "tone": "bad"},
        ],
        "months": months,
        "lines": [
            {
                "label": "Rencana",
                "values": [4, 10, 18, 27, 36, 45, 54, 64, 74, 84, 93, 100],
                "plan": True,
                "tone": "none",
            },
            {"label": "Realisasi", "values": [3, 8, 15, 22, 31, 38, 47, 55, 66, 71, 79, None], "tone": "accent"},
        ],
        "year": [12, 9, 14, 11, 17, 13, 15, 19, 16, 14, 21, 18],
    }
