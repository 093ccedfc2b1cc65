"""Provisioning from the console: chosen among 514, watched, repeated, undone."""

import pytest
from django.db import connection
from django.test import Client

from onboarding import actions, steps, tasks
from onboarding.models import ProvisioningRun
from tenants.accounts.models import User
from tenants.addresses import site_url
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tests.onboarding.conftest import settle
from tests.tenants.test_console import operator


@pytest.fixture
def ayu(public: None) -> User:
    return operator(*ConsolePermission)


@pytest.fixture
def client(ayu: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(tasks.provision, "delay", lambda run_id: None)
    browser = Client(headers={"host": "localhost"})
    browser.force_login(ayu)
    return browser


def request_kendal(client: Client, **changes: str) -> ProvisioningRun:
    response = client.post("/console/new/", {"code": "33.24", "subdomain": "kendal", **changes})
    assert response.status_code == 302, response.content.decode()
    return ProvisioningRun.objects.get(pk=response["Location"].strip("/").split("/")[-1])


def test_search_among_514_and_suggestion(client: Client) -> None:
    text = client.get("/console/new/?q=pekalongan").content.decode()
    assert "Kota Pekalongan" in text
    assert "Kabupaten Pekalongan" in text
    assert "Sudah di sini" in client.get("/console/new/?q=batang").content.decode()
    assert 'value="kota-pekalongan"' in client.get("/console/new/?code=33.75").content.decode()


def test_a_run_is_watched_to_its_end(client: Client) -> None:
    run = request_kendal(client, admin_email="admin@kendal.test", admin_name="Siti")
    page = f"/console/runs/{run.pk}/"
    waiting = client.get(page).content.decode()
    assert 'hx-trigger="every 1s"' in waiting
    assert 'aria-valuenow="0"' in waiting
    assert '<meta http-equiv="refresh"' in waiting, "without scripts the page reloads itself"
    fragment = client.get(page, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'hx-trigger="every 1s"' in fragment
    actions.provision(run.pk)
    assert client.get(page, headers={"hx-request": "true"})["HX-Refresh"] == "true"
    done = client.get(page).content.decode()
    assert 'hx-trigger="every 1s"' not in done, "a finished run is not asked for again"
    assert 'aria-valuenow="100"' in done
    assert "286 desa/kelurahan" in done
    assert f'href="{site_url("kendal.localhost")}/"' in done


def test_bad_requests_stay_on_the_form(client: Client) -> None:
    taken = client.post("/console/new/", {"code": "33.25", "subdomain": "batang-baru"})
    assert taken.status_code == 409
    assert "sudah ada di sini" in taken.content.decode()
    reserved = client.post("/console/new/", {"code": "33.24", "subdomain": "admin"})
    assert reserved.status_code == 409
    assert 'value="admin"' in reserved.content.decode(), "what was typed stays"
    request_kendal(client)
    second = client.post("/console/new/", {"code": "33.24", "subdomain": "kendal-dua"})
    assert second.status_code == 409
    assert "sedang disiapkan" in second.content.decode()


def test_failed_run_is_repeated_or_undone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    run = request_kendal(client)
    with monkeypatch.context() as patch:
        patch.setattr(steps.baseline, "administrator_role", lambda: 1 / 0)
        actions.provision(run.pk)
    text = client.get(f"/console/runs/{run.pk}/").content.decode()
    assert "tidak terduga (ZeroDivisionError)" in text
    assert "Ulangi dari langkah yang gagal" in text
    client.post(f"/console/runs/{run.pk}/retry/")
    run.refresh_from_db()
    assert run.state == "queued"
    settle()
    client.post(f"/console/runs/{run.pk}/abandonment/")
    run.refresh_from_db()
    assert run.state == "abandoned"
    assert not Regency.objects.filter(code="33.24").exists()


def test_public_home_lists_who_is_open(public: None) -> None:
    text = Client(headers={"host": "localhost"}).get("/").content.decode()
    assert "Kabupaten Batang" in text
    assert "batang.localhost" in text
    Regency.objects.filter(code="53.10").update(state="suspended")
    assert "Kabupaten Manggarai" not in Client(headers={"host": "localhost"}).get("/").content.decode()
    assert connection.schema_name == "public"
