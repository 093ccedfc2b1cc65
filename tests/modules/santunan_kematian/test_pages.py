"""The way of a claim through the pages, by everyone who touches it; and through the API."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from knox.models import AuthToken

from modules.models import ModuleSwitch
from modules.santunan_kematian.models import Claim, PaymentList
from modules.santunan_kematian.views import money
from modules.switches import switches
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, TODAY, Cast

WORK = "/work/santunan_kematian/"


@pytest.fixture(autouse=True)
def _on_that_day() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(autouse=True)
def _switched_on(batang: Regency) -> None:
    connection.set_schema_to_public()
    for key in ("services", "santunan_kematian"):
        ModuleSwitch.objects.update_or_create(
            regency=batang, module_key=key, defaults={"state": "on", "changed_at": timezone.now()}
        )
    switches.forget()
    connection.set_tenant(batang, include_public=False)


def browser(user: User) -> Client:
    client = Client(headers={"host": "batang.localhost", "accept-language": "id"})
    client.force_login(user)
    return client


def post(user: User, path: str, batang: Regency, **data: Any) -> Any:
    response = browser(user).post(WORK + path, data)
    connection.set_tenant(batang, include_public=False)
    return response


def get(user: User, path: str, batang: Regency) -> Any:
    response = browser(user).get(WORK + path)
    connection.set_tenant(batang, include_public=False)
    return response


def told(**changes: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    data = {
        "village": "",
        "nik": stage.nik(1),
        "kk": stage.kk(1),
        "name": "Karto Wijoyo",
        "sex": "L",
        "birth_date": "1951-10-12",
        "birth_order": "1",
        "address": "RT 02 RW 01",
        "death_date": (TODAY - timedelta(days=5)).isoformat(),
        "death_place": "di rumah",
        "death_cause": "sakit",
        "heir_nik": stage.nik(1, born=stage.date(1975, 3, 4)),
        "heir_name": "Siti Aminah",
        "heir_relation": "pasangan",
        "heir_in_same_kk": "on",
        **{f"document_{key}": file for key, file in stage.papers().items()},
    }
    return {**data, **changes}


def test_from_the_village_to_the_family(cast: Cast, batang: Regency) -> None:
    """One day: filed, endorsed, verified, approved, decreed, listed, paid, handed over, acknowledged."""
    stage.register(stage.data(), cast)
    response = post(cast.operator, "new/", batang, **told(village=cast.village.pk, file="1"))
    claim = Claim.objects.get()
    assert response["Location"] == f"{WORK}claims/{claim.number}/receipt/"
    assert str(claim.tracking_secret) in get(cast.operator, f"claims/{claim.number}/receipt/", batang).content.decode()
    steps = f"claims/{claim.number}/steps/"
    for user, transition in (
        (cast.village_head, "sahkan"),
        (cast.verifier, "nyatakan_lengkap"),
        (cast.director, "setujui"),
    ):
        assert claim.name in get(user, f"claims/{claim.number}/", batang).content.decode()
        assert post(user, steps, batang, transition=transition).status_code == 302, transition
    decision = claim.decisions.get()
    assert post(cast.director, "decrees/", batang, decision=decision.pk).status_code == 302
    assert post(cast.treasurer, "payments/", batang, decision=decision.pk).status_code == 302
    made = PaymentList.objects.get()
    paid = post(cast.paymaster, f"payments/{made.pk}/", batang, sp2d_number="0001/SP2D", sp2d_date=TODAY.isoformat())
    assert paid.status_code == 302
    handed = post(
        cast.treasurer, f"claims/{claim.number}/handover/", batang, day=TODAY.isoformat(), place="Balai Desa",
        receiver_name="Siti Aminah", witness_name="H. Suwandi", photo=stage.photo(),
    )  # fmt: skip
    assert handed.status_code == 302
    report = claim.death_reports.get(destination="dukcapil")
    post(cast.registrar, f"deaths/{report.pk}/acknowledgement/", batang, reference="AM-17")
    claim.case.refresh_from_db()
    assert (claim.case.state, claim.case.outcome) == ("selesai", "done")
    page = get(cast.verifier, f"claims/{claim.number}/", batang).content.decode()
    assert "8 dari 8 pemeriksaan lolos" in page
    assert "Kuitansi santunan kematian" in page
    assert stage.nik(1) not in page


def test_the_list_says_where_the_programme_stands(cast: Cast, batang: Regency) -> None:
    stage.endorsed(cast)
    page = get(cast.verifier, "", batang).content.decode()
    assert "Rp 1.000.000 per jiwa, diajukan paling lambat 60 hari sejak meninggal." in page
    assert "Sisa pagu cukup untuk 2.000 jiwa" in page
    assert "SK-2026-000001" in page
    assert "SK-2026-000001" not in get(cast.director, "", batang).content.decode()
    assert "SK-2026-000001" in get(cast.director, "?filter=open", batang).content.decode()


def test_the_list_asks_few_queries(cast: Cast, batang: Regency, django_assert_max_num_queries: Any) -> None:
    for n in range(1, 6):
        stage.endorsed(cast, n)
    client = browser(cast.verifier)
    client.get(WORK)
    with django_assert_max_num_queries(20):
        client.get(WORK + "?filter=open")


def test_findings_while_writing(cast: Cast, batang: Regency) -> None:
    """The fragment that htmx asks for, and the same on the page without a script."""
    stage.register(stage.data(), cast)
    form = told(village=cast.village.pk)
    fragment = post(cast.operator, "preview/", batang, **form).content.decode()
    assert "Terakhir 17 Januari 2027 (55 hari lagi)" in fragment
    assert "DTSEN desil 2" in fragment
    assert "<html" not in fragment
    late = post(cast.operator, "preview/", batang, **{**form, "death_date": "2026-09-01"}).content.decode()
    assert "Batas 60 hari sudah lewat: terakhir 31 Oktober 2026." in late
    page = post(cast.operator, "new/", batang, **form, check="1").content.decode()
    assert "Terakhir 17 Januari 2027" in page
    assert not Claim.objects.exists()


def test_a_wrong_nik_is_said_at_once_and_in_words(cast: Cast, batang: Regency) -> None:
    fragment = post(cast.operator, "preview/", batang, nik="123", kk="", birth_date="").content.decode()
    assert "NIK harus 16 angka; yang Anda tulis 3 angka." in fragment
    response = post(cast.operator, "new/", batang, **told(village=cast.village.pk, nik="123"))
    assert response.status_code == 422


def test_a_missing_paper_leaves_a_draft_that_says_so(cast: Cast, batang: Regency) -> None:
    stage.register(stage.data(), cast)
    form = told(village=cast.village.pk, file="1")
    del form["document_kk"]
    client = browser(cast.operator)
    response = client.post(WORK + "new/", form, follow=True)
    connection.set_tenant(batang, include_public=False)
    assert "Belum ada: Kartu Keluarga" in response.content.decode()
    assert Claim.objects.get().case.state == "draf_desa"


def test_a_reveal_is_asked_for_and_recorded(cast: Cast, batang: Regency) -> None:
    claim = stage.endorsed(cast)
    response = post(cast.verifier, f"claims/{claim.number}/reveals/", batang, field="nik")
    assert stage.nik(1) in response.content.decode()
    assert AuditEntry.objects.filter(action="santunan_kematian.nik_revealed").count() == 1
    assert post(cast.director, f"claims/{claim.number}/reveals/", batang, field="nik").status_code == 404


def test_a_neighbour_village_sees_nothing(cast: Cast, batang: Regency) -> None:
    from tenants.organisation.models import Unit

    unit = Unit.objects.create(code="DESA-2", name="Desa Sodong", kind="desa", village=cast.elsewhere)
    stranger = stage.member("operator_desa", "Orang Sodong", unit)
    claim = stage.filed(cast)
    assert get(stranger, f"claims/{claim.number}/", batang).status_code == 404
    assert claim.number not in get(stranger, "?filter=open", batang).content.decode()


def test_a_step_twice_is_taken_once(cast: Cast, batang: Regency) -> None:
    claim = stage.endorsed(cast)
    steps = f"claims/{claim.number}/steps/"
    assert post(cast.verifier, steps, batang, transition="nyatakan_lengkap").status_code == 302
    again = post(cast.verifier, steps, batang, transition="nyatakan_lengkap")
    assert again.status_code == 409
    assert "sudah berpindah tahap" in again.content.decode()
    assert post(cast.verifier, steps, batang, transition="setujui").status_code == 422


@pytest.mark.rule("SM-13")
def test_the_files_that_leave_the_house(cast: Cast, batang: Regency) -> None:
    stage.paid(cast, [stage.approved(cast, 1, heir_bank="Bank Jateng", heir_account="3021998877")])
    made = PaymentList.objects.get()
    rows = get(cast.treasurer, f"payments/{made.pk}/bank.csv", batang).content.decode("utf-8-sig").splitlines()
    assert rows[1].split(";")[3:7] == ["Bank Jateng", "3021998877", "Transfer", "1000000"]
    assert AuditEntry.objects.filter(action="santunan_kematian.bank_file_downloaded").exists()
    for user, path in (
        (cast.treasurer, f"payments/{made.pk}/bank.xlsx"),
        (cast.registrar, "deaths/list.xlsx"),
        (cast.verifier, "reports/realisation.xlsx"),
        (cast.verifier, "reports/villages.xlsx"),
        (cast.verifier, "export.xlsx?filter=open"),
    ):
        assert get(user, path, batang).content.startswith(b"PK"), path
    assert get(cast.verifier, "deaths/list.xlsx", batang).status_code == 404


def test_citizens_read_what_it_is(cast: Cast, batang: Regency) -> None:
    page = Client(headers={"host": "batang.localhost", "accept-language": "id"}).get("/santunan_kematian/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Rp 1.000.000" in text
    assert "60 hari" in text
    assert "/services/track/" in text


def api(user: User, method: str, path: str, batang: Regency, **data: Any) -> Any:
    token = AuthToken.objects.create(user=user)[1]
    client = Client(headers={"host": "batang.localhost", "authorization": f"Token {token}", "accept-language": "id"})
    response = getattr(client, method)(f"/api/v1/santunan_kematian/{path}", data)
    connection.set_tenant(batang, include_public=False)
    return response


def test_the_api_files_reads_and_moves(cast: Cast, batang: Regency) -> None:
    stage.register(stage.data(), cast)
    filed = api(cast.operator, "post", "claims/", batang, **told(village=cast.village.pk, file="1"))
    assert filed.status_code == 201, filed.content
    assert filed.json()["state"] == "pengesahan"
    number = filed.json()["number"]
    seen = api(cast.village_head, "get", f"claims/{number}/", batang).json()
    assert seen["nik"] == stage.nik(1)[:4] + "*" * 12
    assert seen["steps"] == ["sahkan", "kembalikan_ke_operator"]
    assert {check["outcome"] for check in seen["checks"]} == {"passed"}
    again = api(cast.operator, "post", "claims/", batang, **told(village=cast.village.pk))
    assert (again.status_code, number in again.json()["detail"]) == (409, True)
    refused = api(cast.village_head, "post", f"claims/{number}/steps/", batang, transition="kembalikan_ke_operator")
    assert refused.status_code == 400
    assert api(cast.village_head, "post", f"claims/{number}/steps/", batang, transition="sahkan").status_code == 200
    assert api(cast.operator, "get", "claims/", batang).json()["results"][0]["state"] == "verifikasi"
    assert api(cast.operator, "get", "reports/realisation/", batang).status_code == 404
    assert len(api(cast.verifier, "get", "reports/realisation/", batang).json()) == 12
    assert api(cast.verifier, "get", "programme/", batang).json()["limit_days"] == 60


def test_what_the_api_cannot_file_it_does_not_keep(cast: Cast, batang: Regency) -> None:
    """Else the next attempt meets a draft that nobody was told of."""
    stage.register(stage.data(), cast)
    incomplete = told(village=cast.village.pk, file="1")
    del incomplete["document_kk"]
    refused = api(cast.operator, "post", "claims/", batang, **incomplete)
    assert (refused.status_code, "Kartu Keluarga" in refused.json()["detail"]) == (409, True)
    assert not Claim.objects.exists()
    assert api(cast.operator, "post", "claims/", batang, **told(village=cast.village.pk, file="1")).status_code == 201


def test_older_lists_are_behind_the_next_page(cast: Cast, batang: Regency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(money, "PAGE", 2)
    made = [stage.listed(cast, [stage.approved(cast, n)]) for n in (1, 2, 3)]
    for user, path, numbers in (
        (cast.treasurer, "payments/", [item.number for item in made]),
        (cast.director, "decrees/", [item.payments.get().decision.decree.number for item in made]),
    ):
        first = get(user, path, batang).content.decode()
        assert [number in first for number in numbers] == [False, True, True]
        (onward,) = re.findall(r'href="(\?after=\d+)"', first)
        last = get(user, path + onward, batang).content.decode()
        assert [number in last for number in numbers] == [True, False, False]
        assert "?after=" not in last
    for nonsense in ("²", "9" * 30, "x"):
        assert get(cast.treasurer, f"payments/?after={nonsense}", batang).status_code == 200
        assert post(cast.treasurer, "payments/", batang, decision=nonsense).status_code == 422
        assert get(cast.treasurer, f"reports/?year={nonsense}", batang).status_code == 200


def test_a_page_of_lists_costs_the_same_however_many(cast: Cast, batang: Regency) -> None:
    counts = []
    get(cast.treasurer, "payments/", batang)  # warm
    for n in (1, 2):
        stage.listed(cast, [stage.approved(cast, n)])
        with CaptureQueriesContext(connection) as asked:
            get(cast.treasurer, "payments/", batang)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_register_is_searched_without_a_number_in_the_address(cast: Cast, batang: Regency) -> None:
    entry = stage.register(stage.data(), cast)
    found = post(cast.verifier, "register/", batang, nik=stage.nik(1))
    assert found.status_code == 200
    assert entry.name in found.content.decode()
    asked = get(cast.verifier, f"register/?nik={stage.nik(1)}", batang)
    assert entry.name not in asked.content.decode()
