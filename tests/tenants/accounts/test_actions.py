"""Invitations, roles and leaving: nobody gives what they lack, nobody locks the last door."""

from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from tenants.accounts import actions, tasks
from tenants.accounts.models import Invitation, Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.addresses import site_url
from tenants.audit.models import AuditEntry
from tenants.models import Regency

PASSWORD = "kata-sandi-panjang-2026"


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def person(email: str, *permissions: str) -> User:
    user = User.objects.create_user(email, email.split("@")[0].title(), PASSWORD)
    if permissions:
        role = Role.objects.create(key=email.split("@")[0], name="Peran", permissions=list(permissions))
        RoleGrant.objects.create(user=user, role=role)
    return user


@pytest.fixture
def admin(batang: Regency) -> User:
    return person("admin@batang.test", *[str(p) for p in StaffPermission])


def test_invitation_leads_from_mail_to_work(
    batang: Regency, admin: User, at: datetime, django_capture_on_commit_callbacks
) -> None:
    role = Role.objects.create(key="clerk", name="Petugas", permissions=["services.view"])
    with django_capture_on_commit_callbacks() as callbacks:
        user, token = actions.invite(email=" Rina@Batang.test ", name="Rina", roles=[role], by=admin, at=at)
    assert len(callbacks) == 1
    assert (user.email, user.has_usable_password(), user.has("services.view")) == ("rina@batang.test", False, True)

    tasks.send_invitation(user.pk, token)
    (letter,) = mail.outbox
    assert letter.to == ["rina@batang.test"]
    path = f"/account/invitation/{token}/"
    assert site_url("batang.localhost") + path in letter.body

    client = Client(headers={"host": "batang.localhost"})
    assert "Rina" in client.get(path).content.decode()
    short = client.post(path, {"password": "pendek", "again": "pendek"})
    assert short.status_code == 200
    assert 'aria-invalid="true"' in short.content.decode()
    done = client.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert done["Location"] == "/work/"
    assert client.get("/account/password/change/").status_code == 200
    assert client.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 410


def test_accepting_verifies_the_address(batang: Regency, admin: User, at: datetime) -> None:
    user, token = actions.invite(email="rina@batang.test", name="Rina", roles=[], by=admin, at=at)
    actions.accept_invitation(token=token, password=PASSWORD, at=at)
    address = EmailAddress.objects.get(user=user)
    assert (address.verified, address.primary) == (True, True)
    assert AuditEntry.objects.filter(action="accounts.invitation_accepted").count() == 1


def test_only_the_hash_of_a_token_is_stored(batang: Regency, admin: User, at: datetime) -> None:
    _user, token = actions.invite(email="rina@batang.test", name="Rina", roles=[], by=admin, at=at)
    assert token not in str(list(Invitation.objects.values()))


@pytest.mark.parametrize(("path", "status"), [("garbled", 404), ("%F0%9F%92%A9", 404), ("a" * 900, 404)])
def test_unknown_token(batang: Regency, path: str, status: int) -> None:
    response = Client(headers={"host": "batang.localhost"}).get(f"/account/invitation/{path}/")
    assert response.status_code == status
    assert "tidak dikenal" in response.content.decode()


def test_token_of_another_regency_opens_nothing(batang: Regency, admin: User, at: datetime) -> None:
    _user, token = actions.invite(email="rina@batang.test", name="Rina", roles=[], by=admin, at=at)
    assert Client(headers={"host": "manggarai.localhost"}).get(f"/account/invitation/{token}/").status_code == 404


def test_expired_and_replaced(batang: Regency, admin: User, at: datetime) -> None:
    user, old = actions.invite(email="rina@batang.test", name="Rina", roles=[], by=admin, at=at - timedelta(days=2))
    new = actions.resend(user=user, by=admin, at=at)
    with pytest.raises(actions.InvitationInvalid) as replaced:
        actions.find_invitation(old, at)
    assert replaced.value.reason == "expired"
    with pytest.raises(actions.InvitationInvalid) as expired:
        actions.find_invitation(new, at + timedelta(days=7))
    assert expired.value.reason == "expired"
    assert actions.find_invitation(new, at).user == user


def test_expired_page_is_gone(batang: Regency, admin: User, at: datetime) -> None:
    _user, token = actions.invite(email="r@batang.test", name="R", roles=[], by=admin, at=at - timedelta(days=8))
    response = Client(headers={"host": "batang.localhost"}).get(f"/account/invitation/{token}/")
    assert response.status_code == 410
    assert "tidak berlaku lagi" in response.content.decode()


def test_invalid_address_and_member_are_refused(batang: Regency, admin: User, at: datetime) -> None:
    with pytest.raises(ValidationError):
        actions.invite(email="bukan surel", name="X", roles=[], by=admin, at=at)
    with pytest.raises(actions.AlreadyMember):
        actions.invite(email="ADMIN@batang.test", name="X", roles=[], by=admin, at=at)


def test_withdrawn_invitation_sends_no_mail(batang: Regency, admin: User, at: datetime) -> None:
    user, old = actions.invite(email="rina@batang.test", name="Rina", roles=[], by=admin, at=at - timedelta(days=1))
    actions.resend(user=user, by=admin, at=at)
    tasks.send_invitation(user.pk, old)
    assert mail.outbox == []


def test_nobody_gives_what_they_lack(batang: Regency, at: datetime) -> None:
    clerk = person("clerk@batang.test", str(StaffPermission.MANAGE_STAFF), "services.view")
    other = person("other@batang.test")
    strong = Role.objects.create(key="strong", name="Kuat", permissions=["services.act"])
    weak = Role.objects.create(key="weak", name="Lemah", permissions=["services.view"])
    with pytest.raises(actions.BeyondYourOwn, match=r"services\.act"):
        actions.grant_role(user=other, role=strong, by=clerk, at=at)
    with pytest.raises(actions.BeyondYourOwn):
        actions.invite(email="new@batang.test", name="Baru", roles=[strong], by=clerk, at=at)
    assert not User.objects.filter(email="new@batang.test").exists()
    actions.grant_role(user=other, role=weak, by=clerk, at=at)
    assert User.objects.get(pk=other.pk).permissions == {"services.view"}


def test_who_manages_roles_gives_others_work_but_never_power(batang: Regency, at: datetime) -> None:
    lead = person("lead@batang.test", str(StaffPermission.MANAGE_ROLES), str(StaffPermission.MANAGE_STAFF))
    other = person("other@batang.test")
    work = Role.objects.create(key="work", name="Kerja", permissions=["services.act"])
    power = Role.objects.create(key="power", name="Kuasa", permissions=[str(StaffPermission.MANAGE_MODULES)])
    actions.grant_role(user=other, role=work, by=lead, at=at)
    with pytest.raises(actions.BeyondYourOwn):
        actions.grant_role(user=other, role=power, by=lead, at=at)
    with pytest.raises(actions.BeyondYourOwn):
        actions.grant_role(user=lead, role=work, by=lead, at=at)


def test_nobody_widens_a_role_that_they_hold(batang: Regency, at: datetime) -> None:
    lead = person("lead@batang.test", str(StaffPermission.MANAGE_ROLES), str(StaffPermission.MANAGE_STAFF))
    own = Role.objects.get(key="lead")
    with pytest.raises(actions.BeyondYourOwn):
        actions.save_role(
            role=own, key="", name="x", description="", permissions=[*own.permissions, "services.act"], by=lead, at=at
        )
    made = actions.save_role(
        role=None, key="surveyor", name="Surveyor", description="", permissions=["services.act"], by=lead, at=at
    )
    assert made.permissions == ["services.act"]


def test_last_administrator_stays(batang: Regency, admin: User, at: datetime) -> None:
    role = Role.objects.get(key="admin")
    with pytest.raises(actions.LastAdministrator):
        actions.revoke_role(user=admin, role=role, by=admin, at=at)
    with pytest.raises(actions.LastAdministrator):
        actions.save_role(role=role, key="", name="x", description="", permissions=[], by=admin, at=at)
    second = person("second@batang.test")
    actions.grant_role(user=second, role=role, by=admin, at=at)
    actions.revoke_role(user=second, role=role, by=admin, at=at)
    assert not second.has(StaffPermission.MANAGE_STAFF)


def test_deactivation_ends_sessions_tokens_and_invitations(batang: Regency, admin: User, at: datetime) -> None:
    user = person("rina@batang.test", "services.view")
    AuthToken.objects.create(user=user)
    client = Client(headers={"host": "batang.localhost"})
    client.force_login(user)
    actions.deactivate(user=user, by=admin, at=at)
    assert not AuthToken.objects.filter(user=user).exists()
    assert User.objects.get(pk=user.pk).permissions == frozenset()
    assert "/account/login/" in client.get("/account/password/change/")["Location"]
    connection.set_tenant(batang, include_public=False)
    actions.reactivate(user=user, by=admin, at=at)
    assert User.objects.get(pk=user.pk).has("services.view")


def test_nobody_deactivates_themselves_or_above(batang: Regency, admin: User, at: datetime) -> None:
    with pytest.raises(actions.AccountRefused):
        actions.deactivate(user=admin, by=admin, at=at)
    clerk = person("clerk@batang.test", str(StaffPermission.MANAGE_STAFF))
    with pytest.raises(actions.BeyondYourOwn):
        actions.deactivate(user=admin, by=clerk, at=at)
    with pytest.raises(actions.BeyondYourOwn):
        actions.reset_second_factor(user=admin, by=clerk, at=at)


def test_second_factor_is_reset_and_the_owner_told(
    batang: Regency, admin: User, at: datetime, django_capture_on_commit_callbacks
) -> None:
    user = person("rina@batang.test")
    Authenticator.objects.create(user=user, type="totp", data={})
    with django_capture_on_commit_callbacks() as callbacks:
        actions.reset_second_factor(user=user, by=admin, at=at)
    assert len(callbacks) == 1
    assert not Authenticator.objects.filter(user=user).exists()
    tasks.send_notice(user.pk, "second_factor_reset")
    assert mail.outbox[0].to == ["rina@batang.test"]


def test_role_with_holders_is_not_deleted(batang: Regency, admin: User, at: datetime) -> None:
    role = Role.objects.get(key="admin")
    with pytest.raises(actions.AccountRefused, match="1 orang"):
        actions.delete_role(role=role, by=admin, at=at)
    free = Role.objects.create(key="free", name="Bebas")
    actions.delete_role(role=free, by=admin, at=at)
    assert not Role.objects.filter(key="free").exists()
