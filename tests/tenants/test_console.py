"""The console: operators alone, every regency on few queries, and each change with its reason on record."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tenants import actions
from tenants.accounts.models import Role, RoleGrant, User
from tenants.audit.models import AuditEntry
from tenants.models import Domain, Regency
from tenants.permissions import ConsolePermission
from tenants.routing import hosts
from tenants.schemas.context import in_schema

PAGES = [
    "/console/",
    "/console/new/",
    "/console/runs/",
    "/console/packages/",
    "/console/regencies/33.25/",
    "/console/operators/",
    "/console/audit/",
    "/console/matrix/",
    "/console/bulk/",
    "/console/announcements/",
    "/console/digest/",
    "/console/destructions/",
    "/console/regencies/33.25/facts/",
]


@pytest.fixture
def public(db: None) -> None:
    connection.set_schema_to_public()


def operator(*permissions: str) -> User:
    user = User.objects.create_user("ayu@rujukan.test", "Ayu Pertiwi", "kata-sandi-panjang")
    role = Role.objects.create(key="operator-uji", name="Operator", permissions=[str(p) for p in permissions])
    RoleGrant.objects.create(user=user, role=role)
    return user


@pytest.fixture
def ayu(public: None) -> User:
    return operator(*ConsolePermission)


@pytest.fixture
def client(ayu: User) -> Client:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(ayu)
    return browser


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers(client: Client, page: str) -> None:
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_signed_out_and_without_permission(public: None, page: str) -> None:
    browser = Client(headers={"host": "localhost"})
    assert browser.get(page)["Location"].startswith("/account/login/")
    browser.force_login(operator())
    assert browser.get(page).status_code == 404


@pytest.mark.parametrize(
    "address", ["regencies/33.25/state/", "regencies/33.25/domains/", "regencies/33.25/packages/", "new/"]
)
def test_who_may_only_look_changes_nothing(public: None, address: str) -> None:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(operator(ConsolePermission.VIEW))
    assert (
        browser.post(f"/console/{address}", {"state": "suspended", "reason": "x", "host": "x.test"}).status_code == 404
    )
    assert Regency.objects.get(code="33.25").state == "active"


def test_a_regency_has_no_console(batang: Regency) -> None:
    assert Client(headers={"host": "batang.localhost"}).get("/console/").status_code == 404


def test_staff_session_is_worth_nothing_here(batang: Regency) -> None:
    user = User.objects.create_user("rina@batang.test", "Rina", "kata-sandi-panjang")
    staff = Client(headers={"host": "batang.localhost"})
    staff.force_login(user)
    assert staff.get("/console/", headers={"host": "localhost"})["Location"].startswith("/account/login/")


def test_suspension_needs_a_reason_and_is_on_both_records(client: Client, ayu: User) -> None:
    client.post("/console/regencies/53.10/state/", {"state": "suspended", "reason": "  "})
    assert Regency.objects.get(code="53.10").state == "active"
    client.post("/console/regencies/53.10/state/", {"state": "suspended", "reason": "Permintaan bupati"})
    assert Regency.objects.get(code="53.10").state == "suspended"
    central = AuditEntry.objects.get(action="tenants.state_changed")
    assert (central.actor_id, central.data["reason"]) == (ayu.pk, "Permintaan bupati")
    with in_schema("manggarai"):
        local = AuditEntry.objects.get(action="tenants.state_changed")
        assert (local.actor_id, local.actor_name) == (None, "Ayu Pertiwi")
    hosts.forget()
    assert Client().get("/", headers={"host": "manggarai.localhost"}).status_code == 503


@pytest.mark.parametrize(
    ("before", "after"), [("active", "draft"), ("active", "active"), ("provisioning", "active"), ("archived", "active")]
)
def test_states_are_not_jumped(ayu: User, before: str, after: str) -> None:
    Regency.objects.filter(code="53.10").update(state=before)
    regency = Regency.objects.get(code="53.10")
    with pytest.raises(actions.StateRefused):
        actions.change_state(regency=regency, state=after, reason="coba", by=ayu, at=timezone.now())


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("localhost", "situs pusat"),
        ("admin.localhost", "sistem"),
        ("sikka.localhost", "daerah lain"),
        ("batang.localhost", "sudah dipakai"),
        ("http://batangkab.go.id/", "nama domain saja"),
        ("tanpa-titik", "nama domain saja"),
        ("10.0.0.1", "nama domain saja"),
        ("a" * 260 + ".id", "nama domain saja"),
    ],
)
def test_hosts_are_refused_in_words(ayu: User, host: str, words: str) -> None:
    manggarai = Regency.objects.get(code="53.10")
    with pytest.raises(actions.DomainRefused, match=words):
        actions.add_domain(regency=manggarai, host=host, by=ayu, at=timezone.now())


def test_own_domain_comes_becomes_primary_and_goes(client: Client) -> None:
    client.post("/console/regencies/53.10/domains/", {"host": "Layanan.Manggaraikab.go.id."})
    domain = Domain.objects.get(domain="layanan.manggaraikab.go.id")
    taken = client.post("/console/regencies/33.25/domains/", {"host": "layanan.manggaraikab.go.id"}, follow=True)
    assert "sudah dipakai" in taken.content.decode()
    client.post(f"/console/regencies/53.10/domains/{domain.pk}/", {"do": "primary"})
    assert list(Domain.objects.filter(tenant__code="53.10", is_primary=True)) == [domain]
    refused = client.post(f"/console/regencies/53.10/domains/{domain.pk}/", {"do": "remove"}, follow=True)
    assert "Alamat utama tidak dapat dihapus" in refused.content.decode()
    other = Domain.objects.get(domain="manggarai.localhost")
    client.post(f"/console/regencies/53.10/domains/{other.pk}/", {"do": "remove"})
    assert not Domain.objects.filter(pk=other.pk).exists()


def test_domain_of_another_regency_is_not_found(client: Client) -> None:
    domain = Domain.objects.get(domain="batang.localhost")
    assert client.post(f"/console/regencies/53.10/domains/{domain.pk}/", {"do": "remove"}).status_code == 404


def test_operators_are_invited_and_closed(client: Client, ayu: User) -> None:
    client.post("/console/operators/", {"name": "Dimas", "email": "dimas@rujukan.test", "roles": ["operator-uji"]})
    dimas = User.objects.get(email="dimas@rujukan.test")
    assert dimas.has(ConsolePermission.PROVISION)
    client.post(f"/console/operators/{dimas.pk}/", {"do": "deactivate"})
    assert not User.objects.get(pk=dimas.pk).is_active
    said = client.post(f"/console/operators/{ayu.pk}/", {"do": "deactivate"}, follow=True).content.decode()
    assert "akun Anda sendiri" in said


def test_nobody_makes_an_operator_stronger_than_themselves(public: None) -> None:
    Role.objects.create(key="kuat", name="Kuat", permissions=[str(ConsolePermission.PROVISION)])
    browser = Client(headers={"host": "localhost"})
    browser.force_login(operator(ConsolePermission.MANAGE_OPERATORS))
    response = browser.post("/console/operators/", {"name": "X", "email": "x@rujukan.test", "roles": ["kuat"]})
    assert response.status_code == 409
    assert not User.objects.filter(email="x@rujukan.test").exists()


def test_audit_reads_as_sentences_and_shows_a_break(client: Client) -> None:
    client.post("/console/regencies/53.10/state/", {"state": "read_only", "reason": "Pindah server"})
    text = client.get("/console/audit/").content.decode()
    assert "Ayu Pertiwi mengubah keadaan 53.10 dari" in text
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_refuse_change")
        cursor.execute("UPDATE audit_auditentry SET data = '{}'")
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_refuse_change")
    assert "Ada catatan yang diubah atau hilang" in client.get("/console/audit/").content.decode()
