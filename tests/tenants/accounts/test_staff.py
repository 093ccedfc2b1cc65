"""The pages of a regency's people."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tenants.accounts import actions
from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency
from tests.tenants.accounts.test_actions import person


@pytest.fixture
def client(batang: Regency) -> Client:
    admin = person("admin@batang.test", *[str(p) for p in StaffPermission])
    Role.objects.create(key="petugas", name="Petugas", permissions=["services.view"])
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(admin)
    return browser


def inside(regency: Regency) -> None:
    connection.set_tenant(regency, include_public=False)


def test_invited_from_the_page(client: Client, batang: Regency) -> None:
    response = client.post(
        "/work/staff/invitations/new/", {"name": "Rina", "email": "rina@batang.test", "roles": ["petugas"]}
    )
    assert response.status_code == 302
    inside(batang)
    user = User.objects.get(email="rina@batang.test")
    assert user.has("services.view")
    page = client.get(response["Location"]).content.decode()
    assert "Diundang" in page
    assert "Kirim ulang undangan" in page


def test_member_is_refused_on_the_form(client: Client, batang: Regency) -> None:
    response = client.post("/work/staff/invitations/new/", {"name": "X", "email": "admin@batang.test"})
    assert response.status_code == 409
    assert "sudah menjadi anggota" in response.content.decode()


def test_list_is_searched_filtered_and_paged_by_key(
    client: Client, batang: Regency, django_assert_max_num_queries
) -> None:
    inside(batang)
    role = Role.objects.get(key="petugas")
    for number in range(60):
        user = User.objects.create_user(f"p{number}@batang.test", f"Pegawai {number // 2:02}", "kata-sandi-uji")
        RoleGrant.objects.create(user=user, role=role)
    url, seen = "/work/staff/?role=petugas", []
    client.get(url)
    with django_assert_max_num_queries(8):
        client.get(url)
    while url:
        context = client.get(url).context
        seen += [row["user"].pk for row in context["people"]]
        url = f"/work/staff/{context['next_url']}" if context["next_url"] else ""
    assert len(seen) == len(set(seen)) == 60
    found = client.get("/work/staff/?q=p7@").context["people"]
    assert [row["user"].email for row in found] == ["p7@batang.test"]
    assert client.get("/work/staff/?state=invited").context["people"] == []


def test_buttons_of_a_person(client: Client, batang: Regency) -> None:
    inside(batang)
    user, _token = actions.invite(email="rina@batang.test", name="Rina", roles=[], by=None, at=timezone.now())
    page = f"/work/staff/{user.pk}/"
    client.post(page, {"do": "grant", "role": "petugas"})
    inside(batang)
    assert User.objects.get(pk=user.pk).has("services.view")
    client.post(page, {"do": "revoke", "role": "petugas"})
    client.post(page, {"do": "deactivate"})
    inside(batang)
    found = User.objects.get(pk=user.pk)
    assert (found.is_active, found.grants.count()) == (False, 0)
    assert client.post(page, {"do": "grant", "role": "nirwana"}).status_code == 404


def test_refusals_are_said(client: Client, batang: Regency) -> None:
    inside(batang)
    admin = User.objects.get(email="admin@batang.test")
    said = client.post(f"/work/staff/{admin.pk}/", {"do": "deactivate"}, follow=True).content.decode()
    assert "tidak dapat menonaktifkan akun Anda sendiri" in said
    said = client.post(f"/work/staff/{admin.pk}/", {"do": "revoke", "role": "admin"}, follow=True).content.decode()
    assert "paling sedikit satu orang aktif" in said
