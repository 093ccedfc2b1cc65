"""A citizen without an account, on a telephone: finds a service, applies, answers, downloads the letter."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import family, trade
from tests.journeys.deployment import wait_for
from tests.journeys.person import Company, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OWN_VILLAGE = "SELECT id FROM batang.organisation_village WHERE kind = 'desa' ORDER BY code LIMIT 1"


def test_from_the_search_to_the_letter(company: Company) -> None:
    citizen = company.citizen()
    number = _applies(citizen, company)
    tracked = citizen.path

    clerk = company.colleague("operator-desa@batang.test")
    _takes(clerk, number, "Minta perbaikan", reason="Foto usahanya gelap. Kirim yang lebih terang.")
    citizen.go(tracked)
    citizen.sees("Foto usahanya gelap. Kirim yang lebih terang.")
    citizen.hand_in("Dokumen perbaikan", family.paper("terang.jpg"))
    citizen.press("Kirim perbaikan")
    _takes(clerk, number, "Lengkap, teruskan")
    _takes(company.colleague("kepala-desa@batang.test"), number, "Tanda tangani")

    citizen.go(tracked)
    ready = "SELECT count(*) FROM batang.letters_letter WHERE state = 'ready' AND title = 'Surat Keterangan Usaha'"
    wait_for("the letter is made", lambda: company.site.ask(ready))
    citizen.go(tracked)
    assert citizen.download("Unduh PDF").startswith(b"%PDF")


def _applies(citizen: Person, company: Company) -> str:
    citizen.go("/")
    citizen.page.get_by_role("searchbox", name="Cari layanan").fill("usaha")
    citizen.press("Cari")
    citizen.page.get_by_role("link", name=re.compile("Surat keterangan usaha")).first.click()
    citizen.page.wait_for_url("**/services/surat_keterangan_usaha/")
    citizen.look()
    citizen.follow("Ajukan sekarang")
    citizen.fill("Nama lengkap", "Siti Aminah")
    citizen.fill("NIK", "3325014403559001")
    citizen.page.locator("[name=applicant_village]").select_option(str(company.site.ask(OWN_VILLAGE)))
    trade.describe(citizen, name="Batik Lestari", kind="Batik tulis", address="RT 02 RW 01", since="1066")
    with company.expecting("422"):
        _is_told_of_a_mistake(citizen)
    assert citizen.figure("Kode rahasia")
    number = citizen.figure("Nomor")
    citizen.follow("Lihat keadaannya")
    return number


def _is_told_of_a_mistake(citizen: Person) -> None:
    """A year before the republic: the form comes back with everything that was typed, files excepted."""
    year = citizen.field("Tahun mulai usaha")
    year.evaluate("field => field.removeAttribute('min')")
    citizen.press("Kirim permohonan")
    expect(citizen.page.locator("#error-summary")).to_contain_text("Tahun mulai usaha")
    expect(citizen.field("Nama usaha")).to_have_value("Batik Lestari")
    year.fill("2015")
    for document in ("KTP", "Foto tempat usaha"):
        citizen.hand_in(document, family.paper("pindai.jpg"))
    citizen.press("Kirim permohonan")


def _takes(official: Person, number: str, step: str, reason: str = "") -> None:
    """Open the case from the inbox and press the button."""
    official.go("/work/")
    official.follow(number)
    if reason:
        official.page.locator("summary", has_text=step).click()
        official.page.get_by_label("Alasan").filter(visible=True).fill(reason)
        official.page.locator("details[open] form button").filter(visible=True).click()
        official.page.wait_for_url("**/work/")
    else:
        official.press(step)
    official.sees(f"{number}:")
