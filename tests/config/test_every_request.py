"""What every request pays for, and that making it cheap changed nothing of what it gives."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from config.csp import UsualPolicyMiddleware
from tenants.accounts.models import Role, User
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency


def policy(middleware: type[CSPMiddleware], **changes: object) -> str:
    def view(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(str(getattr(request, "csp_nonce", "")) if "nonce" in changes else "")
        vars(response).update({name: value for name, value in changes.items() if name.startswith("_csp")})
        return response

    return middleware(view)(RequestFactory().get("/"))[HEADER]


def test_the_usual_policy_is_that_of_the_library() -> None:
    assert policy(UsualPolicyMiddleware) == policy(CSPMiddleware)
    assert "frame-ancestors 'none'" in policy(UsualPolicyMiddleware)


def test_a_view_may_still_change_the_policy() -> None:
    changed = {"_csp_update": {"img-src": ["'self'", "https://tile.example"]}}
    assert policy(UsualPolicyMiddleware, **changed) == policy(CSPMiddleware, **changed)
    assert "tile.example" in policy(UsualPolicyMiddleware, **changed)
    assert "tile.example" not in policy(UsualPolicyMiddleware)
    assert policy(UsualPolicyMiddleware, _csp_config={"default-src": ["'none'"]}) == "default-src 'none'"


def test_caches_keep_their_connection_and_their_regency(batang: Regency) -> None:
    cache = caches["default"]
    assert cache._cache.get_client() is cache._cache.get_client(write=True)  # type: ignore[attr-defined]
    cache.set("who", "batang", timeout=5)
    connection.set_schema_to_public()
    assert cache.get("who") is None


def test_who_is_signed_in_and_what_they_may_is_one_question(batang: Regency) -> None:
    role = Role.objects.create(key="surveyor", name="Surveyor", permissions=[str(StaffPermission.VIEW_AUDIT)])
    rina = User.objects.create_user("rina@batang.test", "Rina Wulandari", phone="0812")
    rina.grants.create(role=role)  # type: ignore[attr-defined]
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(rina)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get("/work/audit/").status_code == 200
    about_accounts = [query["sql"] for query in asked if "accounts_" in query["sql"]]
    assert len(about_accounts) == 1
    connection.set_tenant(batang, include_public=False)
    found = User.objects.with_roles(rina.pk)
    assert found is not None
    assert {field.name: getattr(found, field.name) for field in User._meta.fields} == {
        field.name: getattr(User.objects.get(pk=rina.pk), field.name) for field in User._meta.fields
    }
    assert found.permissions == User.objects.get(pk=rina.pk).permissions == {StaffPermission.VIEW_AUDIT}


def test_an_account_that_was_closed_is_nobody(batang: Regency) -> None:
    role = Role.objects.create(key="surveyor", name="Surveyor", permissions=[str(StaffPermission.VIEW_AUDIT)])
    rina = User.objects.create_user("rina@batang.test", "Rina Wulandari", is_active=False)
    rina.grants.create(role=role)  # type: ignore[attr-defined]
    assert User.objects.with_roles(rina.pk).permissions == frozenset()  # type: ignore[union-attr]
    assert User.objects.with_roles(0) is None
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(rina)
    assert browser.get("/work/audit/").status_code == 302
