"""The public catalogue shows what is there, what it needs and who runs it; and nothing that is not."""

import pytest
from django.test import Client
from django.utils import timezone

from modules.models import ModuleSwitch
from modules.registry import discover
from modules.services.public import shipped
from onboarding.catalogue import queries
from tenants.models import Domain, Regency
from tenants.regions import regencies

KEYS = [*(module.key for module in discover()), *shipped()]


@pytest.fixture
def client(db: None) -> Client:
    return Client(headers={"host": "localhost"})


def switch_on(key: str, *schemas: str) -> None:
    for regency in Regency.objects.filter(schema_name__in=schemas):
        ModuleSwitch.objects.create(regency=regency, module_key=key, state="on", changed_at=timezone.now())


def test_holds_every_module_and_every_service_once() -> None:
    assert sorted(entry.key for entry in queries.entries()) == sorted(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_each_has_a_page_with_its_needs_and_its_law(client: Client, key: str) -> None:
    entry = queries.entry(key)
    assert entry is not None and entry.roles, "nobody would work on it"
    page = client.get(f"/catalogue/{key}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert entry.summary in text and all(law in text for law in entry.law)
    assert all(f"/catalogue/{other}/" in text for other in entry.requires)
    assert "previews" in text if entry.definition else "previews" not in text


def test_the_list_costs_one_query_beside_the_schema(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client.get("/catalogue/")
    with django_assert_max_num_queries(2):
        page = client.get("/catalogue/").content.decode()
    assert all(f"/catalogue/{key}/" in page for key in KEYS)


def test_narrowed_by_words_and_sector(client: Client) -> None:
    found = client.get("/catalogue/", {"q": "usaha mikro"}).content.decode()
    assert "/catalogue/surat_keterangan_usaha/" in found and "/catalogue/lapor_bupati/" not in found
    sector = client.get("/catalogue/", {"sector": "welfare"}).content.decode()
    assert "/catalogue/santunan_kematian/" in sector and "/catalogue/surat_keterangan_usaha/" not in sector
    assert "Tidak ditemukan" in client.get("/catalogue/", {"q": "pesawat ruang angkasa"}).content.decode()


def test_says_who_runs_it_and_forgets_who_left(client: Client) -> None:
    switch_on("santunan_kematian", "batang", "manggarai")
    assert "Dipakai 2 kabupaten/kota" in client.get("/catalogue/").content.decode()
    Regency.objects.filter(schema_name="manggarai").update(state="archived")
    page = client.get("/catalogue/santunan_kematian/").content.decode()
    assert "Kabupaten Batang" in page and "Kabupaten Manggarai" not in page


@pytest.mark.parametrize("key", ["tidak-ada", "santunan_kematian'", "..", "a" * 300])
def test_what_is_not_there_is_404(client: Client, key: str) -> None:
    assert client.get(f"/catalogue/{key}/").status_code == 404


def test_who_is_still_in_trial_does_not_run_it_and_is_marked_at_the_door(client: Client) -> None:
    switch_on("santunan_kematian", "batang", "manggarai")
    Regency.objects.filter(schema_name="manggarai").update(live_at=None, live_by="")
    assert "Kabupaten Manggarai" not in client.get("/catalogue/santunan_kematian/").content.decode()
    assert "Dipakai 1 kabupaten/kota" in client.get("/catalogue/").content.decode()
    assert client.get("/").content.decode().count("masih uji coba") == 1


def test_the_door_counts_all_and_shows_the_first(client: Client) -> None:
    there = Regency.objects.count()
    for info in regencies()[:70]:
        if not Regency.objects.filter(code=info.code).exists():
            found = Regency.objects.create(
                code=info.code, name=info.name, kind=info.kind, province=info.province, time_zone=info.time_zone,
                schema_name=f"k_{info.code.replace('.', '_')}", state="active", live_at=timezone.now(),
            )  # fmt: skip
            Domain.objects.create(domain=f"k{found.pk}.localhost", tenant=found, is_primary=True)
            there += 1
    text = client.get("/").content.decode()
    assert f"{there} dari 514" in text
    assert "60 yang pertama" in text
