"""What a release adds to a template reaches roles that are there already: once, on record, never against their owner."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from modules.fleet.shipped import load
from modules.library import baseline
from modules.registry import find
from modules.roles import suggest_roles
from modules.santunan_kematian.permissions import SantunanPermission as P
from modules.switches import switch
from tenants.accounts.actions import save_role
from tenants.accounts.models import Role
from tenants.accounts.permissions import StaffPermission
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.schemas.context import in_regency

NEW = "exports.manage"
KEY = "santunan_kematian"


def release() -> None:
    """What follows every deploy."""
    load(at=timezone.now())


def extended() -> list[tuple[str, list[str]]]:
    found = AuditEntry.objects.filter(action="accounts.role_extended").order_by("pk")
    return [(entry.subject_label, entry.data["added"]) for entry in found]


@pytest.fixture
def before(batang: Regency) -> Regency:
    """Batang as an earlier release left it: its administrator role knows nothing of exit packages."""
    role = baseline.administrator_role()
    role.permissions = role.offered = [p for p in role.permissions if p != NEW]
    role.save()
    return batang


def admin() -> Role:
    return Role.objects.get(key=baseline.ADMINISTRATOR)


def test_a_new_permission_reaches_the_role_that_was_there_before(before: Regency) -> None:
    release()
    assert NEW in admin().permissions
    assert extended() == [("administrator", [NEW])]
    assert AuditEntry.objects.get(action="accounts.role_extended").actor_id is None
    release()
    assert len(extended()) == 1, "once"


def test_it_is_part_of_what_follows_a_deploy(before: Regency) -> None:
    connection.set_schema_to_public()
    call_command("prepare", verbosity=0)
    with in_regency(before):
        assert NEW in admin().permissions


def test_what_the_regency_took_away_stays_away(before: Regency) -> None:
    release()
    kept = [p for p in admin().permissions if p not in (NEW, StaffPermission.VIEW_BILLING)]
    save_role(role=admin(), key="", name="Administrator", description="", permissions=kept, by=None, at=timezone.now())
    release()
    assert not {NEW, StaffPermission.VIEW_BILLING} & set(admin().permissions)


def test_each_regency_for_itself_and_closed_ones_are_left(before: Regency, manggarai: Regency) -> None:
    with in_regency(manggarai):
        role = baseline.administrator_role()
        Role.objects.filter(pk=role.pk).update(permissions=["staff.manage"], offered=["staff.manage"])
    connection.set_schema_to_public()
    Regency.objects.filter(pk=before.pk).update(state="archived")
    release()
    with in_regency(before):
        assert NEW not in admin().permissions
    with in_regency(manggarai):
        assert NEW in admin().permissions


def test_roles_of_modules_that_are_on(batang: Regency) -> None:
    switch(regency=batang, key=KEY, state="on", by=None, at=timezone.now())
    tksk, bpkad = Role.objects.get(key="tksk"), Role.objects.get(key="bpkad")
    Role.objects.filter(pk=tksk.pk).update(permissions=[str(P.VIEW)], offered=[str(P.VIEW)])
    bpkad.delete()
    release()
    tksk.refresh_from_db()
    assert set(tksk.permissions) == {P.VIEW, P.SURVEY}
    assert ("tksk", [str(P.SURVEY)]) in extended()
    assert not Role.objects.filter(key="bpkad").exists(), "a role that was deleted is not made again"
    switch(regency=batang, key=KEY, state="off", by=None, at=timezone.now())
    Role.objects.filter(pk=tksk.pk).update(permissions=[str(P.VIEW)], offered=[str(P.VIEW)])
    before = extended()
    release()
    assert extended() == before, "a module that is off gives nothing"


def test_a_role_made_by_hand_under_the_same_key_is_the_regencys_own(batang: Regency) -> None:
    Role.objects.create(key="tksk", name="TKSK kami", permissions=[str(P.VIEW)])
    suggest_roles(find(KEY), at=timezone.now())  # type: ignore[arg-type]
    release()
    assert Role.objects.get(key="tksk").permissions == [str(P.VIEW)]


def test_a_role_that_works_in_several_modules_learns_from_each(batang: Regency) -> None:
    suggest_roles(find("services"), at=timezone.now())  # type: ignore[arg-type]
    one = set(Role.objects.get(key="operator_desa").permissions)
    suggest_roles(find(KEY), at=timezone.now())  # type: ignore[arg-type]
    both = set(Role.objects.get(key="operator_desa").permissions)
    assert one < both
    assert str(P.FILE) in both


def test_the_migration_remembers_what_was_taken_away(batang: Regency) -> None:
    """Roles of before the column: what the audit says was removed counts as offered; made by hand, nothing does."""
    from importlib import import_module

    role = baseline.administrator_role()
    kept = [p for p in role.permissions if p != NEW]
    save_role(role=role, key="", name="Administrator", description="", permissions=kept, by=None, at=timezone.now())
    own = save_role(
        role=None, key="kasir", name="Kasir", description="", permissions=["staff.manage"], by=None, at=timezone.now()
    )
    Role.objects.update(offered=[])
    with connection.cursor() as cursor:
        cursor.execute(import_module("tenants.accounts.migrations.0003_role_offered").FORWARD)
    assert NEW in admin().offered
    assert set(kept) <= set(admin().offered)
    own.refresh_from_db()
    assert own.offered == []
    release()
    assert NEW not in admin().permissions
