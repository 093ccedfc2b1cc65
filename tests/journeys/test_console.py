"""The central team opens a regency and watches; its administrator takes the invitation."""

import re
from email import message_from_bytes
from email.policy import default

import pytest
from playwright.sync_api import expect

from tests.journeys.deployment import Deployment, wait_for
from tests.journeys.person import Company
from tests.journeys.stage import OPERATOR

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOST = "temanggung.localhost"


def test_a_regency_is_opened_before_their_eyes(company: Company) -> None:
    operator = company.colleague(OPERATOR, host="localhost")
    operator.go("/console/new/")
    operator.page.get_by_role("searchbox").first.fill("temanggung")
    operator.press("Cari")
    operator.press("Pilih", role="link")
    operator.page.locator("[name=source]").select_option("batang")
    operator.page.locator("[name=admin_name]").fill("Siti Rahayu")
    operator.page.locator("[name=admin_email]").fill("admin@temanggung.test")
    operator.press("Mulai")
    # The page is not loaded again by anybody: what moves is asked for by itself.
    expect(operator.page.locator("#moving .status")).to_have_text("Selesai", timeout=30_000)
    expect(operator.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    operator.sees("Selesai: alamatnya sudah menjawab.")
    operator.look()

    citizen = company.citizen(HOST)
    citizen.go("/")
    citizen.sees("Kabupaten Temanggung")
    administrator = company.stranger(HOST)
    administrator.go(_invitation(company.site))
    for field in administrator.page.locator("[type=password]").all():
        field.fill("sawah-hijau-pagi-2026")
    administrator.submit()
    assert administrator.path == "/work/"
    administrator.go("/work/settings/modules/")
    administrator.sees("Santunan kematian")


def _invitation(site: Deployment) -> str:
    """The address in the mail."""

    def found() -> str:
        for mail in (site.folder / "mail").glob("*"):
            text = message_from_bytes(mail.read_bytes().strip(b"-\n"), policy=default).get_content()
            if match := re.search(rf"http://{HOST}\S*?(/account/invitation/\S+)", text):
                return match[1]
        return ""

    return wait_for("the invitation is in the mailbox", found)
