"""Looking for a person by number: every page of it works, and no address, header or link shows the number."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
import time_machine

from modules.santunan_kematian.queries import lists
from modules.services import public as services
from tenants.models import Regency
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, Cast
from tests.modules.santunan_kematian.test_pages import _switched_on, browser, get, post

__all__ = ["_switched_on"]


@pytest.fixture
def numbers() -> dict[str, str]:
    return {"nik": stage.nik(1), "kk": stage.kk(1), "heir": stage.nik(1, born=stage.date(1975, 3, 4))}


def follow(answer: Any, cast: Cast, batang: Regency) -> str:
    assert answer.status_code == 302
    return str(get(cast.verifier, answer["Location"].removeprefix("/work/santunan_kematian/"), batang).content.decode())


@pytest.mark.parametrize("which", ["nik", "kk", "heir"])
def test_a_number_finds_the_claim_and_shows_nowhere(
    cast: Cast, batang: Regency, numbers: dict[str, str], which: str
) -> None:
    with time_machine.travel(NOON, tick=False):
        stage.endorsed(cast)
        stage.endorsed(cast, 2)
        answer = post(cast.verifier, "search/", batang, q=f" {numbers[which][:6]} {numbers[which][6:]}", filter="mine")
        assert numbers[which] not in answer["Location"]
        page = follow(answer, cast, batang)
    assert ("SK-2026-000001" in page, "SK-2026-000002" in page) == (True, False)
    assert numbers[which] not in page
    assert "Hasil pencarian satu nomor" in page


def test_pages_of_a_search_by_number_follow_each_other(
    cast: Cast, batang: Regency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    for n in (1, 2, 3):
        stage.endorsed(cast, n, heir_nik=stage.nik(50))
    seen, address = [], post(cast.verifier, "search/", batang, q=stage.nik(50))["Location"]
    while address:
        found = lists.page(cast.verifier, _reach(cast), _chosen(address), NOON)
        seen += [row.number for row in found.rows]
        assert stage.nik(50) not in found.next
        address = found.next
    assert seen == [f"SK-2026-00000{n}" for n in (3, 2, 1)]


def test_after_an_hour_it_is_asked_again(cast: Cast, batang: Regency) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        stage.endorsed(cast)
        answer = post(cast.verifier, "search/", batang, q=stage.nik(1))
        clock.shift(3601)
        page = follow(answer, cast, batang)
    assert "SK-2026-000001" not in page
    assert "Pencarian nomor ini sudah berakhir" in page


def test_words_are_an_address_as_before(cast: Cast, batang: Regency) -> None:
    with time_machine.travel(NOON, tick=False):
        stage.endorsed(cast)
        answer = post(cast.verifier, "search/", batang, q="karto", filter="open")
        assert answer["Location"].endswith("?filter=open&q=karto")
        assert "SK-2026-000001" in follow(answer, cast, batang)


def test_another_village_finds_nothing(cast: Cast, batang: Regency) -> None:
    stage.endorsed(cast)
    stranger = stage.member("operator_desa", "Operator lain", stage.Unit.objects.create(
        code="DESA-2", name="Desa Sodong", kind="desa", village=cast.elsewhere))  # fmt: skip
    address = post(stranger, "search/", batang, q=stage.nik(1))["Location"]
    page = browser(stranger).get(address).content.decode()
    assert "SK-2026-000001" not in page
    assert "Tidak ditemukan" in page


def _chosen(address: str) -> lists.Chosen:
    return lists.Chosen.of(dict(parse_qsl(address.partition("?")[2])))


def _reach(cast: Cast) -> Any:
    return services.reach(cast.verifier)
