"""The description of the API: only what answers in this regency, on a page that its own policy lets run."""

import re

from django.test import Client
from django.utils import timezone

from modules.switches import switch
from tenants.models import Regency

HOST = {"host": "batang.localhost"}


def _paths(client: Client) -> set[str]:
    answer = client.get("/api/schema/?format=json", headers=HOST)
    assert answer.status_code == 200
    return set(answer.json()["paths"])


def test_lists_only_the_modules_that_are_on(batang: Regency, client: Client) -> None:
    claims = "/api/v1/santunan_kematian/claims/"
    assert claims not in _paths(client)
    assert "/api/v1/services/services/" in _paths(client)
    switch(regency=batang, key="santunan_kematian", state="on", by=None, at=timezone.now())
    assert claims in _paths(client)


def test_the_page_needs_no_inline_script(batang: Regency, client: Client) -> None:
    page = client.get("/api/docs/", headers=HOST)
    assert page.status_code == 200
    assert "script-src" not in page["Content-Security-Policy"]  # so default-src 'self' holds: nothing inline runs
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", page.content.decode(), re.DOTALL):
        assert "src=" in attributes
        assert not content.strip()
    script = client.get("/api/docs/?script=", headers=HOST)
    assert script["Content-Type"].startswith("application/javascript")
