"""An administrator switches a module off: for citizens and staff it is not there."""

import pytest

from tests.journeys.person import Company, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LABEL = "Santunan kematian"


def test_off_is_not_there_and_on_again_is(company: Company) -> None:
    citizen = company.citizen()
    clerk = company.colleague("tksk@batang.test")
    administrator = company.colleague("admin@batang.test")
    _switch(administrator, "closing")
    citizen.go("/santunan_kematian/")
    _switch(administrator, "off")
    try:
        with company.expecting("404"):
            for person, path in ((citizen, "/santunan_kematian/"), (clerk, "/work/santunan_kematian/")):
                company.wait_until(person, path, 404)
        citizen.go("/")
        assert citizen.page.get_by_role("link", name=LABEL).count() == 0
    finally:
        _switch(administrator, "on")
    company.wait_until(citizen, "/santunan_kematian/", 200)
    citizen.sees(LABEL)


def _switch(administrator: Person, state: str) -> None:
    administrator.go("/work/settings/modules/santunan_kematian/")
    administrator.page.locator(f"[name=state][value={state}], select[name=state]").first.evaluate(
        "(field, state) => { if (field.tagName === 'SELECT') field.value = state; else field.checked = true; }", state
    )
    administrator.press("Simpan")
    administrator.sees(f"{LABEL} sekarang")
