"""WCAG 2.1 AA as far as a machine can tell (axe-core): the main pages, on a telephone and at a desk, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.person import DESK, PHONE, Company, Person
from tests.journeys.stage import OPERATOR
from tests.journeys.test_faults import USAHA, apply

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
AXE = Axe()


def barriers(person: Person, paths: list[str]) -> None:
    """Nothing bars somebody from the pages, on a telephone by day and at a desk by night."""
    for path in paths:
        person.go(path)
        for size, scheme in ((PHONE, "light"), (DESK, "dark")):
            person.page.set_viewport_size(size)  # type: ignore[arg-type]
            person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert found(person) == [], f"{path}, {size['width']} px, {scheme}"


def found(person: Person) -> list[str]:
    """What axe-core says of the page as it stands: rule, element, what to do."""
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in AXE.run(person.page, options=RULES).response["violations"]
        for node in violation["nodes"]
    ]


def test_a_citizen(company: Company) -> None:
    citizen = company.citizen()
    paths = ["/", "/?q=usaha", "/services/surat_keterangan_usaha/", USAHA, "/services/track/", "/letters/verify/"]
    barriers(citizen, [*paths, "/santunan_kematian/", "/account/login/", "/account/password/reset/"])
    with company.expecting("422", "404"):
        citizen.go(USAHA)
        citizen.page.locator("main form").first.evaluate("form => { form.noValidate = true; }")
        citizen.press("Kirim permohonan")
        assert found(citizen) == []
        barriers(citizen, ["/tidak/ada/"])


def test_staff(company: Company) -> None:
    number = apply(company.site.visitor("batang.localhost"), company.site)
    clerk = company.colleague("operator-desa@batang.test")
    claims = ["/work/santunan_kematian/", "/work/santunan_kematian/new/"]
    barriers(
        clerk, ["/work/", "/work/?filter=closed", f"/work/services/cases/{number}/", "/work/services/search/", *claims]
    )
    with company.expecting("422"):
        clerk.go("/work/santunan_kematian/new/")
        clerk.press("Ajukan")
        assert found(clerk) == []


def test_who_verifies_and_decides(company: Company) -> None:
    money = ["decrees/", "payments/", "deaths/", "reports/", "programme/"]
    paths = [f"/work/santunan_kematian/{name}" for name in money]
    barriers(company.colleague("kepala-dinsos@batang.test"), [*paths, "/work/santunan_kematian/programme/revision/"])
    verifier = company.colleague("verifikator-dinsos@batang.test")
    barriers(verifier, ["/work/santunan_kematian/register/", "/work/services/list/surat_keterangan_usaha/"])


def test_ones_own_account(company: Company) -> None:
    clerk = company.colleague("operator-desa@batang.test")
    barriers(clerk, ["/account/mfa/", "/account/password/change/", "/account/logout/"])


def test_an_administrator(company: Company) -> None:
    administrator = company.colleague("admin@batang.test")
    settings = ["identity/", "modules/", "modules/services/", "roles/", "roles/new/", "support/", "billing/"]
    paths = [f"/work/settings/{name}" for name in settings]
    paths += ["/work/staff/", "/work/staff/import/", "/work/staff/invitations/new/", "/work/start/", "/work/outbox/"]
    organisation = ["", "units/new/", "villages/", "calendar/", "calendar/holidays/new/"]
    paths += [f"/work/organisation/{name}" for name in organisation]
    paths += ["/work/packages/", "/work/audit/", "/work/audit/verification/"]
    barriers(administrator, paths)


def test_the_central_team(company: Company) -> None:
    operator = company.colleague(OPERATOR, host="localhost")
    run = company.site.ask("SELECT id FROM public.onboarding_provisioningrun ORDER BY id LIMIT 1")
    pages = ["/console/", "/console/regencies/33.25/", "/console/new/", "/console/runs/", f"/console/runs/{run}/"]
    barriers(operator, ["/", *pages, "/console/packages/", "/console/operators/", "/console/audit/"])
