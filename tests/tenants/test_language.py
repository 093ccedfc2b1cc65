"""Indonesian first, whatever the browser came with; English when it was chosen."""

import pytest
from django.test import Client

from tenants.models import Regency

HOST = {"host": "batang.localhost"}


@pytest.mark.parametrize("accepts", ["en-US,en;q=0.9", "nl", ""])
def test_the_browser_does_not_decide(batang: Regency, accepts: str) -> None:
    page = Client().get("/account/login/", headers={**HOST, "accept-language": accepts})
    assert page["Content-Language"] == "id"
    assert 'lang="id"' in page.content.decode()


def test_choosing_english_is_remembered(batang: Regency) -> None:
    client = Client(headers=HOST)
    chosen = client.post("/account/language/", {"language": "en", "next": "/account/login/"})
    assert chosen["Location"] == "/account/login/"
    assert client.get("/account/login/")["Content-Language"] == "en"


def test_a_made_up_language_is_indonesian(batang: Regency) -> None:
    client = Client(headers=HOST)
    client.cookies["django_language"] = "xx"
    assert client.get("/account/login/")["Content-Language"] == "id"
