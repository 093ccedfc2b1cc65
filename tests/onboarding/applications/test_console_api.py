"""What operators decide over the API: the same actions, the same refusals, nobody's personal data."""

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from onboarding.applications import actions
from onboarding.applications.models import Application
from onboarding.models import ProvisioningRun
from tenants.accounts.models import User
from tenants.permissions import ConsolePermission
from tests.onboarding.applications import builders
from tests.tenants.test_console import operator

API = "/api/v1/console"


def client(user: User) -> Client:
    token = AuthToken.objects.create(user=user)[1]
    return Client(headers={"host": "localhost", "authorization": f"Token {token}"})


@pytest.fixture
def api(ayu: User, queued: list) -> Client:
    return client(ayu)


def send(api: Client, path: str, **data: str) -> tuple[int, dict]:
    answer = api.post(f"{API}{path}", data, content_type="application/json")
    return answer.status_code, answer.json()


def test_an_application_is_read_without_its_people(api: Client) -> None:
    application = builders.submitted()
    listed = api.get(f"{API}/applications/?state=submitted").json()["results"]
    assert [row["number"] for row in listed] == [application.number]
    assert api.get(f"{API}/applications/?state=refused").json()["results"] == []
    shown = api.get(f"{API}/applications/{application.pk}/").content.decode()
    assert builders.KENDAL in shown
    people = (builders.EMAIL, "Dewi", builders.OFFICER["nip"], "Bagus")
    assert [words for words in people if words in shown] == []


def test_it_is_decided_once(api: Client) -> None:
    application = builders.submitted()
    path = f"/applications/{application.pk}/decision/"
    assert send(api, path, transition="refuse")[0] == 400, "why?"
    for wrong in ("", "no", "Approve"):
        assert send(api, path, transition=wrong)[0] == 400
    assert Application.objects.get().state == "submitted"
    status, found = send(api, path, transition="approve")
    assert (status, found["state"]) == (200, "provisioning")
    status, refused = send(api, path, transition="refuse", reason="Terlambat.")
    assert status == 409
    assert "Anda didahului" in refused["detail"]
    assert ProvisioningRun.objects.count() == 1


@pytest.mark.parametrize(("transition", "state"), [("keeps", "refused"), ("gives_way", "email_verified")])
def test_a_contest_is_settled(api: Client, transition: str, state: str) -> None:
    contested = builders.contested()
    path = f"/applications/{contested.pk}/settlement/"
    assert send(api, path, transition="yes", reason="Surat tugas sah.")[0] == 400
    assert send(api, path, transition=transition, reason="Surat tugas sah.")[1]["state"] == state
    assert send(api, path, transition=transition, reason="Lagi.")[0] == 409


def test_a_copy_is_verified_or_returned(api: Client) -> None:
    copies = [
        actions.hand_in(**builders.copy_of(kind), copy=builders.document(), by=None, at=timezone.now())
        for kind in ("pks", "dpa")
    ]
    first, second = (f"/agreements/{copy.pk}/decision/" for copy in copies)
    assert send(api, first, transition="maybe")[0] == 400
    assert send(api, first, transition="verify")[1]["state"] == "verified"
    assert send(api, first, transition="return", reason="x")[0] == 409
    assert send(api, second, transition="return")[0] == 400
    assert send(api, second, transition="return", reason="Halaman 2 tidak ada.")[1]["state"] == "returned"


def test_who_may_only_look_decides_nothing(public: None, queued: list) -> None:
    looker = client(operator(ConsolePermission.VIEW))
    application = builders.submitted()
    assert looker.get(f"{API}/applications/{application.pk}/").status_code == 200
    assert send(looker, f"/applications/{application.pk}/decision/", transition="approve")[0] in (403, 404)
    assert Application.objects.get().state == "submitted"
