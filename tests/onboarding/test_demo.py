"""The demo is there after one command, stays as it is after a second, and never where real people are."""

import json
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django_tenants.utils import schema_exists

from onboarding import demo
from onboarding.cast import PASSWORD
from onboarding.models import ProvisioningRun
from tenants.accounts.models import User
from tenants.addresses import site_url
from tenants.models import Regency
from tenants.organisation.models import Assignment
from tenants.schemas.context import in_schema
from tests.onboarding.conftest import settle


@pytest.fixture
def pair(public: None, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # type: ignore[no-untyped-def]
    """The demo with two other regencies, because the tests' own are Batang and Manggarai."""
    settings.DEMO = True
    monkeypatch.setattr(demo, "REGENCIES", (("33.24", "kendal", "teal", ""), ("53.07", "sikka", "songke", "kendal")))
    monkeypatch.setattr(demo, "LIST", tmp_path / "demo.json")
    return tmp_path / "demo.json"


@pytest.mark.parametrize("command", ["demo", "demo_reset"])
def test_real_deployments_refuse(public: None, settings, command: str) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO is off"):
        call_command(command)
    assert schema_exists("batang")


def test_every_sign_in_of_the_list_works(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    accounts = json.loads(pair.read_text())
    assert {account["password"] for account in accounts} == {PASSWORD}
    assert all(account["email"].endswith(".test") for account in accounts)
    assert accounts[0]["where"] == site_url("localhost") + "/console/"
    for account in accounts:
        host = account["where"].split("//")[1].split(":")[0]
        with in_schema({"localhost": "public"}.get(host, host.split(".")[0])):
            request = RequestFactory().post("/account/login/", headers={"host": host})
            user = authenticate(request, email=account["email"], password=PASSWORD)
            assert user is not None, account
            assert user.permissions
    with in_schema("kendal"):
        assert Assignment.objects.count() > 0


def test_nobody_waits_for_the_sandbox(pair: Path, settings, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """A worker makes it, where there is none yet."""
    asked: list[str] = []
    monkeypatch.setattr("onboarding.tasks.reset_sandbox.delay", lambda: asked.append("sandbox"))
    demo.ask_for_sandbox()
    assert not asked, "visitors of this deployment try nothing"
    settings.SANDBOX = True
    call_command("demo")
    assert asked == ["sandbox"]
    assert not schema_exists("contoh")
    monkeypatch.setattr("onboarding.sandbox.SCHEMA", "kendal")
    demo.ask_for_sandbox()
    assert asked == ["sandbox"], "it is there"


def test_the_second_time_changes_nothing(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    runs = ProvisioningRun.objects.count()
    call_command("demo")
    assert capsys.readouterr().out.endswith("The demo is there already.\n")
    pair.unlink()  # as if the first had been killed before its end
    call_command("demo")
    assert ProvisioningRun.objects.count() == runs
    with in_schema("kendal"):
        assert User.objects.filter(email="admin@kendal.test").count() == 1


def test_reset_drops_and_repeats(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    with in_schema("kendal"):
        User.objects.create_user("tamu@kendal.test", "Tamu")
    settle()
    before = Regency.objects.get(schema_name="kendal").pk
    call_command("demo_reset")
    assert Regency.objects.get(schema_name="kendal").pk != before
    with in_schema("kendal"):
        assert not User.objects.filter(email="tamu@kendal.test").exists()
