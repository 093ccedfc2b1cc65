"""The journey: a village files, its head confirms, the office verifies, decides and pays, the family looks on."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import family
from tests.journeys.deployment import wait_for
from tests.journeys.person import Company, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOME = "/work/santunan_kematian/"
BEGINNING = "address => fetch(address).then(answer => answer.text()).then(text => text.slice(0, 4))"


def test_from_the_village_to_the_family(company: Company) -> None:
    number, secret = _the_village_files(company.colleague("operator-desa@batang.test"))
    case = f"{HOME}claims/{number}/"
    widow = company.citizen()
    _she_tracks(widow, number, secret, "Pengesahan kepala desa")

    head = company.colleague("kepala-desa@batang.test")
    head.go(case)
    head.press("Sahkan")
    head.sees("Verifikasi Dinsos")

    verifier = company.colleague("verifikator-dinsos@batang.test")
    verifier.go("/work/")
    verifier.follow(number)
    assert verifier.path == case
    verifier.press("Nyatakan lengkap dan teruskan")

    director = company.colleague("kepala-dinsos@batang.test")
    director.go(case)
    director.press("Setujui")
    director.follow("Terbitkan SK")
    director.press("Terbitkan SK untuk yang dipilih")
    director.sees("diterbitkan.")

    _it_is_paid(company, case)
    _she_tracks(widow, number, secret, "Selesai")
    _the_papers_are_there(company, number)


def _the_village_files(operator: Person) -> tuple[str, str]:
    operator.go(f"{HOME}new/")
    operator.fill("NIK almarhum", family.nik(1))
    operator.fill("Nomor Kartu Keluarga", family.kk(1))
    operator.fill("Nama almarhum", family.NAME)
    operator.page.get_by_label("Laki-laki").check()
    operator.fill("Tanggal lahir", family.BORN)
    operator.fill("Alamat (dusun, RT, RW)", "RT 02 RW 01")
    operator.fill("Tanggal meninggal", family.died().isoformat())
    operator.fill("Tempat meninggal", "di rumah")
    operator.choose("Sebab meninggal", "Sakit biasa atau tua")
    operator.fill("NIK ahli waris", family.heir_nik(1))
    operator.fill("Nama ahli waris", "Siti Aminah")
    operator.choose("Hubungan dengan almarhum", "Suami atau istri")
    expect(operator.page.locator("#findings")).to_contain_text("Susunannya benar.")
    for document in ("Kartu Keluarga", "KTP ahli waris", "Surat kematian dari desa/kelurahan"):
        operator.hand_in(document, family.paper("pindai.jpg"))
    operator.press("Ajukan")
    assert operator.path.endswith("/receipt/")
    return operator.figure("Nomor"), operator.figure("Kode rahasia")


def _it_is_paid(company: Company, case: str) -> None:
    treasurer = company.colleague("bendahara@batang.test")
    treasurer.go(f"{HOME}payments/")
    treasurer.press("Susun daftar bayar")
    treasurer.sees("Rp 1.000.000")
    payments = treasurer.path
    paymaster = company.colleague("bpkad@batang.test")
    paymaster.go(payments)
    paymaster.fill("Nomor SP2D", "00417/SP2D/BTT/2026")
    paymaster.press("Catat pencairan")
    paymaster.sees("Cair. Kematian sudah dilaporkan")
    treasurer.go(f"{case}handover/")
    treasurer.fill("Nama saksi", "Bambang Hartono")
    treasurer.hand_in("Foto penyerahan", family.paper("penyerahan.jpg"))
    treasurer.press("Simpan penyerahan")
    treasurer.sees("Diserahkan")
    registrar = company.colleague("petugas-dukcapil@batang.test")
    registrar.go(f"{HOME}deaths/")
    registrar.page.get_by_label("Nomor akta kematian").fill("3325-KM-23112026-0007")
    registrar.press("Konfirmasi")
    registrar.go(case)
    registrar.sees("Selesai")


def _she_tracks(widow: Person, number: str, secret: str, state: str) -> None:
    widow.go("/")
    widow.fill("Nomor", number)
    widow.fill("Kode rahasia", secret)
    widow.press("Lacak")
    expect(widow.page.locator(".page-head .status")).to_have_text(state)
    assert family.nik(1) not in widow.page.content()


def _the_papers_are_there(company: Company, number: str) -> None:
    """Decree, receipt, minutes and payment list are made by the worker, each numbered once."""
    site = company.site
    letters = "SELECT count(*) FILTER (WHERE state = 'ready'), count(*) FROM batang.letters_letter"

    def all_made() -> bool:
        with site.connect() as connection:
            ready, asked = connection.execute(letters).fetchone() or (0, 1)
        return ready == asked >= 3

    wait_for("all letters are made", all_made)
    treasurer = company.colleague("bendahara@batang.test")
    treasurer.go(f"{HOME}claims/{number}/")
    address = treasurer.page.get_by_role("link", name=re.compile("Kuitansi")).first.get_attribute("href")
    assert treasurer.page.evaluate(BEGINNING, address) == "%PDF"
