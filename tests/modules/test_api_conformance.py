"""The API against its own description: every operation, with what fits it and with what does not.

Nothing breaks, no answer is one that the description leaves out, every body has the described shape, and a method
that is not described is refused. The examples are the same in each run.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from knox.models import AuthToken
from pytest_django import Settings
from rest_framework.renderers import JSONRenderer
from rest_framework.throttling import SimpleRateThrottle
from schemathesis import checks
from schemathesis.config import SchemathesisConfig
from schemathesis.openapi.loaders import from_dict
from schemathesis.specs.openapi import checks as openapi_checks

from config.wsgi import application
from tenants.models import Regency
from tests.architecture.test_every_url import all_on, enter, everything, staff
from tests.conftest import forget_cached
from tests.modules.santunan_kematian.examples import _claim
from tests.modules.services.examples import filed_by, opened

SITE = "http://batang.localhost"
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.unsupported_method,
]
BOUNDED = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


# Every module there is: what a regency is shown is this, less what it has off (test_api_schema.py).
_DESCRIPTION = json.loads(
    JSONRenderer().render(SchemaGenerator(urlconf="config.urls_regency", api_version="1").get_schema(public=True))
)
api = from_dict(_DESCRIPTION, config=SchemathesisConfig.from_dict({"base-url": SITE}))
api.app = application


@pytest.fixture
def everywhere(
    batang: Regency, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Regency]:
    """Batang with every module on; how often one may ask is left out."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": None, "user": None})
    monkeypatch.setattr("tenants.accounts.api._too_often", lambda *_args: False)
    for signal in (request_started, request_finished):  # the connection is the test's, as with Django's own client
        signal.disconnect(close_old_connections)
    all_on(batang)
    enter(batang)
    yield batang
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(everywhere: Regency) -> str:
    """Of somebody who may do everything."""
    return AuthToken.objects.create(user=staff(everything()))[1]


@pytest.fixture
def known(everywhere: Regency) -> tuple[str, dict[str, str]]:
    """The token of somebody who may do everything, a case and a claim of theirs, and a service."""
    user = staff(everything())
    there = {
        "services.service": opened(),
        "services.number": filed_by(user).number,
        "santunan_kematian.number": _claim(user).number,
    }
    return AuthToken.objects.create(user=user)[1], there


def conforms(case: Any, token: str | None) -> None:
    """Call it, look at the answer, and undo what it did."""
    forget_cached()
    with transaction.atomic():
        response = case.call(base_url=SITE, headers={"Authorization": f"Token {token}"} if token else {})
        transaction.set_rollback(True)
    # What a body holds beyond or against its description is refused; a question that nobody knows is not heard.
    in_body = [openapi_checks.negative_data_rejection] if case.method == "POST" else []
    case.validate_response(response, checks=CHECKS + in_body)


@api.parametrize()
@BOUNDED
def test_a_stranger(case: Any, everywhere: Regency) -> None:
    conforms(case, None)


@api.parametrize()
@BOUNDED
def test_an_official(case: Any, token: str) -> None:
    conforms(case, token)


@api.include(path_regex=r"\{").parametrize()
@BOUNDED
def test_an_official_with_objects_that_are_there(case: Any, known: tuple[str, dict[str, str]]) -> None:
    """As before, but the number or key in the address leads somewhere."""
    token, there = known
    module = case.path.split("/")[3]
    case.path_parameters = {name: there[f"{module}.{name}"] for name in case.path_parameters}
    conforms(case, token)


def test_what_is_described_is_what_is_served(everywhere: Regency) -> None:
    served = Client(headers={"host": "batang.localhost"}).get("/api/schema/?format=json").json()
    assert served["paths"] == _DESCRIPTION["paths"]
    assert len(_DESCRIPTION["paths"]) >= 14


@pytest.mark.parametrize(
    "question",
    [
        "services/cases/?turn=yours",
        *(f"santunan_kematian/reports/realisation/?year={y}" for y in ("", "26", "²", "2201")),
    ],
)
def test_a_question_that_cannot_be_answered(token: str, question: str) -> None:
    client = Client(headers={"host": "batang.localhost", "authorization": f"Token {token}"})
    answer = client.get(f"/api/v1/{question}")
    assert answer.status_code == 400
    assert list(answer.json()) == [question.split("?")[1].split("=")[0]]


def test_a_module_that_is_off_is_refused_in_the_language_of_programs(batang: Regency) -> None:
    answer = Client(headers={"host": "batang.localhost"}).get("/api/v1/santunan_kematian/programme/")
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])
