"""The API with a link's token: the same answers, the same refusals."""

import pytest
from django.conf import settings
from django.test import Client

from onboarding.assessment.models import Answer
from tests.onboarding.assessment.conftest import Case

INSTRUMENT = "kesiapan-adopsi 2026"


def post(client: Client, case: Case, **data: object) -> tuple[int, dict[str, object]]:
    body = {"instrument": INSTRUMENT, "unit": "53.10", **data}
    response = client.post(f"/api/v1/assessment/{case.token}/answers/", body, content_type="application/json")
    return response.status_code, response.json()


def test_answers_are_posted_and_read(case: Case, client: Client) -> None:
    code, told = post(client, case, question="A01", choice="3")
    assert (code, told["version"], told["value"]) == (200, 1, {"choice": 3})
    listed = client.get(f"/api/v1/assessment/{case.token}/answers/").json()
    assert [each["question"] for each in listed] == ["A01"]
    result = client.get(f"/api/v1/assessment/{case.token}/").json()
    assert result["regency"] == "53.10"
    assert len(result["modules"]) == 145
    assert result["sheets"][0]["sections"]["A"] == "50.00", "unverified"


def test_the_same_rules_as_the_page(case: Case, client: Client) -> None:
    post(client, case, question="A01", choice="3")
    code, told = post(client, case, question="A01", choice="1", version=0)
    assert (code, told["value"]) == (409, {"choice": 3})
    assert post(client, case, question="A01", choice="9", version=1)[0] == 422
    assert post(client, case, question="E05", choice="1")[0] == 404, "not asked of the regency"
    assert post(client, case, question="Z99", choice="1")[0] == 404
    assert post(client, case, question="A01", choice="1", unit="33.25")[0] == 404
    assert post(client, case)[0] == 400
    client.post(case.url("submission/"))
    assert post(client, case, question="A02", choice="1")[0] == 409
    assert Answer.objects.count() == 1


def test_a_part_of_it_is_a_part_here_too(case: Case, client: Client) -> None:
    held = case.invite(sheet=case.sheet, section="B")
    assert client.get(f"/api/v1/assessment/{held.token}/").status_code == 404
    assert post(client, held, question="A01", choice="3")[0] == 404
    assert post(client, held, question="B05", choice="3")[0] == 200
    assert client.get("/api/v1/assessment/tidak-ada/").status_code == 404


@pytest.mark.parametrize("language", ["id", "en"])
def test_numbers_are_those_of_json_whatever_the_language(case: Case, client: Client, language: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    code, told = post(client, case, question="F02", number="2.125")
    assert (code, told["value"]) == (200, {"number": "2.125"})
    code, told = post(client, case, question="C01", numerator=1200, denominator=1500)
    assert (code, told["value"]) == (200, {"numerator": "1200", "denominator": "1500"})
    assert post(client, case, question="F02", number="1.234,5", version=1)[0] == 400
