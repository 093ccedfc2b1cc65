"""In trial, mail reaches the regency's own staff alone; nothing that sends mail can get around that."""

import re
from pathlib import Path

import pytest
from django.core import mail
from django.core.mail import EmailMessage, send_mail
from django.db import connection
from django.test import Client
from pytest_django import Settings

from config import settings as configuration
from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.mail.models import HeldMail, Sender
from tenants.models import Regency
from tenants.schemas.context import in_public

GUARD = "tenants.mail.backend.GuardedBackend"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def guarded(settings: Settings) -> None:
    """The guard as it is deployed, in front of the backend that collects for tests."""
    settings.EMAIL_BACKEND = GUARD
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def trial(batang: Regency) -> Regency:
    with in_public():
        Regency.objects.filter(pk=batang.pk).update(live_at=None, live_by="")
    return batang


def staff(email: str = "rina@batang.test", *permissions: str) -> User:
    user = User.objects.create_user(email, "Rina", "kata-sandi-panjang")
    if permissions:
        role = Role.objects.create(key="uji", name="Uji", permissions=list(permissions))
        RoleGrant.objects.create(user=user, role=role)
    return user


def send(*to: str) -> int:
    return send_mail("Surat Anda siap", "Silakan diunduh.", None, list(to))


def test_every_deployment_has_the_guard() -> None:
    assert configuration.EMAIL_BACKEND == GUARD
    assert configuration.EMAIL_DELIVERY_BACKEND != GUARD


@pytest.mark.parametrize("word", ["smtplib", r"get_connection\([\"']", "backends.smtp", "backend="])
def test_nobody_sends_by_another_way(word: str) -> None:
    sources = [
        path for package in ("tenants", "modules", "onboarding", "config") for path in (ROOT / package).rglob("*.py")
    ]
    mailing = [path for path in sources if "mail" in path.read_text() and path.name != "backend.py"]
    assert [path for path in mailing if re.search(rf"mail.*{word}|{word}.*mail", path.read_text())] == []


@pytest.mark.usefixtures("guarded")
def test_staff_receive_and_others_do_not(trial: Regency) -> None:
    staff()
    assert send("Rina <RINA@batang.test>", "warga@contoh.test") == 1
    (sent,) = mail.outbox
    assert sent.recipients() == ["Rina <RINA@batang.test>"]
    kept = HeldMail.objects.get()
    assert str(kept.recipients) == "warga@contoh.test"
    assert str(kept.body) == "Silakan diunduh."


@pytest.mark.usefixtures("guarded")
def test_copies_and_blind_copies_are_kept_too(trial: Regency) -> None:
    staff()
    message = EmailMessage("Perihal", "Isi", to=["rina@batang.test"], cc=["a@contoh.test"], bcc=["b@contoh.test"])
    message.send()
    assert mail.outbox[0].recipients() == ["rina@batang.test"]
    assert set(str(HeldMail.objects.get().recipients).split(", ")) == {"a@contoh.test", "b@contoh.test"}


@pytest.mark.usefixtures("guarded")
def test_who_has_left_is_no_longer_staff(trial: Regency) -> None:
    user = staff()
    user.is_active = False
    user.save()
    send("rina@batang.test")
    assert mail.outbox == []
    assert HeldMail.objects.count() == 1


@pytest.mark.usefixtures("guarded")
def test_a_live_regency_sends_to_everybody_in_its_own_name(batang: Regency) -> None:
    Sender.objects.create(name="Pemkab Batang", reply_to="diskominfo@batang.test", set_at="2026-01-01T00:00Z")
    send("warga@contoh.test")
    (sent,) = mail.outbox
    assert sent.from_email.startswith("Pemkab Batang <")
    assert sent.reply_to == ["diskominfo@batang.test"]
    assert not HeldMail.objects.exists()


@pytest.mark.usefixtures("guarded")
def test_the_public_site_writes_to_applicants(batang: Regency) -> None:
    with in_public():
        send("dewi@kendalkab.go.id")
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("guarded")
def test_the_outbox_shows_what_was_kept(trial: Regency) -> None:
    user = staff("rina@batang.test", StaffPermission.PREPARE)
    send("warga@contoh.test")
    kept = HeldMail.objects.get()
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(user)
    page = browser.get("/work/outbox/").content.decode()
    assert "warga@contoh.test" in page
    assert "Uji coba: surel hanya sampai" in page
    assert "Silakan diunduh." in browser.get(f"/work/outbox/{kept.pk}/").content.decode()
    assert connection.schema_name == "public"


@pytest.mark.parametrize("name", ["Jahat <x@evil.com>", 'A"B', "a\nBcc: x@evil.com", "A, B"])
def test_a_sender_is_a_name(batang: Regency, name: str) -> None:
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(staff("rina@batang.test", StaffPermission.PREPARE))
    answer = browser.post("/work/outbox/sender/", {"name": name, "reply_to": "kantor@batang.test"})
    assert answer.status_code == 422
    connection.set_tenant(batang, include_public=False)
    assert not Sender.objects.exists()
