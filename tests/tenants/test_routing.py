"""A host leads to its regency or to nothing, and a request sees that regency's schema alone."""

import threading

import pytest
from django.db import ProgrammingError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django_tenants.utils import schema_context

from modules.switches import state_of
from tenants.accounts.models import Role
from tenants.models import Domain, Regency
from tenants.routing import PUBLIC_SITE, RegencyMiddleware, hosts, resolve
from tests.conftest import NewRegency


def _set(regency: Regency, **fields: str) -> None:
    with schema_context("public"):
        Regency.objects.filter(pk=regency.pk).update(**fields)
    hosts.forget()


@pytest.mark.parametrize("host", ["batang.localhost", "BATANG.localhost", "batang.localhost:8000", "batang.localhost."])
def test_host_is_normalised(db: None, host: str) -> None:
    found = resolve(host)
    assert isinstance(found, Regency)
    assert found.schema_name == "batang"


@pytest.mark.parametrize("host", ["localhost", "www.localhost", "localhost:8000"])
def test_base_domain_is_the_public_site(db: None, host: str) -> None:
    assert resolve(host) is PUBLIC_SITE


@pytest.mark.parametrize(
    "host", ["nowhere.localhost", "batang.localhost.evil.test", "xbatang.localhost", "batang", "", "batang..localhost"]
)
def test_unknown_host_is_404(db: None, host: str) -> None:
    assert resolve(host) is None
    response = Client().get("/", headers={"host": host or "-"})
    assert response.status_code == 404
    assert "alamat" in response.content.decode().lower()


def test_warm_resolution_asks_no_sql(db: None, django_assert_num_queries) -> None:
    resolve("batang.localhost")
    with django_assert_num_queries(0):
        assert resolve("batang.localhost") is not None
        assert resolve("unknown.localhost") is None


@pytest.mark.parametrize(("state", "status"), [("provisioning", 503), ("suspended", 503), ("archived", 410)])
def test_closed_regency_says_so(manggarai: Regency, state: str, status: int) -> None:
    _set(manggarai, state=state)
    response = Client().get("/", headers={"host": "manggarai.localhost"})
    assert response.status_code == status
    assert "Manggarai" in response.content.decode()
    api = Client().get("/api/v1/modules/", headers={"host": "manggarai.localhost"})
    assert api.status_code == status
    assert api["Content-Type"] == "application/json"


def test_draft_regency_has_no_host(manggarai: Regency) -> None:
    _set(manggarai, state="draft")
    assert resolve("manggarai.localhost") is None


def test_read_only_refuses_writes_and_keeps_reading(manggarai: Regency) -> None:
    _set(manggarai, state="read_only")
    for path in ("/work/anything/", "/services/any/application/", "/services/track/sealed/", "/api/v1/services/x/"):
        assert Client().post(path, headers={"host": "manggarai.localhost"}).status_code == 403
    for path in ("/account/login/", "/services/track/"):
        assert Client().post(path, headers={"host": "manggarai.localhost"}).status_code != 403
    assert Client().get("/api/v1/modules/", headers={"host": "manggarai.localhost"}).status_code == 200


def test_own_domain_leads_to_the_regency(manggarai: Regency) -> None:
    with schema_context("public"):
        Domain.objects.create(tenant=manggarai, domain="layanan.manggaraikab.test", is_primary=False)
    hosts.forget()
    found = resolve("layanan.manggaraikab.test")
    assert isinstance(found, Regency)
    assert found.pk == manggarai.pk


def test_change_is_seen_after_commit(db: None, manggarai: Regency, django_capture_on_commit_callbacks) -> None:
    assert resolve("manggarai.localhost") is not None
    with django_capture_on_commit_callbacks(execute=True):
        Regency.objects.filter(pk=manggarai.pk).update(state="draft")
        hosts.changed()
    assert resolve("manggarai.localhost") is None


def test_reading_the_caches_leaves_public_out_of_reach(batang: Regency) -> None:
    """What a page needs from public is read aside, and the path is narrow again afterwards."""
    resolve("batang.localhost")
    state_of(batang, "anything")
    assert not connection.include_public_schema
    with pytest.raises(ProgrammingError, match="tenants_regency"), transaction.atomic():
        Regency.objects.count()


def test_an_answer_made_on_another_schema_never_leaves(batang: Regency) -> None:
    def strays(request: HttpRequest) -> HttpResponse:
        connection.set_schema("manggarai")
        return HttpResponse("from manggarai")

    request = RequestFactory().get("/", headers={"host": "batang.localhost"})
    with pytest.raises(RuntimeError, match="work for batang was done on manggarai"):
        RegencyMiddleware(strays)(request)
    assert connection.schema_name == "public"


def test_regencies_do_not_mix_in_threads(committed: NewRegency) -> None:
    """Two threads of one process, each in its own regency, never see the other's rows."""
    schemas = [committed("kendal").schema_name, committed("sikka").schema_name]
    for schema in schemas:
        with schema_context(schema):
            Role.objects.create(key=schema, name=schema)
    seen: list[tuple[str, list[str]]] = []
    barrier = threading.Barrier(2)

    def ask(schema: str) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            barrier.wait(timeout=10)
            seen.append((schema, list(Role.objects.values_list("key", flat=True))))
            barrier.wait(timeout=10)
            return HttpResponse()

        try:
            for _ in range(5):
                RegencyMiddleware(view)(RequestFactory().get("/", headers={"host": f"{schema}.localhost"}))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(schema,)) for schema in schemas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 10
    assert all(keys == [schema] for schema, keys in seen)
