"""Operators in front of the console, and all 514 regencies with what each has pushed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from modules.fleet.models import RegencyFacts
from modules.models import ModuleSwitch
from tenants import regions
from tenants.accounts.models import Role, RoleGrant, User
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.release import head


@pytest.fixture
def public(batang: Regency) -> None:
    connection.set_schema_to_public()


def operator(name: str, *permissions: str) -> User:
    user = User.objects.create_user(f"{name.lower()}@pusat.test", name, "kata-sandi-panjang")
    role = Role.objects.create(key=name.lower(), name=name, permissions=[str(p) for p in permissions])
    RoleGrant.objects.create(user=user, role=role)
    return user


@pytest.fixture
def ayu(public: None) -> User:
    return operator("Ayu", *ConsolePermission)


@pytest.fixture
def dimas(public: None) -> User:
    return operator("Dimas", *ConsolePermission)


@pytest.fixture
def client(ayu: User) -> Client:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(ayu)
    return browser


@pytest.fixture
def everywhere(public: None) -> None:
    """All 514 regencies with switches and facts; rows in public alone."""
    here = set(Regency.objects.values_list("code", flat=True))
    Regency.objects.bulk_create(
        Regency(
            code=info.code,
            schema_name=f"r_{info.code.replace('.', '_')}",
            kind=info.kind,
            name=info.name,
            province=info.province,
            time_zone=info.time_zone,
            state="active",
        )
        for info in regions.regencies()
        if info.code not in here
    )
    at = timezone.now()
    everyone = list(Regency.objects.order_by("pk"))
    ModuleSwitch.objects.bulk_create(
        ModuleSwitch(regency=regency, module_key=key, state="on", changed_at=at)
        for number, regency in enumerate(everyone)
        for key in ("services", "santunan_kematian")[: 1 + number % 2]
    )
    RegencyFacts.objects.bulk_create(facts(regency, number) for number, regency in enumerate(everyone))


def facts(regency: Regency, number: int) -> RegencyFacts:
    """Different for each, with some of every health."""
    at = timezone.now()
    health = ("ok", "ok", "ok", "warn", "bad")[number % 5]
    return RegencyFacts(
        regency=regency,
        measured_at=at - timedelta(minutes=number % 60),
        release="1.4.0",
        schema_head=head(),
        cases_open=10 + number,
        cases_closed=number * 3,
        cases_late=number % 9,
        users=number % 70,
        file_bytes=number * 1_000_003,
        faults=number % 4,
        last_activity_at=at - timedelta(hours=number) if number % 7 else None,
        health=health,
        problems={"ok": [], "warn": ["late"], "bad": ["many_faults"]}[health],
    )
