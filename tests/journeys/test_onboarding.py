"""Manggarai comes by itself: from the public site, over the console and a first hour, to its first real case."""

from __future__ import annotations

import re
import time
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image
from playwright.sync_api import expect

from tests.journeys import family, trade
from tests.journeys.deployment import Deployment, wait_for
from tests.journeys.person import Company, Person
from tests.journeys.stage import OPERATOR
from tests.journeys.test_sign_in import totp

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOST = "manggarai.localhost"
PASSWORD = "sawah-lodok-cancar-2026"
OFFICER, SECOND = "maria@manggaraikab.go.id", "yohanes@manggaraikab.go.id"
CLERK, HEAD = "operator-desa@manggaraikab.go.id", "kepala-desa@manggaraikab.go.id"
APPLIED_FOR, SWITCHED_ON = "surat_keterangan_domisili", "surat_keterangan_usaha"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_from_nothing_to_the_first_case(company: Company) -> None:
    site = company.site
    officer = company.stranger("localhost")
    _looks_around(officer)
    assessment = _assesses(officer)
    _proves_the_mailbox(officer, site)
    _fills_in(officer)
    officer.press("Ajukan kepada tim pusat")
    officer.sees("Pengajuan sedang diperiksa")
    application = officer.path

    operator = company.colleague(OPERATOR, host="localhost")
    operator.go("/console/applications/")
    operator.follow("Kabupaten Manggarai")
    operator.sees(assessment)
    operator.press("Setujui dan siapkan")
    officer.go(application)
    # The page moves by itself until the regency is there.
    expect(officer.page.get_by_role("heading", level=1)).to_contain_text("uji coba", timeout=60_000)

    maria, yohanes = _joins(company, OFFICER), _joins(company, SECOND)
    village = _has_a_first_hour(maria, yohanes, site)
    for service in (APPLIED_FOR, SWITCHED_ON):
        number = _carries_a_case_to_its_end(company, service, village)
        assert number.startswith("UJI-"), "until it goes live, a case is a rehearsal"
    _signs(maria, operator)

    maria.go("/work/start/")
    maria.sees("8 dari 8 langkah selesai")
    maria.press("Minta mulai berlaku")
    operator.go("/console/applications/")
    operator.follow("Kabupaten Manggarai meminta mulai berlaku")
    operator.press("Mulai berlaku")
    operator.sees("Kabupaten Manggarai mulai berlaku.")

    portal = company.citizen(HOST)
    wait_for("every process knows that it is live", lambda: "masih uji coba" not in _text(portal))
    number = _carries_a_case_to_its_end(company, SWITCHED_ON, village)
    assert re.fullmatch(r"SKU-\d{4}-000001", number), "the first real case is number one"


def _looks_around(officer: Person) -> None:
    """The catalogue, without anybody's help."""
    officer.go("/")
    officer.follow("Lihat katalog")
    officer.page.locator(f"a[href='/catalogue/{SWITCHED_ON}/']").click()
    officer.sees("Yang dibutuhkannya")
    officer.sees("Kabupaten Batang")
    officer.look()


def _assesses(officer: Person) -> str:
    """A beginning of an assessment, and what it says already; its number."""
    officer.follow("Penilaian")
    officer.page.locator("[name=regency_code]").select_option("53.10")
    officer.fill("Nama penanggung jawab", "Maria Goreti")
    officer.fill("Surel penanggung jawab", OFFICER)
    officer.choose("Belajar dari daerah", "Kabupaten Batang")
    officer.press("Mulai dan simpan")
    officer.page.locator(".standings a[href*='/A/']").first.click()
    officer.page.locator("#q-A01 input[value='4']").check()
    expect(officer.page.locator("#state-A01 .saved")).to_be_visible()
    officer.press("Simpan dan lanjut")
    officer.follow("Hasil")
    officer.sees("Keputusan per modul")
    number = re.search(r"AS-\w{8}", officer.page.content())
    assert number
    return number[0]


def _proves_the_mailbox(officer: Person, site: Deployment) -> None:
    """From the result to the application; then through the mailbox of the government."""
    officer.follow("Daftarkan Kabupaten Manggarai")
    officer.fill("Nama Anda", "Maria Goreti")
    officer.fill("Surel resmi", OFFICER)
    officer.press("Kirim tautan ke surel saya")
    officer.sees("Buka kotak surel Anda")
    officer.go(_mailed(site, OFFICER, r"http://localhost\S*?(/apply/verify/\S+)"))
    officer.press("Ya, lanjutkan pengajuan")


def _fills_in(officer: Person) -> None:
    officer.follow("Penanggung jawab")
    officer.fill("NIP", "198503152010012003")
    officer.fill("Jabatan", "Kepala Dinas Komunikasi dan Informatika")
    officer.fill("Telepon", "0812 3456 7890")
    officer.press("Simpan")
    officer.follow("Surat tugas")
    officer.hand_in("Surat tugas", family.paper("surat-tugas.jpg"))
    officer.press("Unggah")
    officer.follow("Alamat situs")
    officer.fill("Nama alamat", "batang-")
    expect(officer.page.locator("#check")).to_contain_text("Tanda hubung")
    officer.fill("Nama alamat", "manggarai")
    expect(officer.page.locator("#check")).to_contain_text("dapat dipakai")
    officer.press("Simpan")
    officer.follow("Modul dan layanan")
    officer.page.get_by_label("Surat keterangan domisili").check()
    officer.choose("Templat dari", "Kabupaten Batang")
    officer.press("Simpan")
    officer.follow("Administrator pertama")
    officer.page.locator("[name=name_2]").fill("Yohanes Nggarang")
    officer.page.locator("[name=email_2]").fill(SECOND)
    officer.press("Simpan")
    officer.follow("Kerja sama")
    officer.fill("Nama penanda tangan", "Hery Nabit Latuk")
    officer.fill("Alamat kantor", "Jalan Motang Rua, Ruteng")
    officer.press("Simpan")


def _joins(company: Company, email: str) -> Person:
    """Takes the invitation from the mailbox and arrives in the workspace."""
    person = company.stranger(HOST)
    person.go(_mailed(company.site, email, rf"http://{HOST}\S*?(/account/invitation/\S+)"))
    for field in person.page.locator("[type=password]").all():
        field.fill(PASSWORD)
    person.submit()
    return person


def _takes_a_second_factor(person: Person) -> None:
    person.go("/account/mfa/totp/activate/")
    if "/reauthenticate/" in person.path:
        person.page.locator("[name=password]").fill(PASSWORD)
        person.submit()
    secret = person.page.locator("code").text_content() or ""
    person.page.locator("[name=code]").fill(totp(secret, time.time()))
    person.submit()


def _has_a_first_hour(maria: Person, yohanes: Person, site: Deployment) -> str:
    """Step by step as the page says; the village whose people are there at its end."""
    maria.go("/work/start/")
    maria.sees("dari 8 langkah selesai")
    maria.follow("Unggah lambang")
    maria.hand_in("Lambang", {"name": "lambang.png", "mimeType": "image/png", "buffer": _crest()})
    maria.press("Simpan")
    maria.sees("Identitas disimpan.")
    _fills_the_offices(maria, site)
    village = _invites(maria)
    for administrator in (maria, yohanes):
        _takes_a_second_factor(administrator)
    maria.go("/work/start/")
    maria.follow("Tetapkan pengirim")
    maria.fill("Surel untuk balasan", "diskominfo@manggaraikab.go.id")
    maria.press("Simpan")
    maria.go("/work/start/")
    maria.follow("Buka daftar layanan")
    maria.press("Hidupkan Surat keterangan usaha")
    maria.sees("Surat keterangan usaha hidup.")
    return village


def _fills_the_offices(maria: Person, site: Deployment) -> None:
    """The sheet with the offices is taken, completed, and first sent back with a mistake in it."""
    maria.go("/work/start/")
    maria.follow("Unggah daftar OPD")
    book = load_workbook(BytesIO(maria.download("Unduh lembar OPD (XLSX)")))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, heads.index("Alamat") + 1, "Jalan Motang Rua, Ruteng")
    postcode = sheet.cell(2, heads.index("Kode pos") + 1, "865")
    _uploads(maria, "opd.xlsx", book)
    maria.sees("Kode pos terdiri atas 5 angka.")
    postcode.value = "86518"
    _uploads(maria, "opd.xlsx", book)
    maria.press("Simpan semua")
    bare = "SELECT count(*) FROM manggarai.organisation_unit WHERE address = '' AND code = ANY(%s)"
    codes = [str(cell.value) for cell in sheet["A"][1:]]
    site.wait_for("a worker has written the offices", lambda: site.ask(bare, codes) == 0)


def _invites(maria: Person) -> str:
    """Two people of the first village that the sheet names."""
    maria.go("/work/start/")
    maria.follow("Unggah daftar petugas")
    book = load_workbook(BytesIO(maria.download("Unduh lembar kosong (XLSX)")))
    people, known = book.worksheets
    unit, village = next(
        (code, name)
        for _role, code, name in known.iter_rows(min_row=2, max_col=3, values_only=True)
        if str(name).startswith("Desa ")
    )
    people.append(["Stefanus Jemadu", CLERK, "", unit, "", "Operator desa"])
    people.append(["Kristina Mamut", HEAD, "", unit, "Kepala Desa", "Kepala desa atau lurah"])
    _uploads(maria, "petugas.xlsx", book)
    maria.press("Undang 2 orang")
    maria.sees("2 undangan dikirim.")
    return str(village)


def _carries_a_case_to_its_end(company: Company, service: str, village: str) -> str:
    """A citizen asks on the portal, the village checks and signs."""
    citizen = company.citizen(HOST)
    citizen.go(f"/services/{service}/application/")
    citizen.fill("Nama lengkap", "Agnes Suryati")
    citizen.fill("NIK", "5310014403559001")
    citizen.choose("Desa atau kelurahan tempat tinggal", village)
    {APPLIED_FOR: _of_a_home, SWITCHED_ON: _of_a_trade}[service](citizen)
    citizen.press("Kirim permohonan")
    number = citizen.figure("Nomor")
    for email, step in ((CLERK, "Lengkap, teruskan"), (HEAD, "Tanda tangani")):
        person = _member(company, email)
        person.go("/work/")
        person.follow(number)
        person.press(step)
        person.sees(f"{number}:")
    return number


def _of_a_trade(citizen: Person) -> None:
    trade.describe(citizen, name="Kopi Lelak", kind="Kopi")


def _of_a_home(citizen: Person) -> None:
    citizen.choose("Jenis domisili", "Perorangan")
    citizen.fill("Alamat pada KTP", "Ruteng")
    citizen.fill("Alamat domisili sekarang", "RT 02")
    citizen.fill("Tinggal sejak", "2020-01-05")
    citizen.choose("Status tempat", "Milik sendiri")
    citizen.fill("Keperluan", "Pendaftaran sekolah")
    for document in ("KTP", "Pengantar RT/RW"):
        citizen.hand_in(document, family.paper("pindai.jpg"))


def _member(company: Company, email: str) -> Person:
    """Somebody who was invited: by the invitation the first time, by the password afterwards."""
    if company.site.ask("SELECT password LIKE '!%%' FROM manggarai.accounts_user WHERE email = %s", email):
        return _joins(company, email)
    person = company.stranger(HOST)
    person.sign_in(email, PASSWORD)
    return person


def _signs(maria: Person, operator: Person) -> None:
    """The agreements are handed in signed, and the central team finds them right."""
    for kind in ("Perjanjian Kerja Sama", "Perjanjian Pemrosesan Data Pribadi"):
        maria.go("/work/start/agreements/")
        maria.choose("Naskah", kind)
        maria.fill("Nomor naskah", f"120/{len(kind)}/2026")
        maria.fill("Ditandatangani pada", "2026-01-05")
        maria.fill("Berlaku sampai", "2031-01-04")
        maria.fill("Surel narahubung", OFFICER)
        maria.hand_in("Pindaian bertanda tangan", family.paper("naskah.jpg"))
        maria.press("Unggah")
        maria.sees("Naskah terkirim.")
    for _kind in range(2):
        operator.go("/console/regencies/53.10/agreements/")
        operator.press("Nyatakan sah")


def _uploads(person: Person, name: str, book: Workbook) -> None:
    file = BytesIO()
    book.save(file)
    sent: Any = {"name": name, "mimeType": XLSX, "buffer": file.getvalue()}
    person.page.locator("input[type=file]").set_input_files(sent)
    person.press("Lihat pratinjau")


def _crest() -> bytes:
    made = BytesIO()
    Image.new("RGB", (300, 400), "maroon").save(made, "PNG")
    return made.getvalue()


def _text(person: Person) -> str:
    person.go("/")
    return person.page.content()


def _mailed(site: Deployment, to: str, pattern: str) -> str:
    """The newest address of that kind in somebody's mailbox."""

    def found() -> str:
        links = []
        for file in sorted((site.folder / "mail").glob("*"), key=lambda path: path.stat().st_mtime):
            for raw in re.split(rb"(?m)^-{79}\n", file.read_bytes()):
                mail = message_from_bytes(raw.strip(), policy=default)
                if to in str(mail["To"]) and (match := re.search(pattern, mail.get_content())):
                    links.append(match[1])
        return links[-1] if links else ""

    return wait_for(f"a link is in the mailbox of {to}", found)
