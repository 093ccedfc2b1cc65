"""Every address, generated from the registry and the URL configuration: signed out, without permission, with another
regency's object, with the module off; on the public site with an ordinary object and with one that nobody has.
A new page is covered the day it is written."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import Settings
from rest_framework.throttling import AnonRateThrottle

from modules.models import ModuleSwitch
from modules.registry import discover
from modules.switches import switches
from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tests.architecture.endpoints import EVERY, PUBLIC, REGENCY, Endpoint
from tests.examples import PARAMETERS, SHARED

MODULES = {module.key for module in discover()}
IN_MODULES = [e for e in REGENCY if e.module in MODULES]
CLOSED = [e for e in REGENCY if e.permission != "public"]
OPEN = [e for e in EVERY if e.permission == "public"]
ANSWERABLE = {"number": "SU-2026-000001", "secret": "AAAAAAAAAA"}
"""What a form in an open page takes, so that it is not refused for being empty."""
GUARDED = [e for e in CLOSED if e.permission != "signed_in"]
PUBLIC_CLOSED = [e for e in PUBLIC if e.permission != "public"]
PUBLIC_GUARDED = [e for e in PUBLIC_CLOSED if e.permission != "signed_in"]
WITH_OBJECT = [e for e in REGENCY if any((e.module, name) not in SHARED for name in e.parameters)]


def names(found: list[Endpoint]) -> list[str]:
    return [e.name for e in found]


def everything() -> list[str]:
    """All permissions of the product."""
    declared = [str(p) for module in discover() for p in module.permissions]
    ground = ["organisation.view", "organisation.change"]
    return [*declared, *ground, *[str(p) for p in StaffPermission]]


def staff(permissions: list[str]) -> User:
    user = User.objects.create_user("siapa@walk.test", "Penguji", "rahasia-sekali")
    role = Role.objects.create(key="walk", name="Walk", permissions=permissions)
    RoleGrant.objects.create(user=user, role=role)
    return user


def all_on(regency: Regency) -> None:
    connection.set_schema_to_public()
    keys = {module.key for module in discover()}
    for key in keys:
        ModuleSwitch.objects.update_or_create(
            regency=regency, module_key=key, defaults={"state": "on", "changed_at": timezone.now()}
        )
    switches.forget()


def enter(regency: Regency) -> None:
    connection.set_tenant(regency, include_public=False)


def ask(endpoint: Endpoint, kwargs: dict[str, object], host: str, user: User | None) -> HttpResponse:
    """GET the address as `user`, or POST or PUT to it where it is only for that; an API call carries a token.

    `host` is a regency's subdomain, or empty for the public site.
    """
    client = Client(headers={"host": f"{host}.localhost" if host else "localhost"})
    headers = {}
    if user and endpoint.is_api:
        headers["authorization"] = f"Token {AuthToken.objects.create(user=user)[1]}"
    elif user:
        client.force_login(user)
    url = reverse(endpoint.name, kwargs=kwargs, urlconf=endpoint.urlconf)
    response = client.get(url, headers=headers)
    if response.status_code == 405:
        response = client.post(url, headers=headers)
    if response.status_code == 405:
        response = client.put(url, headers=headers)
    if response.streaming:
        list(response)  # to its end, which closes the file
    return response


def example(endpoint: Endpoint, user: User) -> dict[str, object]:
    makers = {name: PARAMETERS.get((endpoint.name, name)) for name in endpoint.parameters}
    return {name: (make or PARAMETERS[endpoint.module, name])(user) for name, make in makers.items()}


def filler(endpoint: Endpoint) -> dict[str, object]:
    """Values of the right shape that belong to nobody."""
    uuid = "00000000-0000-4000-8000-000000000000"
    return {name: uuid if "uuid" in name else "909090" for name in endpoint.parameters}


def test_the_walk_finds_every_module() -> None:
    assert {e.module for e in IN_MODULES} == MODULES
    assert len(REGENCY) > 20


@pytest.mark.parametrize("endpoint", EVERY, ids=[f"{e.urlconf}:{e.name}" for e in EVERY])
def test_names_its_permission(endpoint: Endpoint) -> None:
    assert endpoint.name.rsplit(":", 1)[-1], f"{endpoint.route} has no name"
    assert endpoint.permission, f"{endpoint.name} ({endpoint.route}) names no permission and is not @public_page"


@pytest.mark.parametrize("endpoint", CLOSED, ids=names(CLOSED))
def test_signed_out(batang: Regency, endpoint: Endpoint) -> None:
    all_on(batang)
    enter(batang)
    response = ask(endpoint, example(endpoint, staff([])), "batang", None)
    if endpoint.is_api:
        assert response.status_code == 401
    else:
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize("endpoint", GUARDED, ids=names(GUARDED))
def test_without_permission(batang: Regency, endpoint: Endpoint) -> None:
    all_on(batang)
    enter(batang)
    user = staff([])
    refused = {404, 405} if endpoint.is_api else {404}  # an API address may know no GET at all
    assert ask(endpoint, example(endpoint, user), "batang", user).status_code in refused


@pytest.mark.parametrize("endpoint", WITH_OBJECT, ids=names(WITH_OBJECT))
def test_object_of_another_regency(batang: Regency, manggarai: Regency, endpoint: Endpoint) -> None:
    """Reachable where it belongs, and not there for the same person with every permission next door."""
    for regency in (batang, manggarai):
        all_on(regency)
    enter(manggarai)
    owner = staff(everything())
    kwargs = example(endpoint, owner)
    assert ask(endpoint, kwargs, "manggarai", owner).status_code != 404
    enter(batang)
    neighbour = staff(everything())
    assert ask(endpoint, kwargs, "batang", neighbour).status_code == 404


@pytest.mark.parametrize("endpoint", IN_MODULES, ids=names(IN_MODULES))
def test_module_off(batang: Regency, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off means 404 for everybody, administrators included."""
    monkeypatch.setattr("modules.switches._ESSENTIAL", frozenset())
    connection.set_schema_to_public()
    ModuleSwitch.objects.filter(regency=batang).update(state="off")
    switches.forget()
    enter(batang)
    user = staff(everything())
    assert ask(endpoint, example(endpoint, user), "batang", user).status_code == 404


PROVEN = {"stripe_events", "metrics"}
"""For machines, which show by a signature or a token who they are: before that nothing is stored, and none is counted."""


@pytest.mark.parametrize("endpoint", OPEN, ids=[f"{e.urlconf}:{e.name}" for e in OPEN])
def test_what_needs_no_account_is_not_sent_without_end(
    batang: Regency, endpoint: Endpoint, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a stranger may send is counted by address: with nothing allowed, nothing is taken."""
    settings.LIMITS = dict.fromkeys(settings.LIMITS, (0, 60))
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "1/day"})
    host = "batang" if endpoint.urlconf == REGENCY[0].urlconf else ""
    kwargs = filler(endpoint)
    if host:
        all_on(batang)
        enter(batang)
        kwargs = example(endpoint, staff([]))
    else:
        connection.set_schema_to_public()
    client = Client(headers={"host": f"{host}.localhost".removeprefix(".")})
    url = reverse(endpoint.name, kwargs=kwargs, urlconf=endpoint.urlconf)
    if endpoint.is_api:
        client.post(url)
    refused = {400, 404} if endpoint.name in PROVEN else {405, 429}
    assert client.post(url, ANSWERABLE).status_code in refused


@pytest.mark.parametrize("endpoint", REGENCY, ids=names(REGENCY))
def test_nothing_breaks(batang: Regency, endpoint: Endpoint) -> None:
    """With every permission a page answers; with an object that nobody has it is 404, never a fault."""
    all_on(batang)
    enter(batang)
    user = staff(everything())
    assert ask(endpoint, example(endpoint, user), "batang", user).status_code < 500
    if endpoint.parameters:
        enter(batang)
        assert ask(endpoint, filler(endpoint), "batang", user).status_code == 404


@pytest.fixture
def public(batang: Regency) -> None:
    """The public site, with Batang among its regencies."""
    all_on(batang)


def central_team() -> list[str]:
    return [str(permission) for permission in ConsolePermission]


@pytest.mark.parametrize("endpoint", PUBLIC_CLOSED, ids=names(PUBLIC_CLOSED))
def test_public_site_signed_out(public: None, endpoint: Endpoint) -> None:
    response = ask(endpoint, example(endpoint, staff([])), "", None)
    if endpoint.is_api:
        assert response.status_code == 401
    else:
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize("endpoint", PUBLIC_GUARDED, ids=names(PUBLIC_GUARDED))
def test_public_site_without_permission(public: None, endpoint: Endpoint) -> None:
    user = staff([])
    refused = {404, 405} if endpoint.is_api else {404}
    assert ask(endpoint, example(endpoint, user), "", user).status_code in refused


@pytest.mark.parametrize("endpoint", PUBLIC, ids=names(PUBLIC))
def test_public_site_nothing_breaks(public: None, endpoint: Endpoint) -> None:
    """An ordinary object is found, one that nobody has is 404, and neither is a fault."""
    user = staff(central_team())
    found = ask(endpoint, example(endpoint, user), "", user)
    assert found.status_code < 500
    if endpoint.parameters:
        assert found.status_code != 404
        connection.set_schema_to_public()
        assert ask(endpoint, filler(endpoint), "", user).status_code == 404


def test_the_walk_finds_the_console_and_its_api() -> None:
    assert len([e for e in PUBLIC_GUARDED if e.module == "console" and not e.is_api]) >= 30
    assert len([e for e in PUBLIC_GUARDED if e.module == "console" and e.is_api]) >= 7
