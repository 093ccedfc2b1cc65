"""Support by consent: no way in without it, everything on record, and over when the regency or the clock says so."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tenants.accounts.models import Invitation, Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_regency
from tenants.support import actions, tasks
from tenants.support.models import PAGE_OPENED, Access
from tenants.support.permissions import further, reading

HOST = {"host": "batang.localhost"}
CENTRE = {"host": "localhost"}


class Browser(Client):
    """A browser at Batang's address; after each answer the test looks at Batang's schema again."""

    def __init__(self, regency: Regency) -> None:
        super().__init__(headers=HOST)
        self.regency = regency

    def request(self, **asked: object) -> HttpResponse:
        answer = super().request(**asked)
        connection.set_tenant(self.regency, include_public=False)
        return answer


def member(email: str, *permissions: str) -> User:
    user = User.objects.create_user(email, email.partition("@")[0].title(), "kata-sandi-panjang")
    role, _ = Role.objects.get_or_create(
        key=f"r{len(permissions)}", defaults={"name": "Peran", "permissions": [str(p) for p in permissions]}
    )
    RoleGrant.objects.create(user=user, role=role)
    return user


@pytest.fixture
def ayu(batang: Regency) -> User:
    with in_public():
        return member("ayu@pusat.test", *ConsolePermission)


@pytest.fixture
def admin(batang: Regency) -> User:
    return member("admin@batang.test", *StaffPermission)


@pytest.fixture
def asked(batang: Regency, ayu: User, admin: User) -> Access:
    with in_public():
        return actions.ask(regency=batang, reason="Surat tidak terbit", hours=4, by=ayu, at=timezone.now())


def link(batang: Regency, access: Access, by: User) -> str:
    with in_public():
        return actions.issue_link(regency=batang, access=access, by=by, at=timezone.now())


def inside(batang: Regency, access: Access, ayu: User, admin: User, *permissions: str, **more: object) -> Browser:
    """The operator's browser, let in."""
    actions.consent(access=access, permissions=permissions, by=admin, at=timezone.now(), **more)  # type: ignore[arg-type]
    browser = Browser(batang)
    token = link(batang, access, ayu)
    assert browser.post(f"/support/enter/{token}/")["Location"] == "/work/"
    return browser


def test_asking_stands_on_both_records_and_is_mailed(batang: Regency, asked: Access, ayu: User) -> None:
    assert AuditEntry.objects.get(action="support.access_requested").actor_name == "Ayu"
    with in_public():
        assert AuditEntry.objects.get(action="support.access_requested").actor_id == ayu.pk
    tasks.send_request(asked.pk)
    (sent,) = mail.outbox
    assert sent.to == ["admin@batang.test"]
    assert "Surat tidak terbit" in sent.body
    assert "http://batang.localhost:8000/work/settings/support/" in sent.body


def test_without_consent_there_is_no_link(batang: Regency, asked: Access, ayu: User) -> None:
    with pytest.raises(actions.NotLetIn):
        link(batang, asked, ayu)


def test_refused_is_over(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    actions.refuse(access=asked, reason="Sudah selesai", by=admin, at=timezone.now())
    with pytest.raises(actions.NotLetIn):
        link(batang, asked, ayu)
    with pytest.raises(actions.AlreadyDecided):
        actions.consent(access=asked, by=admin, at=timezone.now())


def test_another_operator_does_not_use_the_consent(batang: Regency, asked: Access, admin: User) -> None:
    actions.consent(access=asked, by=admin, at=timezone.now())
    with in_public():
        dimas = member("dimas@pusat.test", ConsolePermission.SUPPORT)
    with pytest.raises(actions.NotLetIn):
        link(batang, asked, dimas)


def test_consent_of_one_regency_opens_no_other(
    batang: Regency, manggarai: Regency, asked: Access, ayu: User, admin: User
) -> None:
    actions.consent(access=asked, by=admin, at=timezone.now())
    token = link(batang, asked, ayu)
    assert Client(headers={"host": "manggarai.localhost"}).get(f"/support/enter/{token}/").status_code == 404


def test_every_page_says_so_and_is_on_record(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    browser = inside(batang, asked, ayu, admin)
    page = browser.get("/work/organisation/?q=rahasia")
    assert page.status_code == 200
    assert "Akses dukungan: Ayu melihat dengan izin kabupaten" in page.content.decode()
    opened = AuditEntry.objects.filter(action=PAGE_OPENED)
    assert [(row.data["method"], row.data["path"]) for row in opened] == [("GET", "/work/organisation/")]
    assert "rahasia" not in str(opened[0].data), "what was searched for stays with the searcher"
    assert browser.get("/work/staff/").status_code == 404
    assert opened.all().count() == 2, "what was refused is on record too"
    shown = Browser(batang)
    shown.force_login(admin)
    assert "GET /work/organisation/" in shown.get(f"/work/settings/support/{asked.pk}/").content.decode()


def test_it_only_reads(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    browser = inside(batang, asked, ayu, admin)
    assert browser.post("/work/organisation/units/new/", {"name": "X"}).status_code == 403
    assert browser.get("/account/password/change/").status_code == 404
    assert browser.get("/account/mfa/").status_code == 404
    assert browser.get("/work/organisation/units/export/").status_code == 403, "a sheet is a file"


def test_more_than_reading_is_named_by_the_regency(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    browser = inside(batang, asked, ayu, admin, "organisation.change", "services.reveal", "staff.manage")
    assert browser.get("/work/organisation/units/new/").status_code == 200
    kept = Access.objects.get().permissions
    assert "organisation.change" in kept
    assert not {"services.reveal", "staff.manage", "support.consent"} & set(kept)


def test_whole_numbers_and_powers_are_never_offered() -> None:
    offered = {*reading(), *further()}
    assert "services.view" in offered
    assert not [name for name in offered if name.endswith(".reveal") or name.startswith("console.")]
    assert offered & set(map(str, StaffPermission)) == {str(StaffPermission.VIEW_AUDIT)}


def test_the_link_opens_once_and_soon(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    actions.consent(access=asked, by=admin, at=timezone.now())
    token = link(batang, asked, ayu)
    looking = Browser(batang)
    assert "Setiap halaman yang Anda buka tercatat" in looking.get(f"/support/enter/{token}/").content.decode()
    assert looking.get("/work/").status_code == 302, "looking at the link signs nobody in"
    assert looking.post(f"/support/enter/{token}/").status_code == 302
    assert Browser(batang).post(f"/support/enter/{token}/").status_code == 404
    late = link(batang, asked, ayu)
    Access.objects.update(entry_until=timezone.now())
    assert Browser(batang).post(f"/support/enter/{late}/").status_code == 404


def test_revoked_is_over_at_once(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    browser = inside(batang, asked, ayu, admin)
    boss = Browser(batang)
    boss.force_login(admin)
    boss.post(f"/work/settings/support/{asked.pk}/revocation/")
    assert browser.get("/work/")["Location"].startswith("/account/login/")
    ended = Access.objects.get()
    assert (ended.end, ended.ended_by) == ("revoked", admin)
    assert not User.objects.get(pk=ended.account_id).is_active


def test_the_clock_ends_it(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    browser = inside(batang, asked, ayu, admin)
    hours_ago = timezone.now() - timedelta(hours=5)
    Access.objects.update(decided_at=hours_ago, ends_at=hours_ago + timedelta(hours=4))
    closed = browser.get("/work/organisation/")
    assert closed.status_code == 403
    assert "sudah habis" in closed.content.decode()
    assert browser.get("/work/").status_code == 302
    assert actions.end_overdue(at=timezone.now()) == 1
    assert Access.objects.get().end == "expired"


@pytest.mark.parametrize("how", ["closed", "without the permission"])
def test_who_no_longer_works_for_the_central_team_is_out(
    batang: Regency, asked: Access, ayu: User, admin: User, how: str
) -> None:
    browser = inside(batang, asked, ayu, admin)
    assert browser.get("/work/organisation/").status_code == 200
    with in_public():
        if how == "closed":
            User.objects.filter(pk=ayu.pk).update(is_active=False)
        else:
            ayu.grants.all().delete()  # type: ignore[attr-defined]
    refused = browser.get("/work/organisation/")
    assert refused.status_code == 403
    assert "tidak lagi boleh meminta akses dukungan" in refused.content.decode()
    assert browser.get("/work/").status_code == 302


def test_who_is_done_leaves(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    browser = inside(batang, asked, ayu, admin)
    browser.post("/support/leaving/")
    assert Access.objects.get().end == "left"
    assert browser.get("/work/").status_code == 302


def test_a_request_nobody_answers_ends(batang: Regency, asked: Access, ayu: User) -> None:
    assert actions.end_overdue(at=timezone.now() + timedelta(days=8)) == 1
    assert Access.objects.get().end == "unanswered"
    with in_public():
        actions.ask(regency=batang, reason="Lagi", hours=1, by=ayu, at=timezone.now())


def test_the_account_signs_in_by_nothing_else(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    inside(batang, asked, ayu, admin)
    account = User.objects.get(email__endswith="@dukungan.invalid")
    for password in ("", "!", account.password, "kata-sandi-panjang"):
        assert authenticate(None, email=account.email, password=password) is None
        signed = Browser(batang).post(
            "/api/v1/token/", {"email": account.email, "password": password or "x"}, content_type="application/json"
        )
        assert signed.status_code in (400, 401)
    account.set_password("kata-sandi-panjang")
    with pytest.raises(IntegrityError, match="user_support_without_password"), transaction.atomic():
        account.save()
    assert not User.objects.get(pk=account.pk).permissions, "its roles alone allow nothing"
    listed = Browser(batang)
    listed.force_login(admin)
    assert "dukungan.invalid" not in listed.get("/work/staff/").content.decode()
    assert not Invitation.objects.filter(user=account).exists()


def test_one_open_request_for_an_operator(batang: Regency, asked: Access, ayu: User) -> None:
    with in_public(), pytest.raises(actions.AlreadyAsked):
        actions.ask(regency=batang, reason="Lagi", hours=1, by=ayu, at=timezone.now())


@pytest.mark.parametrize(("hours", "reason"), [(73, "Surat"), (5, "Surat"), (4, "  ")])
def test_reason_and_hours_are_checked(batang: Regency, ayu: User, hours: int, reason: str) -> None:
    with in_public(), pytest.raises(actions.SupportRefused):
        actions.ask(regency=batang, reason=reason, hours=hours, by=ayu, at=timezone.now())


def test_the_whole_way_by_the_pages(batang: Regency, ayu: User, admin: User) -> None:
    connection.set_schema_to_public()
    operator = Client(headers=CENTRE)
    operator.force_login(ayu)
    page = "/console/regencies/33.25/support/"
    operator.post(page, {"reason": "Surat tidak terbit", "hours": "24"})
    with in_regency(batang):
        access = Access.objects.get()
        boss = Browser(batang)
        boss.force_login(admin)
    assert "Menunggu jawaban" in boss.get("/work/settings/support/").content.decode()
    boss.post(f"/work/settings/support/{access.pk}/consent/", {"permissions": []})
    text = operator.post(f"{page}{access.pk}/entry/").content.decode()
    url = text.split('href="http://batang.localhost:8000')[1].split('"')[0]
    inside_ = Browser(batang)
    inside_.post(url)
    assert inside_.get("/work/organisation/").status_code == 200
    assert "Sedang berlaku" in operator.get(page).content.decode()


def test_a_read_only_regency_can_still_revoke(batang: Regency, asked: Access, ayu: User, admin: User) -> None:
    browser = inside(batang, asked, ayu, admin)
    with in_public():
        Regency.objects.filter(pk=batang.pk).update(state="read_only")
    hosts.forget()
    boss = Browser(batang)
    boss.force_login(admin)
    assert boss.post(f"/work/settings/support/{asked.pk}/revocation/").status_code == 302
    assert browser.get("/work/").status_code == 302
