"""The role editor is fed by the permissions of the modules that are on; hidden ones stay with their role."""

from django.utils import timezone

from modules.santunan_kematian.permissions import SantunanPermission
from modules.switches import OFF, ON, switch
from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency
from tests.modules.services.conftest import Visitor

EDITOR = "/work/settings/roles/"
VIEW = str(SantunanPermission.VIEW)


def administrator(batang: Regency) -> Visitor:
    user = User.objects.create_user("admin@batang.test", "Rina Wulandari")
    held = [str(p) for p in (*StaffPermission, *SantunanPermission)]
    RoleGrant.objects.create(user=user, role=Role.objects.create(key="admin", name="Administrator", permissions=held))
    return Visitor(batang, user)


def turn(batang: Regency, state: str) -> None:
    switch(regency=batang, key="santunan_kematian", state=state, by=None, at=timezone.now())


def test_offers_what_is_on_and_no_more(batang: Regency) -> None:
    admin = administrator(batang)
    assert f'value="{VIEW}"' not in admin.get(f"{EDITOR}new/").text
    turn(batang, ON)
    assert f'value="{VIEW}"' in admin.get(f"{EDITOR}new/").text


def test_makes_and_changes_a_role(batang: Regency) -> None:
    turn(batang, ON)
    admin = administrator(batang)
    made = admin.post(f"{EDITOR}new/", {"name": "Pembaca santunan", "permissions_chosen": [VIEW]})
    assert made["Location"] == EDITOR
    assert Role.objects.get(key="pembaca-santunan").permissions == [VIEW]
    assert "Pembaca santunan" in admin.get(EDITOR).text


def test_what_a_role_holds_of_a_module_that_is_off_stays(batang: Regency) -> None:
    turn(batang, ON)
    admin = administrator(batang)
    admin.post(f"{EDITOR}new/", {"name": "Pembaca", "permissions_chosen": [VIEW]})
    turn(batang, OFF)
    assert admin.post(f"{EDITOR}pembaca/", {"name": "Pembaca", "permissions_chosen": []}).status_code == 302
    assert Role.objects.get(key="pembaca").permissions == [VIEW]


def test_a_permission_that_nobody_declares_is_refused(batang: Regency) -> None:
    refused = administrator(batang).post(f"{EDITOR}new/", {"name": "Palsu", "permissions_chosen": ["root.all"]})
    assert not Role.objects.filter(name="Palsu").exists()
    assert refused.status_code == 200
    assert "root.all" in refused.text
