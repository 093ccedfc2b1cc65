"""A regency assesses itself: the Sekda starts, a village answers on a telephone, two people meet on one answer."""

import re
import socket

import pytest
from playwright.sync_api import expect

from tests.journeys.deployment import Deployment
from tests.journeys.person import Company, Person
from tests.journeys.test_page_weight import PORTAL, weight

pytestmark = pytest.mark.slow


@pytest.mark.browser
def test_a_regency_assesses_itself_with_its_villages(company: Company) -> None:
    sekda = company.stranger("localhost")
    sekda.go("/assessment/")
    sekda.page.locator("[name=regency_code]").select_option("53.10")
    sekda.fill("Nama penanggung jawab", "Yohanes Ndapa")
    sekda.fill("Surel penanggung jawab", "sekda@manggarai.test")
    sekda.press("Mulai dan simpan")
    sekda.sees("Penilaian Kabupaten Manggarai")
    board = sekda.path

    sekda.go(f"{board}offices/")
    sekda.page.locator("[name=names]").fill("Dinas Sosial\nDinas Kesehatan")
    sekda.press("Tambahkan")
    sekda.sees("2 perangkat daerah")

    sekda.go(f"{board}links/")
    sekda.press("Buat semua")
    address = sekda.page.locator(".newlinks code").first.inner_text()
    camat = company.citizen("localhost")
    camat.go("/assessment/" + address.split("/assessment/")[1])
    camat.page.locator(".standings a").first.click()  # the district, then its first village
    camat.page.locator(".standings a[href*='/units/']").first.click()
    camat.page.locator(".standings a[href*='/sheets/']").first.click()
    camat.page.get_by_text("4G stabil atau internet tetap").click()
    expect(camat.page.locator(".answer-state .saved")).to_contain_text("Tersimpan")
    camat.look()

    _meet_on_one_answer(company, sekda, board)
    _measure(sekda, board)
    sekda.go(f"{board}results/")
    sekda.sees("Matriks kesenjangan")
    sekda.look()


def test_the_first_page_is_light(site: Deployment) -> None:
    """It lists all 514, and a slow line must still load it."""
    total, parts = weight(site.visitor("localhost"), "/assessment/")
    assert total <= PORTAL, parts


def test_a_link_is_not_in_the_log_of_the_web_server(site: Deployment) -> None:
    """Not even when gunicorn cannot read what came."""
    link = "tautan_RAHASIA_0123456789"
    for line in (f"GET /assessment/{link}/ HTTP/9.9", f"GET /assessment/{link}/ HTTP/1.1\r\nA b: {link}"):
        with socket.create_connection(("127.0.0.1", site.place.port), timeout=10) as wire:
            wire.sendall(f"{line}\r\n\r\n".encode())
            assert b" 400 " in wire.recv(4096).split(b"\r\n")[0] + b" "
    visitor = site.visitor("localhost")
    assert visitor.get(f"/assessment/{link}/nowhere/").status == 404
    assert visitor.post(f"/assessment/{link}/submission/", {}).status == 403
    said = site.log("web")
    assert said.count("Invalid request") == 2
    assert "Forbidden" in said
    assert link not in said


def _meet_on_one_answer(company: Company, sekda: Person, board: str) -> None:
    other = company.stranger("localhost")
    for person in (sekda, other):
        person.go(f"{board}?stay=1")
        person.page.locator(".standings a[href*='/A/']").first.click()
    sekda.page.locator("#q-A01 input[value='4']").check()
    expect(sekda.page.locator("#state-A01 .saved")).to_be_visible()
    with company.expecting("409"):
        other.page.locator("#q-A01 input[value='1']").check()
        expect(other.page.locator("#state-A01")).to_contain_text("Yohanes Ndapa baru saja menjawab")
    other.page.locator("#state-A01 [data-resend]").click()
    expect(other.page.locator("#state-A01 .saved")).to_be_visible()
    sekda.page.reload()
    expect(sekda.page.locator("#q-A01 input[value='1']")).to_be_checked()


def _measure(sekda: Person, board: str) -> None:
    sekda.go(f"{board}?stay=1")
    sekda.page.locator(".standings a", has_text="Dinas Sosial").click()
    sekda.page.locator(".standings a[href*='/E/']").click()
    sekda.page.locator("[data-measure=latency]").click()
    expect(sekda.page.locator("#state-E02")).to_contain_text("diukur", timeout=30_000)
    expect(sekda.page.locator("#id_E02-number")).to_have_value(re.compile(r"^\d+"))
