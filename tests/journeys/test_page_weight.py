"""A citizen on 200 kbit/s is the yardstick: what the first load of a page weighs, as it goes over the wire."""

import re

import pytest

from tests.journeys.deployment import Deployment
from tests.journeys.stage import OPERATOR, PASSWORD
from tests.journeys.visitor import Visitor

PORTAL, STAFF = 60_000, 100_000
ASSET = re.compile(r'(?:<link rel="stylesheet" href|<script[^>]* src|<link rel="icon" href|<img[^>]* src)="(/[^"]+)"')


def weight(visitor: Visitor, path: str) -> tuple[int, dict[str, int]]:
    """Bytes of a page with everything that it loads, and of each part."""
    page = visitor.get(path)
    assert page.status == 200, path
    parts = {path: len(page.body)}
    for address in dict.fromkeys(ASSET.findall(page.text)):
        asset = visitor.get(address)
        assert asset.status == 200, address
        assert "max-age=31536000" in asset.headers.get("Cache-Control", ""), f"{address} is not kept by browsers"
        if address.endswith((".css", ".js")):
            assert asset.headers["Content-Encoding"] == "br", f"{address} is not compressed"
        parts[address] = len(asset.body)
    assert any(address.endswith(".css") for address in parts)
    assert any(address.endswith(".js") for address in parts)
    return sum(parts.values()), parts


@pytest.mark.parametrize("path", ["/", "/services/surat_keterangan_usaha/application/", "/services/track/"])
def test_pages_of_citizens(site: Deployment, path: str) -> None:
    total, parts = weight(site.visitor("batang.localhost"), path)
    assert total <= PORTAL, parts


@pytest.mark.parametrize("path", ["/work/", "/work/santunan_kematian/", "/work/santunan_kematian/new/"])
def test_pages_of_staff(site: Deployment, path: str) -> None:
    operator = site.visitor("batang.localhost")
    operator.sign_in("operator-desa@batang.test", PASSWORD)
    total, parts = weight(operator, path)
    assert total <= STAFF, parts


def test_pages_of_the_central_team(site: Deployment) -> None:
    operator = site.visitor("localhost")
    operator.sign_in(OPERATOR, PASSWORD)
    total, parts = weight(operator, "/console/")
    assert total <= STAFF, parts
