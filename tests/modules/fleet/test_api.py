"""The API of the console: tokens of operators, the actions of the pages, and their sentences when refused."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from knox.models import AuthToken
from pytest_django import Settings

from modules.switches import state_of
from onboarding import tasks
from onboarding.models import ProvisioningRun
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tests.modules.fleet.conftest import operator

ROOT = "/api/v1/console/"


class Api:
    """An operator's programme."""

    def __init__(self, user: User) -> None:
        self.headers = {"host": "localhost", "authorization": f"Token {AuthToken.objects.create(user=user)[1]}"}

    def __call__(self, method: str, path: str, data: Any = None) -> Any:
        return getattr(Client(), method)(f"{ROOT}{path}", data, content_type="application/json", headers=self.headers)


@pytest.fixture
def api(ayu: User) -> Api:
    return Api(ayu)


def test_signing_in_on_the_public_site(ayu: User) -> None:
    answer = Client(headers={"host": "localhost"}).post(
        "/api/v1/token/", {"email": ayu.email, "password": "kata-sandi-panjang"}, content_type="application/json"
    )
    assert answer.status_code == 201
    headers = {"host": "localhost", "authorization": f"Token {answer.json()['token']}"}
    assert Client().get(f"{ROOT}regencies/", headers=headers).status_code == 200


def test_a_token_of_staff_is_worth_nothing(batang: Regency) -> None:
    token = AuthToken.objects.create(user=User.objects.create_user("a@batang.test", "A"))[1]
    answer = Client().get(f"{ROOT}regencies/", headers={"host": "localhost", "authorization": f"Token {token}"})
    assert answer.status_code == 401


def test_the_fleet_page_by_page(api: Api, everywhere: None) -> None:
    seen, path = [], "regencies/?sort=cases&down=1"
    while path:
        page = api("get", path).json()
        seen += [row["code"] for row in page["results"]]
        path = page["next"].split(ROOT)[1] if page["next"] else ""
    assert len(seen) == len(set(seen)) == 514
    bad = api("get", "regencies/?health=bad").json()["results"]
    assert {row["health"] for row in bad} == {"bad"}
    assert bad[0]["facts"]["problems"] == ["many_faults"]


def test_one_regency(api: Api, everywhere: None) -> None:
    found = api("get", "regencies/53.10/").json()
    assert (found["name"], found["state"], found["is_current"]) == ("Kabupaten Manggarai", "active", True)
    assert api("get", "regencies/99.99/").status_code == 404


def test_state_with_its_reason(api: Api) -> None:
    assert api("post", "regencies/53.10/state/", {"state": "suspended"}).status_code == 400
    jumped = api("post", "regencies/53.10/state/", {"state": "active", "reason": "x"})
    assert jumped.status_code == 409
    assert "tidak dapat menjadi" in jumped.json()["detail"]
    answer = api("post", "regencies/53.10/state/", {"state": "suspended", "reason": "Permintaan bupati"})
    assert answer.json()["state"] == "suspended"
    assert AuditEntry.objects.get(action="tenants.state_changed").data["reason"] == "Permintaan bupati"


def test_a_module_is_switched(api: Api) -> None:
    path = "regencies/53.10/modules/santunan_kematian/"
    found = api("get", path).json()
    assert found["state"] == "off"
    assert api("put", path, {"state": "on"}).json()["state"] == "on"
    assert state_of(Regency.objects.get(code="53.10"), "santunan_kematian") == "on"
    refused = api("put", "regencies/53.10/modules/services/", {"state": "off"})
    assert refused.status_code == 409
    assert "selalu hidup" in refused.json()["detail"]
    assert api("put", "regencies/53.10/modules/atlantis/", {"state": "on"}).status_code == 404


def test_a_regency_is_asked_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.provision, "delay", lambda run_id: None)
    asked = api("post", "runs/", {"code": "33.24", "admin_email": "admin@kendal.test", "admin_name": "Siti"})
    assert asked.status_code == 202
    assert "admin@kendal.test" not in asked.content.decode()
    run = ProvisioningRun.objects.get()
    assert run.requested_by == "Ayu"
    assert api("get", f"runs/{run.pk}/").json()["steps"][0]["state"] == "pending"
    assert api("get", "runs/").json()["results"][0]["code"] == "33.24"
    second = api("post", "runs/", {"code": "33.24"})
    assert second.status_code == 409
    assert "sedang disiapkan" in second.json()["detail"]
    assert api("post", f"runs/{run.pk}/retry/").status_code == 409
    assert api("post", f"runs/{run.pk}/abandonment/").json()["state"] == "abandoned"


def test_looking_is_not_changing(public: None) -> None:
    api = Api(operator("Citra", ConsolePermission.VIEW))
    assert api("get", "regencies/53.10/modules/services/").status_code == 200
    assert api("put", "regencies/53.10/modules/services/", {"state": "off"}).status_code == 404
    assert api("post", "regencies/53.10/state/", {"state": "suspended", "reason": "x"}).status_code == 404
    assert api("post", "runs/", {"code": "33.24"}).status_code == 404


def test_described_without_warnings(public: None, capfd: pytest.CaptureFixture[str]) -> None:
    answer = Client(headers={"host": "localhost"}).get("/api/schema/?format=json")
    assert answer.status_code == 200
    paths = set(answer.json()["paths"])
    assert {f"{ROOT}regencies/", f"{ROOT}regencies/{{code}}/state/", f"{ROOT}runs/", "/api/v1/token/"} <= paths
    assert not [path for path in paths if "/services/" in path]
    assert "Warning" not in capfd.readouterr().err
    connection.set_schema_to_public()
    assert Client(headers={"host": "localhost"}).get("/api/docs/").status_code == 200


def test_all_programmes_of_a_regency_share_a_budget(batang: Regency, settings: Settings) -> None:
    """One busy regency is told to wait; its neighbour and the central team are not."""
    settings.API_REQUESTS_PER_REGENCY = 2

    def status(host: str) -> int:
        return Client().get("/api/v1/services/services/", headers={"host": host}).status_code

    assert [status("batang.localhost") for _ in range(3)] == [200, 200, 429]
    assert status("manggarai.localhost") == 200
