"""A regency that does not pay: the hardest step and the way back, as everybody concerned meets it."""

import pytest
from django.utils import timezone

from tests.journeys import family, trade
from tests.journeys.person import Company, Person
from tests.journeys.stage import OPERATOR

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOST = "kendal.localhost"
SERVICE = "surat_keterangan_usaha"
REASON = "Tagihan belum dibayar sejak kelonggaran berakhir."
SENDER = "/work/outbox/sender/"


def test_read_only_and_back(company: Company) -> None:
    administrator = company.colleague("admin@kendal.test", host=HOST)
    number = _reads_of_the_bill(administrator)
    citizen = company.citizen(HOST)
    case, secret = _files(company, citizen)

    operator = company.colleague(OPERATOR, host="localhost")
    _restricts(operator, number)

    company.site.wait_for("every process knows it", lambda: _restricted(administrator))
    _cannot_write_and_learns_why(company, administrator, number)
    _the_village_still_reads_searches_and_downloads(company.colleague("operator-desa@kendal.test", host=HOST))
    _citizens_go_on(company, citizen, case, secret)

    _records_the_payment(operator, number)
    company.site.wait_for("every process knows it", lambda: not _restricted(administrator))
    administrator.go(SENDER)
    administrator.fill("Surel untuk balasan", "kantor@kendal.test")
    administrator.press("Simpan")
    administrator.go("/work/")
    assert number not in administrator.page.content(), "nothing is owed any more"
    administrator.go("/work/settings/billing/")
    administrator.sees("Lunas")


def _reads_of_the_bill(administrator: Person) -> str:
    """The reminder stands where work begins."""
    administrator.go("/work/")
    administrator.sees("lewat jatuh tempo")
    administrator.sees("Pengingat dikirim")
    administrator.follow("Lihat tagihan dan berkasnya")
    return administrator.heading().removeprefix("Tagihan ")


def _files(company: Company, citizen: Person) -> tuple[str, str]:
    citizen.go(f"/services/{SERVICE}/application/")
    village = "SELECT id FROM kendal.organisation_village WHERE kind = 'desa' ORDER BY code LIMIT 1"
    citizen.fill("Nama lengkap", "Agnes Suryati")
    citizen.fill("NIK", "3324014403559001")
    citizen.page.locator("[name=applicant_village]").select_option(str(company.site.ask(village)))
    trade.describe(citizen, name="Warung Kopi", kind="Kopi")
    citizen.press("Kirim permohonan")
    return citizen.figure("Nomor"), citizen.figure("Kode rahasia")


def _restricts(operator: Person, number: str) -> None:
    operator.go("/console/billing/?state=overdue")
    operator.follow(number)
    operator.sees("Kelonggaran sudah lewat.")
    decision = operator.page.locator("details", has=operator.page.locator("summary", has_text="Batasi: baca saja"))
    decision.locator("summary").click()
    decision.locator("textarea").fill(REASON)
    operator.press("Batasi: baca saja", within=decision.locator("form"))
    operator.sees("Baca saja")


def _restricted(administrator: Person) -> bool:
    administrator.go("/work/")
    return "sedang dalam keadaan baca saja" in administrator.page.content()


def _cannot_write_and_learns_why(company: Company, administrator: Person, number: str) -> None:
    administrator.go(SENDER)
    administrator.fill("Surel untuk balasan", "lain@kendal.test")
    with company.expecting("403"):
        administrator.press("Simpan")
    administrator.sees("perubahan tidak diterima")
    administrator.page.get_by_role("link", name="Mengapa, dan apa yang dapat dilakukan").click()
    administrator.sees(REASON)
    administrator.sees("Kirim nomor SP2D")
    administrator.follow("Buka tagihan")
    administrator.sees("000 000 0000")
    administrator.choose("Berkas", "Berita acara serah terima (BAST)")
    administrator.hand_in("Pindaian bertanda tangan", family.paper("bast.jpg"))
    administrator.press("Unggah")
    administrator.sees("Berkas tersimpan.")


def _the_village_still_reads_searches_and_downloads(clerk: Person) -> None:
    clerk.go("/work/?filter=open")
    clerk.page.locator("[name=q]").fill("Agnes")
    clerk.press("Cari")
    clerk.sees("Agnes Suryati")
    assert clerk.download("Unduh XLSX")[:2] == b"PK"


def _citizens_go_on(company: Company, citizen: Person, case: str, secret: str) -> None:
    citizen.go("/")
    citizen.fill("Nomor", case)
    citizen.fill("Kode rahasia", secret)
    citizen.press("Lacak")
    citizen.sees(case)
    citizen.go(f"/services/{SERVICE}/")
    with company.expecting("409"):
        citizen.go(f"/services/{SERVICE}/application/")
    citizen.sees("tidak menerima permohonan baru")


def _records_the_payment(operator: Person, number: str) -> None:
    """What is expected stands in the form already; the numbers come from the treasurer's papers."""
    operator.go("/console/billing/?state=overdue")
    operator.follow(number)
    operator.fill("Nomor SP2D", "00512/SP2D/LS/KENDAL")
    operator.fill("Tanggal SP2D", timezone.localdate().isoformat())
    operator.fill("Nomor bukti PPN (NTPN)", "NTPN-512")
    operator.fill("Nomor bukti potong PPh 23", "BP-512")
    operator.press("Catat pembayaran")
    operator.sees("Lunas")
    operator.sees("Dibuka kembali")
