"""The same steps over the API, with the same refusals."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from pytest_django import Settings

from onboarding.applications import links
from onboarding.applications.models import Application
from tests.conftest import forget_cached
from tests.onboarding.applications import builders
from tests.onboarding.applications.builders import EMAIL, KENDAL

API = "/api/v1/onboarding"
BEGINNING = {"code": KENDAL, "email": EMAIL, "officer_name": "Dewi Anggraini"}


def send(visitor: Client, method: str, path: str, data: object) -> tuple[int, dict]:
    answer = visitor.generic(method, f"{API}{path}", json.dumps(data), content_type="application/json")
    return answer.status_code, answer.json() if answer.content else {}


def put_letter(visitor: Client, key: str, letter: SimpleUploadedFile) -> int:
    body = encode_multipart(BOUNDARY, {"letter": letter})
    return int(visitor.put(f"{API}/applications/{key}/letter/", body, content_type=MULTIPART_CONTENT).status_code)


@pytest.fixture
def key(visitor: Client) -> str:
    return builders.key_of(builders.verified())


def test_from_beginning_to_handing_in(visitor: Client) -> None:
    found = visitor.get(f"{API}/regencies/?q=kendal").json()
    assert found[0] == {"code": KENDAL, "name": "Kabupaten Kendal", "province": "Jawa Tengah", "state": ""}
    assert send(visitor, "POST", "/applications/", BEGINNING)[0] == 202
    token = links.verification_of(Application.objects.get())
    status, proven = send(visitor, "POST", "/verification/", {"token": token})
    assert (status, proven["state"]) == (200, "email_verified")
    key = proven["key"]
    details = {
        "officer": builders.OFFICER,
        "subdomain": "kendal",
        "modules": ["surat_keterangan_usaha"],
        "administrators": builders.PEOPLE,
        "terms": builders.TERMS,
    }
    status, saved = send(visitor, "PATCH", f"/applications/{key}/", details)
    assert (status, saved["missing"]) == (200, ["letter"])
    assert send(visitor, "POST", f"/applications/{key}/submission/", {})[0] == 400
    assert put_letter(visitor, key, builders.document()) == 200
    status, sent = send(visitor, "POST", f"/applications/{key}/submission/", {})
    assert (status, sent["state"]) == (200, "submitted")
    assert visitor.get(f"{API}/applications/{key}/").json()["state"] == "submitted"
    assert send(visitor, "PATCH", f"/applications/{key}/", {"subdomain": "lain-lagi"})[0] == 409
    assert send(visitor, "POST", "/verification/", {"token": token})[0] == 400


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"email": "dewi@gmail.com"}, 400, "email"),
        ({"code": "99.99"}, 400, "code"),
        ({"code": "33.25"}, 409, "detail"),
        ({"email": None}, 400, "email"),
    ],
)
def test_bad_beginnings(visitor: Client, changes: dict, status: int, field: str) -> None:
    answered, said = send(visitor, "POST", "/applications/", BEGINNING | changes)
    assert answered == status
    assert field in said


@pytest.mark.parametrize(
    "details",
    [
        {"subdomain": "xn--kendal"},
        {"subdomain": "batang-"},
        {"subdomain": "k" * 64},
        {"modules": ["tidak_ada"]},
        {"officer": {"nip": "1"}},
        {"administrators": [{"name": "A", "email": "a@gmail.com"}]},
        {"terms": {"months": "x"}},
        {"modules": "bukan daftar"},
    ],
)
def test_bad_details_change_nothing(visitor: Client, key: str, details: dict) -> None:
    good = {"officer": builders.OFFICER}
    assert send(visitor, "PATCH", f"/applications/{key}/", good | details)[0] == 400
    assert Application.objects.get().nip is None


def test_a_letter_that_is_none(visitor: Client, key: str) -> None:
    assert put_letter(visitor, key, SimpleUploadedFile("a.pdf", b"MZ program")) == 400


def test_a_wrong_key_is_not_there(visitor: Client) -> None:
    assert visitor.get(f"{API}/applications/{'x' * 43}/").status_code == 404


def test_beginning_is_counted(visitor: Client, settings: Settings) -> None:
    settings.SIGN_UPS_PER_HOUR = 2
    forget_cached()
    answers = [
        send(visitor, "POST", "/applications/", BEGINNING | {"email": f"p{number}@kendalkab.go.id"})[0]
        for number in range(4)
    ]
    assert answers == [202, 202, 429, 429]
