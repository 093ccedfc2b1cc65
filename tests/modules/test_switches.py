"""The switch of a module: its states, what it foresees and refuses, and that nothing shows of what is off."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from modules import checks, switches
from modules.contract import Module, NavItem, Sector, SuggestedRole
from modules.menu import menu
from modules.registry import discover
from modules.santunan_kematian.permissions import SantunanPermission
from modules.switches import CLOSING, OFF, ON, SwitchRefused, impact, state_of, switch
from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.audit.models import AuditEntry
from tenants.audit.sentences import sentence
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_public, in_regency
from tests.modules.services.builders import filed, unit
from tests.modules.services.conftest import Visitor
from tests.modules.services.examples import opened

KEY = "santunan_kematian"
NEEDY = Module(
    key="turunan",
    name="Turunan",
    summary="Membutuhkan santunan kematian.",
    sector=Sector.WELFARE,
    office="Dinas Sosial",
    permissions=SantunanPermission,
    requires=(KEY,),
)


def turn(regency: Regency, state: str, key: str = KEY) -> None:
    switch(regency=regency, key=key, state=state, by=None, at=timezone.now())


def member(*permissions: str) -> User:
    user = User.objects.create_user("admin@batang.test", "Rina Wulandari")
    role = Role.objects.create(key="uji", name="Uji", permissions=[str(p) for p in permissions])
    RoleGrant.objects.create(user=user, role=role)
    return user


@pytest.fixture
def needy(monkeypatch: pytest.MonkeyPatch) -> str:
    """One more module, which needs the death benefit."""
    known = (*discover(), NEEDY)
    monkeypatch.setattr(switches, "discover", lambda: known)
    monkeypatch.setattr(switches, "find", lambda key: next((m for m in known if m.key == key), None))
    return NEEDY.key


def test_each_state_is_recorded_where_it_belongs(batang: Regency, manggarai: Regency) -> None:
    for state in (ON, CLOSING, OFF):
        turn(batang, state)
        assert state_of(batang, KEY) == state
        assert state_of(manggarai, KEY) == OFF
    said = [sentence(entry) for entry in AuditEntry.objects.filter(action="modules.switched")]
    assert len(said) == 3
    with in_public():
        assert not AuditEntry.objects.filter(action="modules.switched").exists()


def test_switching_on_suggests_its_roles_once(batang: Regency) -> None:
    turn(batang, ON)
    role = Role.objects.get(key="bendahara")
    Role.objects.filter(pk=role.pk).update(permissions=[str(SantunanPermission.VIEW)])
    turn(batang, OFF)
    turn(batang, ON)
    assert Role.objects.get(pk=role.pk).permissions == [str(SantunanPermission.VIEW)], "the regency's own choice stays"


def test_what_it_needs_comes_first_and_goes_last(batang: Regency, needy: str) -> None:
    assert impact(batang, needy, ON).needs == (KEY,)
    with pytest.raises(SwitchRefused, match="Hidupkan dahulu: Santunan kematian"):
        turn(batang, ON, needy)
    turn(batang, ON)
    turn(batang, ON, needy)
    assert impact(batang, KEY, OFF).dependants == (needy,)
    for state in (CLOSING, OFF):
        with pytest.raises(SwitchRefused, match="Masih dibutuhkan oleh: Turunan"):
            turn(batang, state)
    turn(batang, OFF, needy)
    turn(batang, OFF)
    assert state_of(batang, KEY) == OFF


def test_what_carries_others_is_always_on(batang: Regency) -> None:
    with pytest.raises(SwitchRefused, match="selalu hidup"):
        turn(batang, OFF, "services")
    assert state_of(batang, "services") == ON


def test_open_cases_are_finished_first(batang: Regency) -> None:
    opened()
    filed(unit=unit())
    assert impact(batang, "surat_uji", OFF).open_cases == 1
    with pytest.raises(SwitchRefused, match="Masih ada 1 berkas terbuka"):
        turn(batang, OFF, "surat_uji")
    turn(batang, CLOSING, "surat_uji")
    assert state_of(batang, "surat_uji") == CLOSING


def test_the_page_shows_what_would_happen_and_says_what_is_refused(batang: Regency, needy: str) -> None:
    turn(batang, ON)
    turn(batang, ON, needy)
    admin = Visitor(batang, member(StaffPermission.MANAGE_MODULES))
    page = f"/work/settings/modules/{KEY}/"
    assert "Berkas terbuka" in admin.get(page).text
    refused = admin.post(page, {"state": "off"})
    assert refused.status_code == 409
    assert "Masih dibutuhkan oleh: Turunan" in refused.text
    turn(batang, OFF, needy)
    assert admin.post(page, {"state": "off"})["Location"] == "/work/settings/modules/"
    assert state_of(batang, KEY) == OFF
    assert admin.get("/work/settings/modules/tidak_ada/").status_code == 404


def test_the_central_team_switches_on_both_records(batang: Regency) -> None:
    connection.set_schema_to_public()
    operator = Client(headers={"host": "localhost"})
    operator.force_login(member(ConsolePermission.VIEW, ConsolePermission.CHANGE_MODULES))
    page = f"/console/regencies/33.25/modules/{KEY}/"
    assert operator.get(page).status_code == 200
    assert operator.post(page, {"state": "on"}).status_code == 302
    with in_public():
        assert AuditEntry.objects.get(action="modules.switched_from_console").actor_name == "Rina Wulandari"
    with in_regency(batang):
        entry = AuditEntry.objects.get(action="modules.switched")
        assert (entry.actor_name, entry.actor_id) == ("Rina Wulandari", None)
    refused = operator.post("/console/regencies/33.25/modules/services/", {"state": "off"})
    assert refused.status_code == 409


def test_off_is_in_no_menu_and_no_list(batang: Regency) -> None:
    request = RequestFactory().get("/work/")
    request.user, request.regency = member(SantunanPermission.VIEW), batang  # type: ignore[attr-defined]

    def shown() -> tuple[bool, bool]:
        with in_regency(batang):
            labels = [item.label for section in menu(request)["menu"] for item in section.items]
        listed = Client(headers={"host": "batang.localhost"}).get("/api/v1/modules/").json()
        connection.set_tenant(batang, include_public=False)
        return "Santunan kematian" in labels, KEY in [module["key"] for module in listed]

    for state, visible in ((ON, True), (CLOSING, True), (OFF, False)):
        turn(batang, state)
        assert shown() == (visible, visible)
    request.user = AnonymousUser()
    assert menu(request) == {}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": "Turunan"}, "E001"),
        ({"key": "library"}, "E002"),
        ({"key": KEY + "x"}, "E003"),
        ({"key": KEY, "roles": (SuggestedRole("a", "A", ("santunan_kematian.nothing",)),)}, "E004"),
        ({"key": KEY, "nav": (NavItem("A", "a:b", "santunan_kematian.nothing", "map"),)}, "E005"),
        ({"key": KEY, "requires": ("tidak_ada",)}, "E006"),
        ({"key": KEY, "templates": ("Nothing",)}, "E007"),
    ],
)
def test_a_mistaken_declaration_stops_the_start(changes: dict[str, object], code: str) -> None:
    module = replace(NEEDY, **{"requires": (), **changes})  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks.apps, "get_app_config", lambda key: SimpleNamespace(get_models=list))
        assert code in [found for found, _text in checks._faults(module)]
