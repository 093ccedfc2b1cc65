"""Manggarai comes by itself: from the public site, over the console and a first hour, to its first real case."""

from __future__ import annotations

import re
import time
from email import message_from_bytes
from email.policy import default
from io import BytesIO

import pytest
from playwright.sync_api import expect

from tests.journeys import family
from tests.journeys.deployment import Deployment, wait_for
from tests.journeys.person import Company, Person
from tests.journeys.stage import OPERATOR
from tests.journeys.test_sign_in import totp

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOST = "manggarai.localhost"
PASSWORD = "sawah-lodok-cancar-2026"
OFFICER, SECOND = "maria@manggaraikab.go.id", "yohanes@manggaraikab.go.id"
CLERK, HEAD = "operator-desa@manggaraikab.go.id", "kepala-desa@manggaraikab.go.id"
SERVICE = "surat_keterangan_usaha"


def test_from_nothing_to_the_first_case(company: Company) -> None:
    site = company.site
    officer = company.stranger("localhost")
    _proves_the_mailbox(officer, site)
    _fills_in(officer)
    officer.press("Ajukan kepada tim pusat")
    officer.sees("Pengajuan sedang diperiksa")
    application = officer.path

    operator = company.colleague(OPERATOR, host="localhost")
    operator.go("/console/applications/")
    operator.follow("Kabupaten Manggarai")
    operator.press("Setujui dan siapkan")
    officer.go(application)
    # The page moves by itself until the regency is there.
    expect(officer.page.get_by_role("heading", level=1)).to_contain_text("uji coba", timeout=60_000)

    maria, yohanes = _joins(company, OFFICER), _joins(company, SECOND)
    maria.go("/work/start/")
    maria.sees("dari 8 langkah selesai")
    for administrator in (maria, yohanes):
        _takes_a_second_factor(administrator)
    _fills_the_offices(maria, site)
    _invites(maria, site)
    maria.go("/work/outbox/sender/")
    maria.fill("Surel untuk balasan", "diskominfo@manggaraikab.go.id")
    maria.press("Simpan")

    number = _carries_a_case_to_its_end(company)
    assert number.startswith("UJI-SKU-"), "until it goes live, a case is a rehearsal"
    _signs(maria, operator)

    maria.go("/work/start/")
    maria.press("Minta mulai berlaku")
    operator.go("/console/applications/")
    operator.follow("Kabupaten Manggarai meminta mulai berlaku")
    operator.press("Mulai berlaku")
    operator.sees("Kabupaten Manggarai mulai berlaku.")

    portal = company.citizen(HOST)
    wait_for("every process knows that it is live", lambda: "masih uji coba" not in _text(portal))
    number = _carries_a_case_to_its_end(company)
    assert re.fullmatch(r"SKU-\d{4}-000001", number), "the first real case is number one"


def _proves_the_mailbox(officer: Person, site: Deployment) -> None:
    officer.go("/")
    officer.follow("Daftarkan kabupaten Anda")
    officer.fill("Nama atau kode", "manggarai")
    officer.press("Cari")
    officer.press("Pilih Kabupaten Manggarai", role="link")
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
    officer.page.get_by_label("Surat keterangan usaha").check()
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


def _fills_the_offices(maria: Person, site: Deployment) -> None:
    with site.connect() as connection:
        rows = connection.execute(
            "SELECT code, name, kind FROM manggarai.organisation_unit WHERE closed_at IS NULL"
            " AND kind IN ('setda', 'setwan', 'inspektorat', 'dinas', 'badan', 'satuan')"
        ).fetchall()
    lines = [f"{code};{name};{kind};Jalan Motang Rua, Ruteng" for code, name, kind in rows]
    maria.go("/work/start/")
    maria.follow("Unggah daftar OPD")
    _uploads(maria, "opd.csv", "Kode;Nama;Jenis;Alamat\n" + "\n".join(lines))
    with maria.page.expect_navigation():
        maria.page.locator("main form button.primary").first.click()
    bare = "SELECT count(*) FROM manggarai.organisation_unit WHERE address = '' AND code = ANY(%s)"
    codes = [code for code, _name, _kind in rows]
    site.wait_for("a worker has written the offices", lambda: site.ask(bare, codes) == 0)


def _invites(maria: Person, site: Deployment) -> None:
    unit = site.ask(
        "SELECT unit.code FROM manggarai.organisation_unit unit JOIN manggarai.organisation_village village"
        " ON village.id = unit.village_id WHERE village.kind = 'desa' ORDER BY village.code LIMIT 1"
    )
    head = site.ask(
        "SELECT position.name FROM manggarai.organisation_position position JOIN manggarai.organisation_unit unit"
        " ON unit.id = position.unit_id WHERE position.is_head AND unit.code = %s",
        unit,
    )
    maria.go("/work/staff/import/")
    _uploads(
        maria,
        "petugas.csv",
        "Nama;Surel;Unit;Jabatan;Peran\n"
        f"Stefanus Jemadu;{CLERK};{unit};;operator_desa\n"
        f"Kristina Mamut;{HEAD};{unit};{head or 'Kepala Desa'};kepala_desa",
    )
    maria.press("Undang 2 orang")
    maria.sees("2 undangan dikirim.")


def _carries_a_case_to_its_end(company: Company) -> str:
    """A citizen asks on the portal, the village checks and signs."""
    citizen = company.citizen(HOST)
    citizen.go(f"/services/{SERVICE}/application/")
    village = "SELECT id FROM manggarai.organisation_village WHERE kind = 'desa' ORDER BY code LIMIT 1"
    citizen.fill("Nama lengkap", "Agnes Suryati")
    citizen.fill("NIK", "5310014403559001")
    citizen.page.locator("[name=applicant_village]").select_option(str(company.site.ask(village)))
    citizen.fill("Nama usaha", "Kopi Lelak")
    citizen.fill("Jenis usaha", "Kopi")
    citizen.fill("Alamat usaha", "RT 02")
    citizen.fill("Tahun mulai usaha", "2015")
    citizen.choose("Keperluan", "KUR atau kredit")
    for document in ("KTP", "Foto tempat usaha"):
        citizen.hand_in(document, family.paper("pindai.jpg"))
    citizen.press("Kirim permohonan")
    number = citizen.figure("Nomor")
    for email, step in ((CLERK, "Lengkap, teruskan"), (HEAD, "Tanda tangani")):
        person = _member(company, email)
        person.go("/work/")
        person.follow(number)
        person.press(step)
        person.sees(f"{number}:")
    return number


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


def _uploads(person: Person, name: str, text: str) -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": BytesIO(text.encode()).getvalue()}
    person.page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    person.press("Lihat pratinjau")


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
